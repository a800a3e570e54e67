package disklog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/freshet/freshet/internal/shardlog"
)

// bodyOf returns the body of a sub-frame, decrypted. Where the key is not to be
// had it notes that, and returns what there is: whoever reads it must ask
// lockedStreams before.
func (l *Log) bodyOf(s *subFrame) ([]byte, error) {
	if s.key == 0 {
		return s.body, nil
	}
	opened, err := s.opened(context.Background(), l.keys)
	if errors.Is(err, shardlog.ErrKey) {
		l.locked.note(s, err)
		return s.body, nil
	}
	return opened.body, err
}

// lockedRuns are the entries of the journal that could not be decrypted for want
// of keys. They belong to recovery.
type lockedRuns struct {
	subFrames int
	why       map[shardlog.StreamID]error
}

func (r *lockedRuns) note(s *subFrame, why error) {
	if r.why == nil {
		r.why = map[shardlog.StreamID]error{}
	}
	r.subFrames++
	if r.why[s.shard.Stream] == nil {
		r.why[s.shard.Stream] = why
	}
}

// checkUnlocked returns why the log cannot be opened: records that no segment has
// are encrypted, and their key is not to be had. Those of a stream that was dropped
// later on are nobody's.
func (l *Log) checkUnlocked() error {
	var errs []error
	for id, why := range l.locked.why {
		if !l.shards.isDropped(id) {
			errs = append(errs, why)
		}
	}
	if len(errs) == 0 {
		return nil
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return fmt.Errorf("the journal has records that cannot be decrypted; nothing was changed. "+
		"Let the provider of the key be reached, and the key be enabled, and start again: %w", errors.Join(errs...))
}
