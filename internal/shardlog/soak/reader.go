package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
)

// page is what one read asks for at the most.
var page = shardlog.Limit{Records: 1000, Bytes: 1 << 20}

// follow is a tail: it waits for the records of a shard and checks that they are
// the first, the second … to the end of the shard, or until ctx ends.
func (s *run) follow(ctx context.Context, sh *shard) error {
	var from shardlog.Offset
	for {
		err := s.Wait(ctx, sh.id, from)
		var batch shardlog.Batch
		if err == nil {
			batch, err = s.Read(ctx, sh.id, from, page)
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, shardlog.ErrDropped) && sh.dropping.Load():
			return nil
		case err != nil:
			return fmt.Errorf("follow %s from %d: %w", sh.id, from, err)
		}
		want := sh.read.Load()
		if want, err = s.check(sh, batch.Records, want); err != nil {
			return fmt.Errorf("%w (floor %d, read from %d)", err, batch.State.Floor, from)
		}
		sh.read.Store(want)
		s.counts.tailed.Add(int64(len(batch.Records)))
		from = batch.Next
		if batch.State.Sealed && from == batch.State.Next {
			if acked := sh.acked.Load(); acked != want {
				return fmt.Errorf("shard %s ends with record %d, and %d were acknowledged", sh.id, want, acked)
			}
			close(sh.ended)
			return nil
		}
	}
}

// check checks that records are a shard's from number want on, and returns the
// number that comes next.
func (s *run) check(sh *shard, records []shardlog.Record, want uint64) (uint64, error) {
	for _, r := range records {
		n, err := sh.number(r)
		if err != nil {
			return 0, err
		}
		if n != want {
			return 0, fmt.Errorf("shard %s: record %d at offset %d where %d should be", sh.id, n, r.Offset, want)
		}
		want++
	}
	return want, nil
}

// lookUpPause is the time between two look-ups of a reader.
const lookUpPause = 20 * time.Millisecond

// lookUp looks up times of the last minute in any shards, and reads what follows.
func (s *run) lookUp(ctx context.Context, seed int) error {
	rng := rand.New(rand.NewPCG(s.seed, 1000+uint64(seed)))
	tick := time.NewTicker(lookUpPause)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		sh := s.live.any(rng)
		if sh == nil {
			continue
		}
		at := shardlog.MillisOf(time.Now().Add(-time.Duration(rng.Int64N(int64(s.retention)))))
		err := s.readFrom(sh, at)
		if err != nil && !(errors.Is(err, shardlog.ErrDropped) && sh.dropping.Load()) {
			return fmt.Errorf("look up %d in %s: %w", at, sh.id, err)
		}
	}
}

// readFrom reads two pages from a time on.
func (s *run) readFrom(sh *shard, at shardlog.Millis) error {
	from, err := s.Find(context.Background(), sh.id, at)
	if err != nil {
		return err
	}
	var want uint64
	for i := range 2 {
		batch, err := s.Read(context.Background(), sh.id, from, page)
		if err != nil || len(batch.Records) == 0 {
			return err
		}
		first := batch.Records[0]
		if i == 0 || first.Offset > from { // where it begins is not known, or the rest was trimmed
			if want, err = sh.number(first); err != nil {
				return err
			}
		}
		if first.Arrival < at {
			return fmt.Errorf("found offset %d, which arrived at %d", first.Offset, first.Arrival)
		}
		if want, err = s.check(sh, batch.Records, want); err != nil {
			return err
		}
		s.counts.cold.Add(int64(len(batch.Records)))
		from = batch.Next
	}
	return nil
}

// trim keeps the retention, one stream after the other, each about once a second.
func (s *run) trim(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		before := shardlog.MillisOf(time.Now().Add(-s.retention))
		for _, id := range s.live.streams() {
			if err := s.Trim(ctx, id, before); err != nil && !errors.Is(err, shardlog.ErrDropped) && ctx.Err() == nil {
				return fmt.Errorf("trim: %w", err)
			}
		}
	}
}
