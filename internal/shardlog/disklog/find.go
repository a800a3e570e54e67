package disklog

import (
	"context"

	"github.com/freshet/freshet/internal/shardlog"
)

// Find returns the first offset whose record arrived at or after t; see
// shardlog.Log. It reads at most one block.
func (l *Log) Find(ctx context.Context, id shardlog.Shard, t shardlog.Millis) (shardlog.Offset, error) {
	if err := l.readable(ctx); err != nil {
		return 0, err
	}
	s, err := l.shards.find(id)
	if s == nil || err != nil {
		return 0, err
	}
	found, _, err := l.findShard(s, t)
	return found.offset, err
}

// since is where a search by time ended: no record at or above offset arrived
// before at.
type since struct {
	offset shardlog.Offset
	at     shardlog.Millis
}

// findShard is Find for a shard that is there; it also returns the state that the
// answer belongs to.
func (l *Log) findShard(s *shard, t shardlog.Millis) (since, shardlog.State, error) {
	for {
		view, err := s.view()
		if err != nil {
			return since{}, shardlog.State{}, err
		}
		found, err := l.findIn(s.id(), view, t)
		if err == nil || !l.judge(s, err) {
			return found, view.state, err
		}
	}
}

func (l *Log) findIn(id shardlog.Shard, view *view, t shardlog.Millis) (since, error) {
	floor, tail := view.state.Floor, since{view.state.Next, view.state.LastArrival}
	if t > view.state.LastArrival || floor >= view.state.Next {
		return tail, nil
	}
	if floor < view.memory() && !view.arrivedBefore(t) {
		found, ok, err := l.findInSegments(id, floor, t)
		if err != nil || ok {
			return found.above(floor), err
		}
	}
	for _, runs := range view.runs {
		if i := searchArrival(runs, t); i < len(runs) {
			return runs[i].since().above(floor), nil
		}
	}
	return tail, nil
}

// since is what a search that ends at r has found.
func (r *run) since() since { return since{r.first, r.arrival} }

// above returns s for a shard with that floor.
func (s since) above(floor shardlog.Offset) since { return since{max(floor, s.offset), s.at} }

// arrivedBefore reports whether the oldest record in memory arrived before t: then
// so did all that are not in memory.
func (v *view) arrivedBefore(t shardlog.Millis) bool {
	return len(v.runs) > 0 && v.runs[0][0].arrival < t
}

// findInSegments finds the first record that arrived at or after t in segments; at
// or above floor, a block below need not be there any more. If a block cannot be
// read, found is the beginning of that.
func (l *Log) findInSegments(id shardlog.Shard, floor shardlog.Offset, t shardlog.Millis) (found since, ok bool, err error) {
	v := l.segments.acquire()
	defer l.segments.release(v)
	reached := func(b blockEntry) bool { return b.lastArrival >= t && b.lastOffset >= floor }
	segments := v.holding(id.Stream)
	i, err := l.locate(segments, id, reached)
	if err != nil || i == len(segments) {
		return since{}, false, err
	}
	f, from, to, err := l.blocksOf(segments[i], id)
	if err != nil {
		return since{}, false, err
	}
	b := f.block(f.searchBlocks(from, to, reached))
	first := since{b.firstOffset, b.firstArrival}
	if b.firstArrival >= t {
		return first, true, nil
	}
	runs, err := l.blockOf(segments[i], id, b)
	if err != nil {
		return first, false, err
	}
	return runs[searchArrival(runs, t)].since(), true, nil
}
