package streams

import (
	"cmp"
	"fmt"
	"slices"
)

// ringOf returns the shards that has accepts by the start of their range.
func ringOf(shards []*shard, has func(*shard) bool) []*shard {
	var ring []*shard
	for _, sh := range shards {
		if has(sh) {
			ring = append(ring, sh)
		}
	}
	slices.SortFunc(ring, func(a, b *shard) int { return a.Keys.Start.compare(b.Keys.Start) })
	return ring
}

// checkRings returns an error unless the shards that take puts divide the ring,
// and so do those that will once the reshard is over that st may be in.
func (st *stream) checkRings() error {
	after := func(sh *shard) bool { return sh.State == open || sh.State == pending }
	return cmp.Or(checkRing(st.ring), checkRing(ringOf(st.shards, after)))
}

// mustDivideTheRing panics unless checkRings finds nothing.
func (st *stream) mustDivideTheRing() {
	if err := st.checkRings(); err != nil {
		panic("streams: " + st.name + ": " + err.Error())
	}
}

func checkRing(ring []*shard) error {
	next, whole := hashKey{}, false // where a range must begin, until the last key was in one
	for _, sh := range ring {
		if whole || sh.Keys.Start != next {
			return fmt.Errorf("shards do not divide the ring: %s begins at hash key %s, want %s", sh.id, sh.Keys.Start, next)
		}
		next, whole = sh.Keys.End.next(), sh.Keys.End == maxHashKey
	}
	if !whole {
		return fmt.Errorf("shards do not divide the ring: none begins at hash key %s", next)
	}
	return nil
}

// shardAt returns the shard that takes puts of key.
func (st *stream) shardAt(key hashKey) *shard { return st.ring[st.arcs.at(key)] }
