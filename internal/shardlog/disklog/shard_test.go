package disklog

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"
)

// What the comment of shard says of the cache, whose lines have 64 bytes.
func TestAShardHasWholeLines(t *testing.T) {
	if unsafe.Sizeof(uintptr(0)) != 8 {
		return
	}
	var s shard
	if end := unsafe.Offsetof(s.active) + unsafe.Sizeof(s.active); end != 64 {
		t.Errorf("what joining needs has %d bytes", end)
	}
	if at := unsafe.Offsetof(s.saved); at != 128 {
		t.Errorf("saved is at %d", at)
	}
	if n := unsafe.Sizeof(s); n != 192 {
		t.Errorf("a shard has %d bytes", n)
	}
}

// A shardTable is a map, however the numbers come.
func TestShardTable(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 0))
		var table shardTable
		want := map[uint32]*shard{}
		for range 1 + random.IntN(300) {
			s := &shard{number: random.Uint32() >> random.UintN(32)}
			if random.IntN(2) == 0 {
				s.number = uint32(len(want))
			}
			if got := table.get(s.number); got != want[s.number] {
				t.Fatalf("seed %d: shard %d is %p, want %p", seed, s.number, got, want[s.number])
			}
			if want[s.number] == nil {
				table.put(s)
				want[s.number] = s
			}
		}
		got := map[uint32]*shard{}
		for s := range table.all() {
			got[s.number] = s
		}
		if !maps.Equal(got, want) {
			t.Fatalf("seed %d: all has shards %v, want %v", seed, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
		}
		if n := len(table.list); n > perShard*len(want)+nearby {
			t.Fatalf("seed %d: a list of %d for %d shards", seed, n, len(want))
		}
	}
}
