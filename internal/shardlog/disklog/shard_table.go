package disklog

import "iter"

// shardTable finds the shards of one stream by their numbers, which are given from
// 0 on: it is a list. A number that the list would be mostly empty for, because
// those before it have not been appended to, is in a map.
type shardTable struct {
	list  []*shard
	far   map[uint32]*shard
	count int
}

// The list has at most perShard places for each shard, and nearby more.
const (
	perShard = 4
	nearby   = 16
)

// get returns the shard of that number, or nil.
func (t *shardTable) get(number uint32) *shard {
	if int64(number) < int64(len(t.list)) {
		return t.list[number]
	}
	return t.far[number]
}

// put adds a shard whose number is not there.
func (t *shardTable) put(s *shard) {
	t.count++
	if int64(s.number) >= int64(perShard*t.count+nearby) {
		if t.far == nil {
			t.far = map[uint32]*shard{}
		}
		t.far[s.number] = s
		return
	}
	for int64(s.number) >= int64(len(t.list)) {
		n := uint32(len(t.list))
		t.list = append(t.list, t.far[n])
		delete(t.far, n)
	}
	t.list[s.number] = s
}

// all returns the shards, those of the list by number.
func (t *shardTable) all() iter.Seq[*shard] {
	return func(yield func(*shard) bool) {
		for _, s := range t.list {
			if s != nil && !yield(s) {
				return
			}
		}
		for _, s := range t.far {
			if !yield(s) {
				return
			}
		}
	}
}
