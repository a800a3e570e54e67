package disklog

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

// BenchmarkFlush writes a memtable of 64 MiB to a segment: records of 1 KiB, each
// a run of its own, that came round the shards. cpu-ns/record is processor time.
func BenchmarkFlush(b *testing.B) {
	for _, shards := range []int{4, 100, 1000, 10_000} {
		b.Run(fmt.Sprintf("shards=%d", shards), func(b *testing.B) {
			benchmarkFlush(b, shards, shardlog.NoCompression)
		})
	}
	b.Run("shards=4/s2", func(b *testing.B) { benchmarkFlush(b, 4, shardlog.S2) })
}

func benchmarkFlush(b *testing.B, shards int, compression shardlog.Compression) {
	l, err := Open(vfs.OS, b.TempDir(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	const records = 64 << 10
	stream := shardlog.StreamID{7: 1}
	if err := l.Configure(b.Context(), stream, shardlog.Settings{Compression: compression}); err != nil {
		b.Fatal(err)
	}
	table := roundTable(b, l, stream, shards, records)
	var cpu int64
	b.SetBytes(table.bytes)
	b.ReportAllocs()
	for b.Loop() {
		before := cpuTime()
		made, err := l.writeSegments(b.Context(), table)
		if err != nil {
			b.Fatal(err)
		}
		cpu += int64(cpuTime() - before)
		b.StopTimer()
		if err := l.unmake(metasOf(made)); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(cpu)/float64(records*b.N), "cpu-ns/record")
}

// roundTable returns a memtable of that many telemetry records that went round the
// shards, ten in a millisecond.
func roundTable(b *testing.B, l *Log, stream shardlog.StreamID, shards, records int) *memtable {
	rng := rand.New(rand.NewPCG(1, 1))
	table := &memtable{first: 1, last: 1}
	for n := range records {
		s, err := l.shards.make(shardlog.Shard{Stream: stream, Number: uint32(n % shards)})
		if err != nil {
			b.Fatal(err)
		}
		data := telemetry(rng)
		for len(data) < 1000 {
			data = append(data, telemetry(rng)...)
		}
		batch := newBatch([]shardlog.Entry{{Shard: s.id(), Key: "partition-key", Data: data[:1000]}})
		if err := batch.plan(); err != nil {
			b.Fatal(err)
		}
		body := table.keep(make([]byte, batch.runs[0].size))
		batch.writeRun(body, &batch.runs[0])
		s.mu.Lock()
		table.addLocked(table.ofLocked(s), run{first: s.state.Next, arrival: shardlog.Millis(1 + n/10), count: 1, body: body})
		s.state.Next++
		s.mu.Unlock()
		table.bytes += int64(len(body))
	}
	table.seal()
	return table
}
