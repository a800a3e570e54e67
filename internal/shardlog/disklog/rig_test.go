package disklog

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/shardlogtest"
	"github.com/freshet/freshet/internal/vfs"
)

// rig is a log that runs.
type rig struct {
	testing.TB
	*Log
	end context.CancelFunc
	ran chan error
}

// start opens a log and runs it until stop, or the test's end.
func start(tb testing.TB, fs vfs.FS, dir string, o Options) *rig {
	tb.Helper()
	l, err := Open(fs, dir, o)
	if err != nil {
		tb.Fatal(err)
	}
	r := &rig{TB: tb, Log: l, ran: make(chan error, 1)}
	var ctx context.Context
	ctx, r.end = context.WithCancel(context.Background())
	go func() { r.ran <- l.Run(ctx) }()
	tb.Cleanup(func() {
		if r.end != nil {
			r.stop()
		}
	})
	return r
}

// stop ends the log and returns what Run returned.
func (r *rig) stop() error {
	r.Helper()
	r.end()
	r.end = nil
	err := <-r.ran
	if closing := r.Close(); closing != nil && err == nil {
		r.Errorf("Close: %v", closing)
	}
	return err
}

// stopped is stop, and Run must have ended well.
func (r *rig) stopped() {
	r.Helper()
	if err := r.stop(); err != nil {
		r.Fatalf("Run: %v", err)
	}
}

// put appends data to a shard, one entry each, in one append.
func (r *rig) put(s shardlog.Shard, data ...string) []shardlog.Result {
	r.Helper()
	return putInto(r.TB, r.Log, s, data...)
}

func putInto(tb testing.TB, l *Log, s shardlog.Shard, data ...string) []shardlog.Result {
	tb.Helper()
	entries := make([]shardlog.Entry, len(data))
	for i, d := range data {
		entries[i] = shardlog.Entry{Shard: s, Generation: 1, Key: "key", Data: []byte(d)}
	}
	results := appendAll(tb, l, entries)
	if results == nil {
		tb.FailNow()
	}
	return results
}

// wantData demands that all of s reads as want, joined by spaces.
func (r *rig) wantData(s shardlog.Shard, want string) {
	r.Helper()
	records, state, err := readShard(r.Log, s)
	if err != nil {
		r.Fatalf("%v: %v", s, err)
	}
	if got := dataOf(records); got != want {
		r.Fatalf("%v is %.200q, want %.200q; %+v", s, got, want, state)
	}
}

func dataOf(records []shardlog.Record) string {
	var data []string
	for _, rec := range records {
		data = append(data, string(rec.Data))
	}
	return strings.Join(data, " ")
}

// numbered returns the data "from" to "to-1", and the same joined.
func numbered(from, to int) (data []string, joined string) {
	for i := from; i < to; i++ {
		data = append(data, fmt.Sprint(i))
	}
	return data, strings.Join(data, " ")
}

// shardOf names the shards of stream 1, and streamOf streams.
func shardOf(n uint32) shardlog.Shard {
	return shardlog.Shard{Stream: streamOf(1), Number: n}
}

func streamOf(n byte) shardlog.StreamID { return shardlog.StreamID{0: 0xab, 15: n} }

// opening are options of a log that has its data keys unwrapped.
var opening = Options{Unwrap: shardlogtest.Unwrap}

// addKey adds the nth data key of the suite to a stream.
func addKey(l *Log, stream shardlog.StreamID, n byte) (shardlog.KeyID, error) {
	k := shardlogtest.Wrapped(stream, n)
	secret, err := shardlogtest.Unwrap(context.Background(), k)
	if err != nil {
		return 0, err
	}
	return l.AddKey(context.Background(), stream, k, secret)
}

// encrypt has the stream encrypted with the nth key from now on.
func (r *rig) encrypt(stream shardlog.StreamID, n byte, s shardlog.Settings) shardlog.KeyID {
	r.Helper()
	id, err := addKey(r.Log, stream, n)
	if err != nil {
		r.Fatal(err)
	}
	s.Key = id
	if err := r.Configure(context.Background(), stream, s); err != nil {
		r.Fatal(err)
	}
	return id
}

// anySettings draws settings of any class.
func anySettings(rng *rand.Rand) shardlog.Settings {
	return shardlog.Settings{
		Retention:   []time.Duration{0, day, 7 * day, 31 * day, 365 * day}[rng.IntN(5)],
		Compression: shardlog.Compression(rng.IntN(2)),
	}
}

// flushed returns options with which each memtable of that size gives a segment,
// and a channel that tells of each.
func flushed(memtable int64) (Options, chan SegmentWritten) {
	written := make(chan SegmentWritten, 10_000)
	o := tiny
	o.MemtableBytes = memtable
	o.Events.SegmentWritten = func(w SegmentWritten) { written <- w }
	return o, written
}

// waitNext waits until there is a next journal file: nobody tells.
func (r *rig) waitNext() {
	there := func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.mu.next != nil
	}
	for !there() {
		runtime.Gosched()
	}
}
