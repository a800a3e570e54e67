package streams

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/shardlog"
)

// Resharding, the way of splits and merges, one or many at a time:
//
//  1. One commit: the parents are CLOSING, the children PENDING, the stream
//     UPDATING. Puts go on to the parents, and callers see no children.
//  2. The log seals the parents. From here on no put to them succeeds; those
//     that were under way get ErrSealed and wait for the next commit.
//  3. One commit: the parents are CLOSED, the children OPEN, the stream ACTIVE
//     (or at 1 again: scaling.go). Puts go to the children, and readers that
//     reach a parent's end are told of them.
//
// A crash after 1 is finished from 2 on, for sealing can be repeated. So a put
// to a parent that begins after one to its child was acknowledged cannot be
// acknowledged itself, which is what keeps the order of each key.

// replacement says which shards take over from which.
type replacement struct {
	parents []uint32    // one, or two that are adjacent
	ranges  []hashRange // of the children; together the range of the parents
}

// reshard begins in the stream at key what plan makes of it. The stream is there
// and ACTIVE when plan sees it.
func (s *Service) reshard(ctx context.Context, key streamKey, plan func(*stream) (*stream, error)) error {
	return s.begin(ctx, key, func(old *stream) (*stream, error) {
		if old == nil {
			return nil, errNoStream(key)
		}
		if old.Status != kinesis.StreamStatusActive {
			return nil, errNotActive(old)
		}
		return plan(old)
	})
}

// closing is step 1, of a stream that enters UPDATING at now.
func (st *stream) closing(now time.Time, rs ...replacement) *stream {
	return st.replacing(st.entering(kinesis.StreamStatusUpdating, now), rs)
}

// replacing is step 1 with a document that the caller gives: no shard is a parent
// in two of rs.
func (st *stream) replacing(doc streamDocument, rs []replacement) *stream {
	shards := slices.Clone(st.shards)
	for _, r := range rs {
		generation := uint32(0)
		for _, parent := range r.parents {
			at := st.place(parent)
			d := shards[at].shardDocument
			d.State = closing
			generation = max(generation, d.Generation)
			shards[at] = shards[at].revised(d)
		}
		for _, keys := range r.ranges {
			shards = append(shards, newShard(doc.NextShard, shardDocument{
				State:      pending,
				Parents:    r.parents,
				Keys:       keys,
				Generation: generation + 1,
			}))
			doc.NextShard++
		}
	}
	return st.revised(doc, shards)
}

// end is where a shard was sealed.
type end struct {
	offset shardlog.Offset
	last   shardlog.Millis // the arrival of its last record
}

// finishReshard is steps 2 and 3, until st is no longer in this transition: once,
// but for a scaling.
func (s *Service) finishReshard(ctx context.Context, st *stream) error {
	for next := st; next.is(st); {
		var err error
		if next, err = s.finishRound(ctx, next); err != nil {
			return err
		}
	}
	return nil
}

// finishRound is steps 2 and 3. It returns what became of the stream, be it by
// another call.
func (s *Service) finishRound(ctx context.Context, st *stream) (*stream, error) {
	ends, err := s.seal(ctx, st)
	if err != nil {
		return nil, err
	}
	return s.catalog.change(ctx, st.streamKey, func(old *stream) (*stream, error) {
		if !old.is(st) {
			return old, nil
		}
		// The instant of the change lies above everything that is in the
		// parents, whatever the clock says: who reads from an instant begins with
		// the shards that were open then, and must find what arrived at it there.
		// It is not below that of the change before. If it is the same, a shard was
		// open for no time: then all that is in it arrived before it opened, and a
		// listing of that instant has neither it nor a hole.
		at := now()
		offsets := map[uint32]shardlog.Offset{}
		for _, sh := range old.shards {
			if sh.State != closing {
				continue
			}
			e, ok := ends[sh.number]
			if !ok {
				return old, nil // that round is over, and another has begun
			}
			at = max(at, e.last+1, sh.Opened)
			offsets[sh.number] = e.offset
		}
		return old.handedOver(offsets, at), nil
	})
}

// seal is step 2. The shards are sealed at once: a seal takes as long as a sync of
// the log, or as a lease, and the log takes many together.
func (s *Service) seal(ctx context.Context, st *stream) (map[uint32]end, error) {
	var shards []*shard
	for _, sh := range st.shards {
		if sh.State == closing {
			shards = append(shards, sh)
		}
	}
	offsets, errs := make([]shardlog.Offset, len(shards)), make([]error, len(shards))
	var sealing sync.WaitGroup
	for i, sh := range shards {
		sealing.Go(func() { offsets[i], errs[i] = s.log.Seal(ctx, st.ref(sh), sh.Generation) })
	}
	sealing.Wait()
	ends := make(map[uint32]end, len(shards))
	for i, sh := range shards {
		if errs[i] != nil {
			return nil, fmt.Errorf("seal %s of stream %s: %w", sh.id, st.name, errs[i])
		}
		ends[sh.number] = end{offsets[i], s.log.State(st.ref(sh)).LastArrival}
	}
	return ends, nil
}

// handedOver is step 3, at the instant at: the parents end at ends.
//
// All parents get the same closing second, at or above their creation, and all
// children are created one second later (data-streams.md 7): so every number of
// a child lies above every number of its parents. The second may lie ahead of
// the clock; the order does not need it not to.
//
// If st is being scaled and the ring is not there yet, it is also step 1 of the
// next round.
func (st *stream) handedOver(ends map[uint32]shardlog.Offset, at shardlog.Millis) *stream {
	second := int64(at / 1000)
	for _, sh := range st.shards {
		if sh.State == closing {
			second = max(second, sh.Created)
		}
	}
	shards := slices.Clone(st.shards)
	for i, sh := range shards {
		d := sh.shardDocument
		switch d.State {
		case closing:
			end, ok := ends[sh.number]
			if !ok {
				panic("streams: " + sh.id + " of " + st.name + " closes without having been sealed")
			}
			d.State, d.Closed, d.ClosedSecond, d.End = closed, at, second, end
		case pending:
			d.State, d.Opened, d.Created = open, at, second+1
		default:
			continue
		}
		shards[i] = sh.revised(d)
	}
	if st.Target > 0 {
		next := st.revised(st.streamDocument, shards)
		if rs := round(next.ring, st.Target); len(rs) > 0 {
			return next.replacing(st.streamDocument, rs)
		}
	}
	doc := st.entering(kinesis.StreamStatusActive, time.Now())
	doc.Target = 0
	return st.revised(doc, shards)
}
