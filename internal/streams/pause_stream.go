package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/change"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/shardlog"
)

// PauseStream refuses puts to a stream from now on, whoever makes them, until
// ResumeStream; a restart does not end it. Reads go on, and so does all else. A
// put that had begun may still be acknowledged, and was then made before.
//
// It is durable when it returns, and may be repeated.
func (s *Service) PauseStream(ctx context.Context, caller access.Caller, name string, _ *extapi.Nothing) (*extapi.Stream, error) {
	return s.setPaused(ctx, caller, name, func(before shardlog.Millis) shardlog.Millis {
		if before != 0 {
			return before
		}
		return now()
	})
}

// setPaused changes streamDocument.Paused.
func (s *Service) setPaused(ctx context.Context, caller access.Caller, name string, fn func(shardlog.Millis) shardlog.Millis) (*extapi.Stream, error) {
	st, err := s.find(caller, &name, nil)
	if err != nil {
		return nil, err
	}
	var before shardlog.Millis
	next, err := s.catalog.change(ctx, st.streamKey, func(old *stream) (*stream, error) {
		switch {
		case old == nil:
			return nil, errNoStream(st.streamKey)
		case old.Status == kinesis.StreamStatusDeleting:
			return nil, errNotActive(old)
		}
		before = old.Paused
		doc := old.streamDocument
		if doc.Paused = fn(old.Paused); doc.Paused == old.Paused {
			return old, nil
		}
		if old.Clone != nil && old.Clone.Snapshot && doc.Paused == 0 {
			return nil, errSnapshot(old)
		}
		return old.revised(doc, old.shards), nil
	})
	if err != nil {
		return nil, err
	}
	change.Say(ctx, "paused", before != 0, next.Paused != 0)
	return s.extended(next), nil
}
