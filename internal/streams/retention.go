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
	// The time is that of before the streams are looked at: by a later one a
	// stream whose retention has grown meanwhile would lose what it has kept.
	now := s.clock.forgetting()
	for _, st := range s.catalog.now().sorted {
		if err := s.trim(ctx, st, now); err != nil && ctx.Err() == nil {
			s.options.Logger.Warn("trim will be tried again", "stream", st.name, "err", err)
		}
		s.deliveries.forget(st, s.log)
	}
}

// trim gives back the room of what is too old at now: of records in the log, of
// expired shards in the catalog.
func (s *Service) trim(ctx context.Context, st *stream, now shardlog.Millis) error {
	horizon := st.horizon(now)
	if horizon < shardlog.Millis(st.Created)*1000 {
		return nil // nothing of it can be too old
	}
	damage := s.log.Trim(ctx, st.id, horizon)
	if errors.Is(damage, shardlog.ErrDropped) {
		damage = nil
	}
	if damage != nil {
		damage = fmt.Errorf("trim stream %s: %w", st.name, damage)
	}
	// Damage in one shard keeps no other from being forgotten.
	return errors.Join(damage, s.forgetShards(ctx, st, now))
}

// forgetShards removes the shards of st from the catalog that have expired at now.
func (s *Service) forgetShards(ctx context.Context, st *stream, now shardlog.Millis) error {
	if !slices.ContainsFunc(st.shards, st.expired(now)) {
		return nil
	}
	_, err := s.catalog.change(ctx, st.streamKey, func(old *stream) (*stream, error) {
		if old == nil || old.id != st.id {
			return old, nil
		}
		left := slices.DeleteFunc(slices.Clone(old.shards), old.expired(now))
		return old.revised(old.streamDocument, left), nil
	})
	return err
}

// expired returns what tells the shards that have been closed for longer than
// anything of them is kept.
func (st *stream) expired(now shardlog.Millis) func(*shard) bool {
	return func(sh *shard) bool { return sh.State == closed && sh.Closed < st.horizon(now)-shardSlack }
}
