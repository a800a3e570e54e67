package disklog

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

// openForBench opens a log on the disk and runs it.
func openForBench(b *testing.B, dir string, o Options) *Log {
	l, err := Open(vfs.OS, dir, o)
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	ran := make(chan error, 1)
	go func() { ran <- l.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		if err := <-ran; err != nil {
			b.Error(err)
		}
		if err := l.Close(); err != nil {
			b.Error(err)
		}
	})
	return l
}

// batchOf returns n entries of 1 KiB that go round the shards from first on.
func batchOf(n, shards, first int) []shardlog.Entry {
	data := bytes.Repeat([]byte("freshet "), 128)
	entries := make([]shardlog.Entry, n)
	for i := range entries {
		s := shardlog.Shard{Stream: shardlog.StreamID{7: 1}, Number: uint32((first + i) % shards)}
		entries[i] = shardlog.Entry{Shard: s, Key: "partition-key", Data: data}
	}
	return entries
}

// scattered returns 64 batches of n entries of 1 KiB, each entry for any of the
// shards, as hashed keys are.
func scattered(n, shards int) [][]shardlog.Entry {
	random := rand.New(rand.NewPCG(1, 2))
	batches := make([][]shardlog.Entry, 64)
	for i := range batches {
		batches[i] = batchOf(n, shards, 0)
		for j := range batches[i] {
			batches[i][j].Shard.Number = random.Uint32N(uint32(shards))
		}
	}
	return batches
}

// BenchmarkAppend500 is 8 appenders of 500 records of 1 KiB. ns/op is for one
// append; records/s is what counts.
func BenchmarkAppend500(b *testing.B) { benchmarkAppend500(b, false) }

// BenchmarkAppend500Encrypted is BenchmarkAppend500 to a stream that has a data key.
func BenchmarkAppend500Encrypted(b *testing.B) { benchmarkAppend500(b, true) }

