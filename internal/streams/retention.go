package streams

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
)

// Retention hides what is too old at every read (cursor.go); here the room is
// given back, for good, by a clock that is not easily led astray (clock.go).

const (
	// trimInterval is how often that is done.
	trimInterval = time.Minute

	// shardSlack is how long the document of a shard outlives the retention of
	// its records. It is longer than a NextToken lives, so that the pages of a
	// listing agree.
	shardSlack = shardlog.Millis(10 * 60 * 1000)
)

// runTrimming trims all streams now and then.
func (s *Service) runTrimming(ctx context.Context) {
	tick := time.NewTicker(trimInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.trimAll(ctx)
		case <-ctx.Done():
			return
		}
	}
}

func (s *Service) trimAll(ctx context.Context) {
	s.clock.look(s.options.Logger)
	for _, st := range s.catalog.now().sorted {
		if err := s.trim(ctx, st, s.clock.forgetting()); err != nil && ctx.Err() == nil {
			s.options.Logger.Warn("trim will be tried again", "stream", st.name, "err", err)
		}
	}
}

// trim gives back the room of what is too old at now: of records in the log, of
// expired shards in the catalog.
func (s *Service) trim(ctx context.Context, st *stream, now shardlog.Millis) error {
	horizon := st.horizon(now)
	if horizon < shardlog.Millis(st.Created)*1000 {
		return nil // nothing of it can be too old
	}
	if err := s.log.Trim(ctx, st.id, horizon); err != nil && !errors.Is(err, shardlog.ErrDropped) {
		return fmt.Errorf("trim stream %s: %w", st.name, err)
	}
	expired := func(sh *shard) bool { return sh.State == closed && sh.Closed < horizon-shardSlack }
	if !slices.ContainsFunc(st.shards, expired) {
		return nil
	}
	_, err := s.catalog.change(ctx, st.streamKey, func(old *stream) (*stream, error) {
		if old == nil || old.id != st.id {
			return old, nil
		}
		left := slices.DeleteFunc(slices.Clone(old.shards), expired)
		return old.revised(old.streamDocument, left), nil
	})
	return err
}
