package streams

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/shardlog"
)

// Hold keeps the catalog as it is, in memory and in the store, while fn runs:
// operations that would change it wait, all others go on. It waits for a change
// that is under way.
//
// A backup copies the store and then cuts the log, both in one Hold; together
// they are what a crash at that moment would leave. For the log may meanwhile be
// sealed, trimmed or dropped from, and appended to, but each seal and each drop
// is the work of a transition whose document was in the store before it, so the
// copy has it; what the transition does afterwards is a change, and waits. Who
// opens the copy finds the transition and finishes it, whether or not the cut has
// its seal or drop: both may be repeated (transition.go). Records need no
// document but that of their stream, which was there before their first append. What
// queues write of their deliveries is not held: it speaks of records that were in the
// log before the store was copied, and so are in the cut.
func (s *Service) Hold(ctx context.Context, fn func() error) error {
	leave, err := s.catalog.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	return fn()
}

// Names returns the names of the streams that a store knows, by their ids, each
// as account/region/name. It is for tools that look into a folder.
func Names(r meta.Reader) (map[shardlog.StreamID]string, error) {
	names := map[shardlog.StreamID]string{}
	for doc, err := range r.Scan(streamPrefix, "") {
		if err != nil {
			return nil, fmt.Errorf("names of streams: %w", err)
		}
		var d streamDocument
		if err := json.Unmarshal(doc.Value, &d); err != nil {
			return nil, fmt.Errorf("document %s: %w", doc.Key, err)
		}
		id, err := shardlog.ParseStreamID(d.ID)
		if err != nil {
			return nil, fmt.Errorf("document %s: %w", doc.Key, err)
		}
		names[id] = strings.TrimPrefix(doc.Key, streamPrefix)
	}
	return names, nil
}
