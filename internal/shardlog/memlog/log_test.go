package memlog

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/shardlogtest"
)

func TestContract(t *testing.T) {
	shardlogtest.Run(t, shardlogtest.Driver{
		New: func(*testing.T) func() (shardlog.Log, error) {
			return func() (shardlog.Log, error) { return New(), nil }
		},
		Volatile: true,
	})
}

var (
	ctx  = context.Background()
	name = shardlog.Shard{Stream: shardlog.StreamID{1}, Number: 1}
)

func appendOne(t testing.TB, l *Log, data []byte) shardlog.Result {
	t.Helper()
	results, err := l.Append(ctx, []shardlog.Entry{{Shard: name, Key: "k", Data: data}})
	if err != nil || results[0].Err != nil {
		t.Fatalf("Append = %+v, %v", results, err)
	}
	return results[0]
}

// In a bubble time moves while all wait, and a Log needs no Run to be used.
func TestInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New()
		first := appendOne(t, l, nil)
		time.Sleep(time.Hour)
		second := appendOne(t, l, nil)
		if passed := second.Arrival - first.Arrival; passed != 3_600_000 {
			t.Errorf("an hour took %d ms", passed)
		}
		if found, err := l.Find(ctx, name, first.Arrival+1); found != second.Offset || err != nil {
			t.Errorf("Find = %d, %v", found, err)
		}

		waited := make(chan error)
		go func() { waited <- l.Wait(ctx, name, second.Offset+1) }()
		synctest.Wait()
		select {
		case err := <-waited:
			t.Fatalf("Wait returned %v at the tail", err)
		default:
		}
		appendOne(t, l, nil)
		if err := <-waited; err != nil {
			t.Errorf("Wait = %v", err)
		}

		runCtx, end := context.WithCancel(ctx)
		go func() { waited <- l.Run(runCtx) }()
		synctest.Wait()
		end()
		if err := <-waited; err != nil {
			t.Errorf("Run = %v", err)
		}
	})
}

func TestClockSetBack(t *testing.T) {
	s := &shard{}
	s.append(shardlog.Record{Stamp: 1000})
	got := s.append(shardlog.Record{Stamp: 900})
	if got.Stamp != 900 || got.Arrival != 1000 {
		t.Errorf("stamp %d, arrival %d; want 900, 1000", got.Stamp, got.Arrival)
	}
}

// watched appends a record and returns a pointer that is nil once it is freed.
func watched(t *testing.T, l *Log) weak.Pointer[byte] {
	t.Helper()
	r := appendOne(t, l, make([]byte, 1<<16))
	batch, err := l.Read(ctx, name, r.Offset, shardlog.Limit{Records: 1, Bytes: 1})
	if err != nil {
		t.Fatal(err)
	}
	return weak.Make(&batch.Records[0].Data[0])
}

func TestTrimmedRecordsAreFreed(t *testing.T) {
	l := New()
	data := watched(t, l)
	if err := l.Trim(ctx, name.Stream, shardlog.MillisOf(time.Now())+1); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	if data.Value() != nil {
		t.Error("the record is still in memory")
	}
	appendOne(t, l, nil)
}

func TestDroppedRecordsAreFreed(t *testing.T) {
	l := New()
	data := watched(t, l)
	if err := l.Drop(ctx, name.Stream); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	if data.Value() != nil {
		t.Error("the record is still in memory")
	}
	runtime.KeepAlive(l)
}

func TestTrimmingGivesRoomBack(t *testing.T) {
	s := &shard{}
	for i := range 100_000 {
		s.append(shardlog.Record{Stamp: shardlog.Millis(i)})
		if len(s.records) > 10 {
			s.trim(1)
		}
	}
	if cap(s.records) > 100 {
		t.Errorf("room for %d records holds 10", cap(s.records))
	}
	if s.floor != 99_990 || s.next != 100_000 || len(s.records) != 10 {
		t.Errorf("floor %d, next %d, %d records", s.floor, s.next, len(s.records))
	}
}

func BenchmarkAppend500(b *testing.B) {
	entries := make([]shardlog.Entry, 500)
	data := []byte(strings.Repeat("d", 1024))
	for i := range entries {
		entries[i] = shardlog.Entry{Shard: shardlog.Shard{Stream: name.Stream, Number: uint32(i % 4)}, Key: "key", Data: data}
	}
	l := New()
	b.SetBytes(500 * 1024)
	for i := 0; b.Loop(); i++ {
		if _, err := l.Append(ctx, entries); err != nil {
			b.Fatal(err)
		}
		if i%100 == 99 {
			_ = l.Trim(ctx, name.Stream, 1<<60)
		}
	}
}
