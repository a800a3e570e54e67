package disklog

import (
	"fmt"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// BenchmarkReadPages reads shards from their first record to their last in pages
// of that size, records of 1 KiB, from segments that are larger than the caches
// (the file system has them in its own). MB/s counts data.
func BenchmarkReadPages(b *testing.B) {
	written := make(chan struct{}, 100)
	o := Options{MemtableBytes: 16 << 20, Events: Events{SegmentWritten: func(SegmentWritten) { written <- struct{}{} }}}
	dir := b.TempDir()
	l := openForBench(b, dir, o)
	const shards, batches = 4, 300
	for range batches {
		appendAll(b, l, batchOf(500, shards, 0))
	}
	for range batches * 500 * 1024 / (17 << 20) {
		<-written
	}
	const last = 3 * batches * 500 / shards / 4 // what is in segments for certain
	for _, page := range []int{4 << 10, 64 << 10, 1 << 20} {
		b.Run(fmt.Sprintf("page=%dKiB", page>>10), func(b *testing.B) {
			b.SetBytes(int64(page))
			b.ReportAllocs()
			from, number := shardlog.Offset(0), uint32(0)
			for b.Loop() {
				s := shardlog.Shard{Stream: shardlog.StreamID{7: 1}, Number: number}
				batch, err := l.Read(b.Context(), s, from, shardlog.Limit{Records: page >> 10, Bytes: 10 << 20})
				if err != nil || len(batch.Records) == 0 {
					b.Fatal(len(batch.Records), err)
				}
				if from = batch.Next; from >= last {
					from, number = 0, (number+1)%shards
				}
			}
		})
	}
}

// BenchmarkReadAmongSegments reads a record of a shard when there are 800 segments.
func BenchmarkReadAmongSegments(b *testing.B) {
	const segments = 800
	// f fills segment i; the shard that is read is the first of stream 1.
	f := func(name string, fill func(i int, put func(s shardlog.Shard))) {
		b.Run(name, func(b *testing.B) {
			l, err := Open(crashfs.New(), "data", Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			offsets := installMany(b, l, segments, fill)
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n += 7
				from := offsets[n%len(offsets)]
				batch, err := l.Read(b.Context(), shardOf(0), from, shardlog.Limit{Records: 1, Bytes: 1})
				if err != nil || len(batch.Records) != 1 || batch.Records[0].Offset != from {
					b.Fatal(from, batch, err)
				}
			}
		})
	}
	f("in one", func(i int, put func(shardlog.Shard)) {
		for n := range 16 {
			put(shardlog.Shard{Stream: streamOf(byte(2 + (i+n)%100))})
		}
		if i == 500 {
			put(shardOf(0))
		}
	})
	f("in every tenth", func(i int, put func(shardlog.Shard)) {
		put(shardlog.Shard{Stream: streamOf(byte(2 + i%100))})
		if i%10 == 0 {
			put(shardOf(0))
		}
	})
	f("in all", func(i int, put func(shardlog.Shard)) {
		put(shardOf(0))
		for n := range uint32(100) {
			put(shardOf(n + 1))
		}
	})
}

// installMany makes n segments of one record of each shard that fill puts, and
// returns the offsets of stream 1's first shard.
func installMany(b *testing.B, l *Log, n int, fill func(i int, put func(shardlog.Shard))) (offsets []shardlog.Offset) {
	b.Helper()
	for i := range n {
		shards := map[shardlog.Shard]bool{}
		fill(i, func(s shardlog.Shard) { shards[s] = true })
		table := &memtable{first: uint64(i + 1), last: uint64(i + 1)}
		for id := range shards {
			s, err := l.shards.make(id)
			if err != nil {
				b.Fatal(err)
			}
			r := runOf(s.state.Next, shardlog.Millis(i+1), 100)
			s.state.Next, s.state.LastArrival = r.next(), r.arrival
			table.shards = append(table.shards, &memShard{shard: s, runs: []run{r}})
			if id == shardOf(0) {
				offsets = append(offsets, r.first)
			}
		}
		made, err := l.writeSegments(b.Context(), table)
		if err != nil {
			b.Fatal(err)
		}
		l.install(metasOf(made))
	}
	return offsets
}
