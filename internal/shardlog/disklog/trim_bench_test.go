package disklog

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

// BenchmarkTrimNothing trims 1,000 streams of 4 shards in which nothing has
// become too old since the last trim, as is done every minute. Their records are
// in segments and not in memory, and most floors lie within a block.
func BenchmarkTrimNothing(b *testing.B) {
	const streams, shards, rounds = 1000, 4, 10
	dir, o := b.TempDir(), Options{MemtableBytes: 16 << 20}
	id := func(i int) (id shardlog.StreamID) {
		binary.BigEndian.PutUint32(id[:], uint32(i))
		return id
	}
	data := bytes.Repeat([]byte("freshet "), 128)
	var before shardlog.Millis
	r := start(b, vfs.OS, dir, o)
	for round := range rounds {
		for first := 0; first < streams*shards; first += 500 {
			entries := make([]shardlog.Entry, 500)
			for i := range entries {
				s := shardlog.Shard{Stream: id((first + i) / shards), Number: uint32(i % shards)}
				entries[i] = shardlog.Entry{Shard: s, Key: fmt.Sprint(i), Data: data}
			}
			results := appendAll(b, r.Log, entries)
			if round == rounds/2 && first == 0 {
				before = results[0].Arrival
			}
		}
	}
	r.stopped()
	l := openForBench(b, dir, o)
	trim := func() {
		for i := range streams {
			if err := l.Trim(b.Context(), id(i), before); err != nil {
				b.Fatal(err)
			}
		}
	}
	trim()
	group := l.durable.Load()
	for b.Loop() {
		trim()
	}
	if l.durable.Load() != group {
		b.Error("a trim without a floor that rises writes to the journal")
	}
}
