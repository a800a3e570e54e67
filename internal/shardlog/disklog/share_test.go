package disklog

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/shardlogtest"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

// A flush puts streams together that are kept equally long, and a large stream
// alone; a stream that has had its own segment keeps one until it has shrunk to
// half.
func TestSharesOfAFlush(t *testing.T) {
	l, err := Open(crashfs.New(), "data", Options{ownSegment: 1000})
	if err != nil {
		t.Fatal(err)
	}
	retentions := []time.Duration{1: 0, 2: 7 * day, 3: time.Hour, 4: 90 * day, 5: 20 * day}
	for n, retention := range retentions[1:] {
		if err := l.Configure(t.Context(), streamOf(byte(n+1)), shardlog.Settings{Retention: retention}); err != nil {
			t.Fatal(err)
		}
	}
	// bytes are those of the streams 1 to 6; the last was never configured.
	f := func(want string, bytes ...int) {
		t.Helper()
		table := &memtable{}
		for i, n := range bytes {
			for number := range uint32(2) {
				if s, err := l.shards.make(shardlog.Shard{Stream: streamOf(byte(i + 1)), Number: number}); err != nil {
					t.Fatal(err)
				} else if n > 0 {
					ms := &memShard{shard: s, runs: []run{{count: 1, body: make([]byte, n/2)}}}
					table.shards = append(table.shards, ms)
				}
			}
		}
		if got := describe(l.share(table)); got != want {
			t.Errorf("bytes %v are divided into\n%s, want\n%s", bytes, got, want)
		}
	}
	f("")
	f("day: 1 3 6, week: 2, month: 5, year: 4", 10, 10, 10, 10, 10, 10)
	f("day: 1, day: 3 6, week: 2", 1002, 1000, 1000, 0, 0, 10)
	f("day: 1, day: 3", 502, 0, 502)
	f("day: 1, day: 3", 502, 0, 502) // 1 stays large
	f("day: 1 3", 500, 0, 1000)
	f("day: 1 3", 502, 0, 1000) // and has to grow again
	f("day: 3, week: 2", 0, 1002, 10)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// describe names the class and the streams of each share, and checks the order of
// its shards.
func describe(shares []*share) string {
	var all []string
	for _, s := range shares {
		var names strings.Builder
		for i, a := range s.shards {
			if a.number != uint32(i%2) {
				return fmt.Sprintf("shard %s is out of place", a.id())
			}
			if i%2 == 0 {
				fmt.Fprintf(&names, " %d", a.stream.id[15])
			}
		}
		all = append(all, fmt.Sprintf("%s:%s", s.class, names.String()))
	}
	return strings.Join(all, ", ")
}

// A disk that fills up while the second segment of a flush is made: the first is
// removed, and both are made again when there is room.
func TestAFlushIsMadeWhollyOrNot(t *testing.T) {
	disk := crashfs.New()
	faulty := faultfs.New(disk)
	o, written := flushed(1 << 10)
	o.JournalMin, o.JournalMax, o.Retry = 1<<20, 1<<20, 1
	var left []string
	healed := make(chan struct{}, 10)
	o.Events.NoSpace = func(err error) {
		if err != nil {
			names, err := disk.List("data")
			left = append(left, fmt.Sprint(numbersOf(names, segmentPrefix), err))
			return
		}
		healed <- struct{}{}
	}
	r := start(t, faulty, "data", o)
	if err := r.Configure(t.Context(), streamOf(2), shardlog.Settings{Retention: 7 * day}); err != nil {
		t.Fatal(err)
	}
	second := func(op vfs.Op) bool {
		return op.Kind == vfs.OpWrite && strings.HasSuffix(op.Name, "segment-0000000002")
	}
	faulty.Inject(faultfs.Rule{Match: second, Err: vfs.ErrNoSpace})
	week := shardlog.Shard{Stream: streamOf(2)}
	appendAll(t, r.Log, []shardlog.Entry{
		{Shard: shardOf(1), Data: make([]byte, 2000)},
		{Shard: week, Data: []byte("kept a week")},
	})
	<-healed
	for _, want := range []string{"3 day", "4 week"} {
		if w := <-written; fmt.Sprint(w.Number, " ", w.Class) != want {
			t.Errorf("segment %d of class %s is written, want %s", w.Number, w.Class, want)
		}
	}
	r.wantData(week, "kept a week")
	if got := strings.Join(left, ", "); got != "[] <nil>" {
		t.Errorf("segments while the disk is full: %s, want none", got)
	}
	r.stopped()
	if _, err := Verify(disk, "data", shardlogtest.Unwrap); err != nil {
		t.Error(errors.Unwrap(err))
	}
}
