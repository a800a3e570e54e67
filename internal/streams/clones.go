package streams

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/shardlog"
)

// A clone is filled by one goroutine, one clone after the other: it reads the
// source merged (merge.go) and appends what it reads. Its document says that it is
// being copied, and not how far; so a clone that a restart finds half-filled could
// only be filled twice, and is removed instead. So is one that is being copied, and
// of which this process knows nothing (any more): the store left in doubt whether it
// was begun, or failed at its end.

// cloneRecords is how many records are copied at once, and cloneRetry how long a
// full disk is waited for.
const (
	cloneRecords = 500
	cloneRetry   = time.Second
)

// errSourceGone ends a clone whose source was deleted under it.
var errSourceGone = errors.New("the source was deleted")

// runClones fills clones.
func (s *Service) runClones(ctx context.Context) {
	for ctx.Err() == nil {
		for c := s.nextClone(); c != nil && ctx.Err() == nil; c = s.nextClone() {
			s.fill(ctx, c)
		}
		select {
		case <-s.wakeClones:
		case <-ctx.Done():
		}
	}
}

// nextClone returns a clone that is to be filled, nil if there is none.
func (s *Service) nextClone() *clone {
	for _, st := range s.catalog.now().sorted {
		if c, ok := s.clones.Load(st.id); ok && st.isCopying() {
			return c.(*clone)
		}
	}
	return nil
}

// isCopying reports whether st is a clone that has not got all of its records.
func (st *stream) isCopying() bool {
	return st.Clone != nil && st.Clone.Copying && st.Status == kinesis.StreamStatusCreating
}

// fill copies the records, and makes the clone ACTIVE, or removes it if that fails.
func (s *Service) fill(ctx context.Context, c *clone) {
	err := s.copyRecords(ctx, c)
	if ctx.Err() != nil {
		return // the next start removes it
	}
	defer s.poke() // if it is not ACTIVE now, it is removed
	defer s.clones.Delete(c.target)
	target := s.catalog.now().byID[c.target]
	if target == nil || !target.isCopying() {
		return // it was deleted meanwhile
	}
	_, changed := s.catalog.change(ctx, target.streamKey, func(old *stream) (*stream, error) {
		if old == nil || old.id != c.target || !old.isCopying() {
			return old, nil
		}
		if err != nil {
			return old.abandoned(), nil
		}
		doc := old.entering(kinesis.StreamStatusActive, time.Now())
		done := *old.Clone
		done.Copying, done.Records = false, c.records.Load()
		if doc.Clone = &done; done.Snapshot {
			doc.Paused = now()
		}
		return old.revised(doc, old.shards), nil
	})
	if err = errors.Join(err, changed); err != nil {
		s.options.Logger.Warn("clone failed, and is removed", "stream", target.name, "source", target.Clone.Source, "err", err)
		return
	}
	s.options.Logger.Info("clone made", "stream", target.name, "source", target.Clone.Source, "records", c.records.Load())
}

// copyRecords appends to the clone what the source has.
func (s *Service) copyRecords(ctx context.Context, c *clone) error {
	q := recordsQuery{selection: selection{to: c.until}, limit: cloneRecords}
	for first := true; ; first = false {
		n := s.catalog.now()
		source, target := n.byID[c.source], n.byID[c.target]
		switch {
		case source == nil || source.Status == kinesis.StreamStatusDeleting:
			return errSourceGone
		case target == nil || !target.isCopying():
			return nil
		}
		if first {
			var err error
			if q.places, err = s.beginnings(ctx, source, 0, false); err != nil {
				return err
			}
		}
		m := s.newMerge(source, q)
		out, err := m.read(ctx)
		if err != nil {
			return err
		}
		if err := s.copyBatch(ctx, source, target, out.Records); err != nil {
			return err
		}
		c.records.Add(int64(len(out.Records)))
		if out.CaughtUp || out.Done {
			// A source that was dropped may have seemed to end.
			if st := s.catalog.now().byID[c.source]; st == nil || st.Status == kinesis.StreamStatusDeleting {
				return errSourceGone
			}
			return nil
		}
		q.places = m.places()
	}
}

// copyBatch appends records of source to target. It waits while the disk is full.
func (s *Service) copyBatch(ctx context.Context, source, target *stream, records []extapi.Record) error {
	if len(records) == 0 {
		return nil
	}
	p := newPuts(target, len(records))
	for i := range records {
		p.copy(i, source, &records[i])
	}
	p.routeAll()
	for {
		results, err := s.log.Append(ctx, p.entries)
		if errors.Is(err, shardlog.ErrNoSpace) {
			select {
			case <-time.After(cloneRetry):
				continue
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if err != nil {
			return fmt.Errorf("append to %s: %w", target.name, err)
		}
		for i := range results {
			if results[i].Err != nil {
				return fmt.Errorf("append to %s: %w", target.name, results[i].Err)
			}
		}
		return nil
	}
}

// copy sets record i to one of source's. A key that does not lie in the shard it
// was found in was overruled by an explicit hash key.
func (p *puts) copy(i int, source *stream, r *extapi.Record) {
	e := &p.entries[i]
	e.Data, e.Key = r.Data, r.PartitionKey
	p.keys[i] = hashOf(r.PartitionKey)
	number, _ := parseShardID(r.ShardID)
	if sh := source.shard(number); sh != nil && (p.keys[i].less(sh.Keys.Start) || sh.Keys.End.less(p.keys[i])) {
		p.keys[i] = sh.Keys.Start
	}
}

// abandonClones begins the deletion of the clones that the process before has left
// half-filled. Run ends it.
func (s *Service) abandonClones(ctx context.Context) error {
	gone, err := s.catalog.changeAll(ctx, (*stream).isCopying, (*stream).abandoned)
	for _, st := range gone {
		s.options.Logger.Warn("clone was interrupted, and is removed", "stream", st.name, "source", st.Clone.Source)
	}
	return err
}

// abandonClone does so with st, which is being copied, unless its clone is under way.
func (s *Service) abandonClone(ctx context.Context, st *stream) error {
	if _, ok := s.clones.Load(st.id); ok {
		return nil // it is finished by who fills it
	}
	next, err := s.catalog.change(ctx, st.streamKey, func(old *stream) (*stream, error) {
		if !old.is(st) {
			return old, nil
		}
		return old.abandoned(), nil
	})
	if next != nil && next.Status == kinesis.StreamStatusDeleting {
		s.poke()
	}
	return err
}

// abandoned returns st as it is when its deletion begins.
func (st *stream) abandoned() *stream {
	return st.revised(st.entering(kinesis.StreamStatusDeleting, time.Now()), st.shards)
}
