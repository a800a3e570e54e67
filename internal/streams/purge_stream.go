package streams

import (
	"context"
	"errors"
	"fmt"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/change"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/shardlog"
)

// PurgeStream deletes all records that a stream has, for good. Its shards stay what
// they are, closed ones too; iterators stay good and go on at what is put next. A
// put that begins when it has returned is not touched; one that is under way goes
// either way, each record for itself.
//
// It raises the floors of the log, which are durable when it returns and never
// go down: so no document says what is deleted, and none could be wrong after a
// power cut that took the newest records (durability interval).
func (s *Service) PurgeStream(ctx context.Context, caller access.Caller, name string, _ *extapi.Nothing) (*extapi.TrimResult, error) {
	st, err := s.trimmable(caller, name)
	if err != nil {
		return nil, err
	}
	before := now()
	for _, sh := range st.shards {
		// Arrivals may be ahead of the clock, if it was set back.
		before = max(before, s.log.State(st.ref(sh)).LastArrival+1)
	}
	return s.trimBefore(ctx, st, before)
}

// trimmable returns the stream whose records a caller may delete.
func (s *Service) trimmable(caller access.Caller, name string) (*stream, error) {
	st, err := s.find(caller, &name, nil)
	if err != nil {
		return nil, err
	}
	if st.Status == kinesis.StreamStatusDeleting || st.Status == kinesis.StreamStatusCreating {
		return nil, errNotActive(st)
	}
	return st, nil
}

func (s *Service) trimBefore(ctx context.Context, st *stream, before shardlog.Millis) (*extapi.TrimResult, error) {
	stored := s.offsets(st)
	err := s.log.Trim(ctx, st.id, before)
	if errors.Is(err, shardlog.ErrDropped) {
		return nil, errNoStream(st.streamKey)
	}
	if err != nil {
		return nil, fmt.Errorf("trim stream %s: %w", st.name, err)
	}
	s.options.Logger.Info("records deleted", "stream", st.name, "account", st.account, "region", st.region, "before", before.Time())
	change.Say(ctx, "offsets that may be read", stored, s.offsets(st))
	return &extapi.TrimResult{Before: before.Time()}, nil
}

// offsets is how many offsets of a stream may be read: as many records or more.
func (s *Service) offsets(st *stream) (n uint64) {
	for _, sh := range st.shards {
		state := s.log.State(st.ref(sh))
		n += uint64(state.Next - state.Floor)
	}
	return n
}