func benchmarkAppend500(b *testing.B, encrypted bool) {
	for _, shards := range []int{4, 100, 1000, 10_000} {
		b.Run(fmt.Sprintf("shards=%d", shards), func(b *testing.B) {
			l := openForBench(b, b.TempDir(), opening)
			batches := scattered(500, shards)
			if encrypted {
				stream := batches[0][0].Shard.Stream
				id, err := addKey(l, stream, 1)
				if err == nil {
					err = l.Configure(context.Background(), stream, shardlog.Settings{Key: id})
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			const appenders = 8
			var work sync.WaitGroup
			left := make(chan struct{}, b.N)
			for range b.N {
				left <- struct{}{}
			}
			close(left)
			b.SetBytes(500 * 1024)
			b.ResetTimer()
			used := cpuTime()
			for a := range appenders {
				work.Go(func() {
					for i := a; ; i += appenders {
						if _, more := <-left; !more {
							return
						}
						appendAll(b, l, batches[i%len(batches)])
					}
				})
			}
			work.Wait()
			records := float64(500 * b.N)
			b.ReportMetric(records/b.Elapsed().Seconds(), "records/s")
			b.ReportMetric(float64((cpuTime()-used).Nanoseconds())/records, "cpu-ns/record")
		})
	}
}

func appendAll(tb testing.TB, l *Log, entries []shardlog.Entry) []shardlog.Result {
	tb.Helper()
	results, err := l.Append(context.Background(), entries)
	if err != nil {
		tb.Error(err)
		return nil
	}
	for _, r := range results {
		if r.Err != nil {
			tb.Error(r.Err)
		}
	}
	return results
}

// BenchmarkAppendOne is one appender of one record; p50 and p99 are in µs, and
// sync-p50 is that of a bare write and sync of 4 KiB in the same run.
func BenchmarkAppendOne(b *testing.B) {
	l := openForBench(b, b.TempDir(), Options{})
	entries := batchOf(1, 1, 0)
	appendAll(b, l, entries)
	took := make([]time.Duration, 0, b.N)
	for b.Loop() {
		began := time.Now()
		appendAll(b, l, entries)
		took = append(took, time.Since(began))
	}
	report := func(name string, took []time.Duration, per float64) {
		slices.Sort(took)
		b.ReportMetric(float64(took[int(float64(len(took)-1)*per)].Nanoseconds())/1000, name)
	}
	report("p50-µs", took, 0.5)
	report("p99-µs", took, 0.99)
	report("sync-p50-µs", syncTimes(b, min(len(took), 2000)), 0.5)
}

func syncTimes(b *testing.B, n int) []time.Duration {
	name := b.TempDir() + "/floor"
	file, err := vfs.OS.Create(name, vfs.Direct)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	zeros := vfs.AlignedBuffer(1 << 20)
	for at := int64(0); at < 16<<20; at += 1 << 20 {
		if _, err := file.WriteAt(zeros, at); err != nil {
			b.Fatal(err)
		}
	}
	if err := file.Sync(); err != nil {
		b.Fatal(err)
	}
	took := make([]time.Duration, n)
	for i := range took {
		began := time.Now()
		if _, err := file.WriteAt(zeros[:vfs.BlockSize], int64(i%4096)*vfs.BlockSize); err != nil {
			b.Fatal(err)
		}
		if err := file.Sync(); err != nil {
			b.Fatal(err)
		}
		took[i] = time.Since(began)
	}
	return took
}

// BenchmarkReadTail reads 1,000 records of 1 KiB from memory.
func BenchmarkReadTail(b *testing.B) {
	l := openForBench(b, b.TempDir(), Options{})
	for range 20 {
		appendAll(b, l, batchOf(500, 4, 0))
	}
	readRound(b, l, 2500)
}

// BenchmarkReadSegment reads 1,000 records of 1 KiB from segments, through the
// page cache.
func BenchmarkReadSegment(b *testing.B) {
	written := make(chan struct{}, 100)
	o := Options{MemtableBytes: 4 << 20, Events: Events{SegmentWritten: func(SegmentWritten) { written <- struct{}{} }}}
	l := openForBench(b, b.TempDir(), o)
	for range 40 {
		appendAll(b, l, batchOf(500, 4, 0))
	}
	for range 3 {
		<-written
	}
	readRound(b, l, 2500)
}

// readRound reads the shard's first records again and again.
func readRound(b *testing.B, l *Log, upTo shardlog.Offset) {
	b.SetBytes(1000 * 1024)
	b.ReportAllocs()
	s := shardlog.Shard{Stream: shardlog.StreamID{7: 1}}
	from := shardlog.Offset(0)
	for b.Loop() {
		batch, err := l.Read(b.Context(), s, from, shardlog.Limit{Records: 1000, Bytes: 10 << 20})
		if err != nil || len(batch.Records) == 0 {
			b.Fatal(len(batch.Records), err)
		}
		if from = batch.Next; from >= upTo {
			from = 0
		}
	}
}

// BenchmarkSeal is the encryption of a body, and BenchmarkOpen its decryption.
func BenchmarkSeal(b *testing.B) {
	k, _ := suiteKeys().get(1, streamOf(1))
	header := make([]byte, subHeaderSize-4)
	for _, size := range []int{1 << 10, 128 << 10} {
		b.Run(fmt.Sprintf("bytes=%d", size), func(b *testing.B) {
			body, dst := make([]byte, size), make([]byte, size+sealOverhead)
			b.SetBytes(int64(size))
			for b.Loop() {
				s, err := k.sealer(context.Background(), useJournal)
				if err != nil {
					b.Fatal(err)
				}
				s.seal(dst[:0], body, header)
			}
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	keys := suiteKeys()
	k, _ := keys.get(1, streamOf(1))
	s, err := k.sealer(context.Background(), useSegment)
	if err != nil {
		b.Fatal(err)
	}
	sealed := s.seal(nil, make([]byte, 256<<10), nil)
	b.SetBytes(256 << 10)
	for b.Loop() {
		if _, err := keys.open(context.Background(), 1, streamOf(1), useSegment, sealed, nil); err != nil {
			b.Fatal(err)
		}
	}
}
