package streams

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/shardlog"
)

// Resharding, the way of every split and merge:
//
//  1. One commit: the parents are CLOSING, the children PENDING, the stream
//     UPDATING. Puts go on to the parents, and callers see no children.
//  2. The log seals the parents. From here on no put to them succeeds; those
//     that were under way get ErrSealed and wait for the next commit.
//  3. One commit: the parents are CLOSED, the children OPEN, the stream ACTIVE.
//     Puts go to the children, and readers that reach a parent's end are told
//     of them.
//
// A crash after 1 is finished from 2 on, for sealing can be repeated. So a put
// to a parent that begins after one to its child was acknowledged cannot be
// acknowledged itself, which is what keeps the order of each key.

// replacement says which shards take over from which.
type replacement struct {
	parents []uint32    // one, or two that are adjacent
	ranges  []hashRange // of the children; together the range of the parents
}

// reshard begins a replacement in the stream at key. check looks at the
// stream before.
func (s *Service) reshard(ctx context.Context, key streamKey, check func(*stream) (replacement, error)) error {
	return s.begin(ctx, key, func(old *stream) (*stream, error) {
		if old == nil {
			return nil, errNoStream(key)
		}
		if old.Status != kinesis.StreamStatusActive {
			return nil, errNotActive(old)
		}
		r, err := check(old)
		if err != nil {
			return nil, err
		}
		return old.closing(r, time.Now()), nil
	})
}

// closing is step 1.
func (st *stream) closing(r replacement, now time.Time) *stream {
	doc := st.entering(kinesis.StreamStatusUpdating, now)
	shards := slices.Clone(st.shards)
	generation := uint32(0)
	for i, sh := range shards {
		if !slices.Contains(r.parents, sh.number) {
			continue
		}
		d := sh.shardDocument
		d.State = closing
		generation = max(generation, d.Generation)
		shards[i] = sh.revised(d)
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
	return st.revised(doc, shards)
}

// finishReshard is steps 2 and 3.
func (s *Service) finishReshard(ctx context.Context, st *stream) error {
	type end struct {
		offset shardlog.Offset
		last   shardlog.Millis
	}
	ends := map[uint32]end{}
	for _, sh := range st.shards {
		if sh.State != closing {
			continue
		}
		offset, err := s.log.Seal(ctx, st.ref(sh), sh.Generation)
		if err != nil {
			return fmt.Errorf("seal %s of stream %s: %w", sh.id, st.name, err)
		}
		ends[sh.number] = end{offset, s.log.State(st.ref(sh)).LastArrival}
	}
	_, err := s.catalog.change(ctx, st.streamKey, func(old *stream) (*stream, error) {
		if !old.is(st) {
			return old, nil
		}
		// The instant of the change lies above everything that is in the
		// parents, whatever the clock says: who reads from an instant begins with
		// the shards that were open then, and must find what arrived at it there.
		at := now()
		offsets := map[uint32]shardlog.Offset{}
		for _, sh := range old.shards {
			if sh.State != closing {
				continue
			}
			e, ok := ends[sh.number]
			if !ok {
				return old, nil // that reshard is over, and another has begun
			}
			at = max(at, e.last+1, sh.Opened)
			offsets[sh.number] = e.offset
		}
		return old.handedOver(offsets, at), nil
	})
	return err
}

// handedOver is step 3, at the instant at: the parents end at ends.
//
// All parents get the same closing second, at or above their creation, and all
// children are created one second later (data-streams.md 7): so every number of
// a child lies above every number of its parents. The second may lie ahead of
// the clock; the order does not need it not to.
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
	return st.revised(st.entering(kinesis.StreamStatusActive, time.Now()), shards)
}
