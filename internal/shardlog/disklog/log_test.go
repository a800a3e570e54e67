package disklog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/shardlogtest"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// Nobody sees a record before it is durable: neither Read, State nor Wait.
func TestNothingIsVisibleBeforeItsSync(t *testing.T) {
	held := holdSyncs(crashfs.New())
	r := start(t, held, "data", Options{})
	held.hold()
	answer := make(chan error, 1)
	go func() {
		_, err := r.Append(context.Background(), batchOf(1, 1, 0))
		answer <- err
	}()
	<-held.reached
	s := batchOf(1, 1, 0)[0].Shard
	if state := r.State(s); state != (shardlog.State{}) {
		t.Errorf("State during the sync: %+v", state)
	}
	if batch, err := r.Read(t.Context(), s, 0, shardlog.Limit{Records: 1, Bytes: 1}); err != nil || len(batch.Records) != 0 {
		t.Errorf("Read during the sync: %+v, %v", batch, err)
	}
	select {
	case err := <-answer:
		t.Errorf("Append answered %v during the sync", err)
	default:
	}
	held.release()
	if err := <-answer; err != nil {
		t.Error(err)
	}
	if err := r.Wait(t.Context(), s, 0); err != nil {
		t.Error(err)
	}
	r.stopped()
}

// While two memtables wait for the flush and the third is full, appends wait;
// they honour their context, controls pass, and the flush lets them on.
func TestAppendsWaitForTheFlush(t *testing.T) {
	held := holdCalls(crashfs.New(), func(op vfs.Op) bool {
		return op.Kind == vfs.OpCreate && strings.Contains(op.Name, segmentPrefix)
	})
	o, written := flushed(1 << 10)
	o.JournalMin, o.JournalMax = 1<<20, 1<<20
	r := start(t, held, "data", o)
	held.hold()
	large := strings.Repeat("x", 1100)
	for range maxSealed + 1 {
		r.put(shardOf(1), large)
	}
	<-held.reached
	r.waitFull()
	ctx, cancel := context.WithCancel(t.Context())
	cancelled := make(chan error, 1)
	go func() {
		_, err := r.Append(ctx, []shardlog.Entry{{Shard: shardOf(1)}})
		cancelled <- err
	}()
	if _, err := r.Seal(t.Context(), shardOf(2), 1); err != nil {
		t.Errorf("Seal while appends wait: %v", err)
	}
	cancel()
	if err := <-cancelled; !errors.Is(err, context.Canceled) {
		t.Errorf("Append with its context ended: %v", err)
	}
	waiting := make(chan error, 1)
	go func() {
		_, err := r.Append(t.Context(), []shardlog.Entry{{Shard: shardOf(1), Data: []byte("waited")}})
		waiting <- err
	}()
	held.release()
	if err := <-waiting; err != nil {
		t.Errorf("Append after the flush: %v", err)
	}
	for range maxSealed + 1 {
		<-written
	}
	r.wantData(shardOf(1), strings.Repeat(large+" ", maxSealed+1)+"waited")
	r.stopped()
}

// waitFull waits until the writer has seen that no memtable may be sealed.
func (r *rig) waitFull() {
	full := func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.mu.full
	}
	for !full() {
		runtime.Gosched()
	}
}

