package disklog

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

// BenchmarkRecovery opens a log whose journal has 512 MiB to replay, to 1,000
// shards. s/op is what counts, and the goal is 2.
func BenchmarkRecovery(b *testing.B) {
	dir := b.TempDir()
	o := Options{MemtableBytes: 1 << 30}
	r := start(b, vfs.OS, dir, o)
	const appends = 1024
	for n := range appends {
		appendAll(b, r.Log, batchOf(500, 1000, 500*n))
	}
	r.stopped()
	b.SetBytes(appends * 500 * 1024)
	for b.Loop() {
		l, err := Open(vfs.OS, dir, o)
		if err != nil {
			b.Fatal(err)
		}
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/op")
}

// BenchmarkOpenLargeFolder opens a log of 800 segments of 64 MiB, 50 GiB in all,
// each with records of 10,000 shards. Opening looks at their lengths, so the files
// are holes of the right length. heap-bytes is what the open log holds.
func BenchmarkOpenLargeFolder(b *testing.B) {
	const segments, shards, size = 800, 10_000, 64 << 20
	dir := b.TempDir()
	l, err := Open(vfs.OS, dir, Options{})
	if err != nil {
		b.Fatal(err)
	}
	e := l.manifest.current()
	for n := uint64(1); n <= segments; n++ {
		m := segmentMeta{trailer: trailer{number: n, size: size, shards: shards, blocks: shards, records: 60_000}, class: classDay}
		m.span = lsnSpan{n, n}
		m.streams = []shardlog.StreamID{streamOf(1)}
		m.footerLength = shards * (footerShard + footerBlock)
		m.footerPosition = size - headerSize - int64(m.footerLength)
		m.firstArrival, m.lastArrival = shardlog.Millis(n), shardlog.Millis(n+1)
		e.added = append(e.added, m)
		makeHole(b, segmentPath(dir, n), size)
	}
	for n := range uint32(shards) {
		e.states = append(e.states, savedState{shardOf(n), shardState{State: shardlog.State{Next: 4_800, LastArrival: segments + 1}}})
	}
	e.checkpoint, e.reached = segments, 0
	if err := l.manifest.commit(e, l.wholeEdit); err != nil {
		b.Fatal(err)
	}
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
	before := inUse()
	var held uint64
	for b.Loop() {
		l, err := Open(vfs.OS, dir, Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		held = inUse() - before
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/op")
	b.ReportMetric(float64(held), "heap-bytes")
}

func makeHole(b *testing.B, path string, size int64) {
	file, err := vfs.OS.Create(path, vfs.Buffered)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := file.WriteAt(make([]byte, 1), size-1); err != nil {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
}

// inUse is the memory in use.
func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

// BenchmarkWaiters is 10,000 readers that wait, each for the tail of its own shard:
// what one takes in memory, its goroutine included, the processor time of all of
// them in a second in which nothing happens, and how long it takes until all have
// been woken by appends.
func BenchmarkWaiters(b *testing.B) {
	const waiters = 10_000
	l := openForBench(b, b.TempDir(), Options{})
	var wake time.Duration
	var memory, idle float64
	for b.Loop() {
		before := inUse()
		ctx, cancel := context.WithCancel(b.Context())
		var woken, waiting sync.WaitGroup
		for n := range waiters {
			shard := shardlog.Shard{Stream: streamOf(1), Number: uint32(n)}
			from := l.State(shard).Next
			waiting.Add(1)
			woken.Go(func() {
				waiting.Done()
				if err := l.Wait(ctx, shard, from); err != nil {
					b.Error(err)
				}
			})
		}
		waiting.Wait()
		time.Sleep(100 * time.Millisecond) // they are on their way to the wait
		memory = float64(inUse()-before) / waiters
		used := cpuTime()
		time.Sleep(time.Second) // the time that is measured
		idle = float64((cpuTime() - used).Microseconds())
		began := time.Now()
		for n := 0; n < waiters; n += 500 {
			entries := batchOf(500, waiters, n)
			for i := range entries {
				entries[i].Shard.Stream = streamOf(1)
			}
			appendAll(b, l, entries)
		}
		woken.Wait()
		wake = time.Since(began)
		cancel()
	}
	b.ReportMetric(memory, "bytes/waiter")
	b.ReportMetric(idle, "idle-µs/s")
	b.ReportMetric(wake.Seconds()*1000, "ms-to-wake-all")
}
