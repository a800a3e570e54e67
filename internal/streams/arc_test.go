package streams

import (
	"testing"

	"pgregory.net/rapid"
)

// However uneven the ring is, a key lies in the shard whose range has it.
func TestArcsFindTheRangeOfAKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 3), rapid.Uint64Range(1<<63-2, 1<<63+2))
		starts := map[hashKey]bool{{}: true}
		for range rapid.IntRange(0, 40).Draw(t, "shards") {
			starts[hashKey{word.Draw(t, "hi"), word.Draw(t, "lo")}] = true
		}
		var shards []*shard
		for start := range starts {
			shards = append(shards, newShard(uint32(len(shards)), shardDocument{State: open, Keys: hashRange{Start: start}}))
		}
		ring := ringOf(shards, (*shard).isOpen)
		for i, sh := range ring {
			sh.Keys.End = maxHashKey
			if i+1 < len(ring) {
				sh.Keys.End = ring[i+1].Keys.Start.prev()
			}
		}
		arcs := arcsOf(ring)
		keys := []hashKey{{word.Draw(t, "hi"), word.Draw(t, "lo")}, {}, maxHashKey}
		for _, sh := range ring {
			keys = append(keys, sh.Keys.Start, sh.Keys.End)
		}
		for _, key := range keys {
			i := arcs.at(key)
			if sh := ring[i]; key.less(sh.Keys.Start) || sh.Keys.End.less(key) || arcs.list[i].number != sh.number {
				t.Fatalf("key %s is looked for in %s to %s", key, sh.Keys.Start, sh.Keys.End)
			}
		}
	})
}