// Contract: at least 11 MiB in up to 500 entries.
func TestLargestAppends(t *testing.T) {
	f := func(name string, sizes func(i int) int, n int, want error) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			fs := crashfs.New()
			r := start(t, fs, "data", Options{})
			entries := make([]shardlog.Entry, n)
			for i := range entries {
				entries[i] = shardlog.Entry{
					Shard: shardOf(uint32(i)), Key: strings.Repeat("k", 256), Data: bytes.Repeat([]byte{byte(i)}, sizes(i)),
				}
			}
			results, err := r.Append(t.Context(), entries)
			if !errors.Is(err, want) {
				t.Fatalf("Append: %v, want %v", err, want)
			}
			r.stopped()
			r = start(t, fs, "data", Options{})
			for i := range results {
				records, _, err := readShard(r.Log, entries[i].Shard)
				if err != nil || len(records) != 1 || !bytes.Equal(records[0].Data, entries[i].Data) || records[0].Key != entries[i].Key {
					t.Fatalf("entry %d: %d records, %v", i, len(records), err)
				}
			}
			r.stopped()
		})
	}
	f("500 of 22 KiB", func(int) int { return 11<<20/500 - 256 }, 500, nil)
	f("one of 10 MiB", func(int) int { return 10 << 20 }, 1, nil)
	f("15 MiB", func(int) int { return 15 << 20 / 100 }, 100, nil)
	f("17 MiB", func(int) int { return 17 << 20 / 100 }, 100, shardlog.ErrTooLarge)
	f("10,000 small ones", func(i int) int { return i % 7 }, 10_000, nil)
	f("none", nil, 0, nil)
}

func TestKeyTooLong(t *testing.T) {
	r := start(t, crashfs.New(), "data", Options{})
	entries := []shardlog.Entry{{Shard: shardOf(1), Key: strings.Repeat("k", maxKey+1)}}
	if _, err := r.Append(t.Context(), entries); !errors.Is(err, shardlog.ErrTooLarge) {
		t.Errorf("Append: %v", err)
	}
	r.stopped()
}

// Records of all sizes in many appends, read back from memory and from segments,
// in pieces of all sizes: the real against the naive.
func TestReadsAreWhatWasAppended(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	o, written := flushed(300 << 10)
	r := start(t, crashfs.New(), "data", o)
	want := map[shardlog.Shard][]shardlog.Record{}
	for range 150 {
		var entries []shardlog.Entry
		for range 1 + rng.IntN(30) {
			size := rng.IntN(2000)
			if rng.IntN(50) == 0 {
				size = rng.IntN(600_000)
			}
			s := shardOf(uint32(rng.IntN(4)))
			entries = append(entries, shardlog.Entry{Shard: s, Key: fmt.Sprint(rng.IntN(100)), Data: bytes.Repeat([]byte{byte(size)}, size)})
		}
		for i, result := range appendAll(t, r.Log, entries) {
			e := entries[i]
			want[e.Shard] = append(want[e.Shard], shardlog.Record{
				Offset: result.Offset, Stamp: result.Stamp, Arrival: result.Arrival, Key: e.Key, Data: e.Data,
			})
		}
	}
	<-written
	for round := range 2 {
		for s, records := range want {
			checkReads(t, rng, r.Log, s, records)
			checkFinds(t, r.Log, s, records)
		}
		r.stopped()
		if round == 0 {
			r = start(t, r.fs, "data", o)
		}
	}
}

// checkReads reads at random places with random limits.
func checkReads(t *testing.T, rng *rand.Rand, l *Log, s shardlog.Shard, want []shardlog.Record) {
	t.Helper()
	for range 100 {
		from := rng.IntN(len(want) + 1)
		limit := shardlog.Limit{Records: 1 + rng.IntN(100), Bytes: 1 + rng.IntN(1<<rng.IntN(21))}
		batch, err := l.Read(t.Context(), s, shardlog.Offset(from), limit)
		if err != nil {
			t.Fatal(err)
		}
		size := 0
		for i, rec := range batch.Records {
			w := want[from+i]
			size += len(rec.Key) + len(rec.Data)
			if rec.Offset != w.Offset || rec.Arrival != w.Arrival || rec.Stamp != w.Stamp || rec.Key != w.Key || !bytes.Equal(rec.Data, w.Data) {
				t.Fatalf("%v: record %d is not what was appended", s, from+i)
			}
		}
		if n := len(batch.Records); n > limit.Records || n > 1 && size > limit.Bytes || n == 0 && from < len(want) || int(batch.Next) != from+n {
			t.Fatalf("%v from %d: %d records of %d bytes, next %d, limit %+v", s, from, n, size, batch.Next, limit)
		}
	}
}

// checkFinds looks up every arrival and its neighbours.
func checkFinds(t *testing.T, l *Log, s shardlog.Shard, want []shardlog.Record) {
	t.Helper()
	for _, rec := range want {
		for _, at := range []shardlog.Millis{rec.Arrival - 1, rec.Arrival, rec.Arrival + 1} {
			first := 0
			for first < len(want) && want[first].Arrival < at {
				first++
			}
			if got, err := l.Find(t.Context(), s, at); err != nil || got != shardlog.Offset(first) {
				t.Fatalf("%v: Find %d = %d, %v; want %d", s, at, got, err, first)
			}
		}
	}
}

// Shards that are in few of many segments are found all the same, and files are
// opened and closed as they are needed.
func TestShardsInFewSegments(t *testing.T) {
	o, written := flushed(1 << 10)
	r := start(t, crashfs.New(), "data", o)
	const segments = 2 * maxOpenSegments
	for n := range segments {
		s := shardOf(uint32(n % 7))
		if n%50 == 0 {
			s = shardOf(1000)
		}
		appendAll(t, r.Log, []shardlog.Entry{
			{Shard: s, Data: []byte(fmt.Sprint(n))},
			{Shard: shardOf(99), Data: make([]byte, 1100)},
		})
		<-written
	}
	for number := range uint32(7) {
		var want []string
		for n := int(number); n < segments; n += 7 {
			if n%50 != 0 {
				want = append(want, fmt.Sprint(n))
			}
		}
		r.wantData(shardOf(number), strings.Join(want, " "))
	}
	r.wantData(shardOf(1000), "0 50 100")
	r.wantData(shardOf(2000), "")
	r.segments.files.mu.Lock()
	if n := len(r.segments.files.open); n > maxOpenSegments {
		t.Errorf("%d segments are open", n)
	}
	r.segments.files.mu.Unlock()
	r.stopped()
}

// Space is given back when nothing in a segment is alive any more.
func TestTrimmedSegmentsAreRemoved(t *testing.T) {
	fs := crashfs.New()
	o, written := flushed(1 << 10)
	removed := make(chan uint64, 10)
	o.Events.SegmentRemoved = func(n uint64) { removed <- n }
	r := start(t, fs, "data", o)
	other := shardlog.Shard{Stream: streamOf(2), Number: 1}
	var last shardlog.Millis
	for _, s := range []shardlog.Shard{shardOf(1), other, shardOf(1)} {
		last = r.put(s, strings.Repeat("x", 1100))[0].Arrival
		<-written
	}
	if err := r.Trim(t.Context(), streamOf(1), last+1); err != nil {
		t.Fatal(err)
	}
	for _, want := range []uint64{1, 3} {
		if got := <-removed; got != want {
			t.Errorf("segment %d is removed, want %d", got, want)
		}
	}
	if err := r.Drop(t.Context(), other.Stream); err != nil {
		t.Fatal(err)
	}
	if got := <-removed; got != 2 {
		t.Errorf("segment %d is removed, want 2", got)
	}
	r.stopped()
	start(t, fs, "data", o).stopped()
	names, err := fs.List("data")
	if err != nil || len(numbersOf(names, segmentPrefix)) > 0 {
		t.Errorf("files %v, %v", names, err)
	}
}

// Under load the journal's files double up to their bound.
func TestJournalGrowsWithTheLoad(t *testing.T) {
	sizes := make(chan int64, 1000)
	o := Options{JournalMin: 16 << 10, JournalMax: 128 << 10, MemtableBytes: 64 << 10}
	o.Events.JournalRotated = func(j JournalRotated) { sizes <- j.Size }
	r := start(t, crashfs.New(), "data", o)
	largest := int64(0)
	for largest < o.JournalMax {
		appendAll(t, r.Log, batchOf(8, 4, 0))
		for len(sizes) > 0 {
			largest = <-sizes
		}
	}
	r.stopped()
}

func TestJournalOfAnIdleFolderIsSmall(t *testing.T) {
	fs := crashfs.New()
	r := start(t, fs, "data", Options{})
	for range 20 {
		r.put(shardOf(1), "little")
	}
	r.stopped()
	if used := fs.Used(); used > 5<<20 {
		t.Errorf("%d bytes", used)
	}
}

// At most 1 KiB of memory for a shard that is idle, its records flushed.
func TestMemoryOfIdleShards(t *testing.T) {
	const shards = 10_000
	fs := crashfs.New()
	writeAndFlush(t, fs, shards)
	before := heap()
	l, err := Open(fs, "data", Options{})
	if err != nil {
		t.Fatal(err)
	}
	each := int64(heap()-before) / shards
	t.Logf("%d bytes for each shard", each)
	if each > 1024 {
		t.Errorf("%d bytes for each shard", each)
	}
	if state := l.State(batchOf(1, 1, shards-1)[0].Shard); state.Next == 0 {
		t.Errorf("state %+v", state)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// writeAndFlush gives each shard a record, in segments.
func writeAndFlush(t *testing.T, fs vfs.FS, shards int) {
	t.Helper()
	o, written := flushed(1)
	o.JournalMax = 128 << 20
	r := start(t, fs, "data", o)
	appendAll(t, r.Log, batchOf(shards, shards, 0))
	<-written
	r.stopped()
}

func heap() uint64 {
	runtime.GC()
	runtime.GC() // pools let go at the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Records that a reader keeps do not change, whatever happens to the log.
func TestRecordsStayAsTheyAre(t *testing.T) {
	o, written := flushed(64 << 10)
	r := start(t, crashfs.New(), "data", o)
	type kept struct {
		rec  shardlog.Record
		want string
	}
	var all []kept
	for n := range 300 {
		data := strings.Repeat(fmt.Sprint(n, " "), 1+n*7%1000)
		at := r.put(shardOf(1), data)[0].Offset
		batch, err := r.Read(t.Context(), shardOf(1), at, shardlog.Limit{Records: 1, Bytes: 1})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, kept{batch.Records[0], data})
	}
	<-written
	r.stopped()
	for n, k := range all {
		if string(k.rec.Data) != k.want || k.rec.Key != "key" {
			t.Fatalf("record %d changed", n)
		}
	}
}

func TestDumpShowsEverything(t *testing.T) {
	w := newWreck(t)
	w.zero(journal1, w.frame(29)+64, 4096-64)
	var out strings.Builder
	if err := Dump(w.fs, "data", &out); err != nil {
		t.Error(err)
	}
	for _, want := range []string{
		"edit: checkpoint 2", "add segment 2", "segment-0000000001, 4096 bytes", "offsets 0 to 9, 10 records", "raw, 116 bytes raw",
		"journal-0000000001, 262144 bytes", "frame 11: 1 sub-frames", "entries " + shardOf(1).String() + ": offsets 28 to 28", "torn tail",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

func TestVerifyCounts(t *testing.T) {
	w := newWreck(t)
	report, err := Verify(w.fs, "data", shardlogtest.Unwrap)
	if err != nil {
		t.Fatal(err)
	}
	report.Bytes = 0
	want := Report{
		Shards: 3, Segments: 2, Blocks: 5, SegmentRecords: 23, StoredBytes: 2514, RawBytes: 2514, Journals: 1, Frames: 12,
		Unflushed: 10, UnflushedRecords: 10, Checkpoint: 2, LastFrame: 12,
	}
	if report != want {
		t.Errorf("%+v, want %+v", report, want)
	}
}

func TestWrongOptions(t *testing.T) {
	f := func(o Options, key string) {
		t.Helper()
		if _, err := Open(crashfs.New(), "data", o); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%+v: %v, want an error of %s", o, err, key)
		}
	}
	f(Options{MemtableBytes: -1}, "MemtableBytes")
	f(Options{JournalMin: 4096}, "JournalMin")
	f(Options{JournalMin: 5 << 20, JournalMax: 4 << 20}, "JournalMax")
	f(Options{Reserve: -1}, "Reserve")
	f(Options{Retry: -1}, "Retry")
	f(Options{FooterCache: -1}, "FooterCache")
	f(Options{BlockCache: -1}, "BlockCache")
}
