package disklog

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// Two streams have a record in each of ten segments, a minute apart. A trim
// makes suspects of the segments whose minutes have come since the one before, a
// drop of those that hold the stream.
func TestATrimTouchesFewSegments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := crashfs.New()
		o, written := flushed(1 << 10)
		r := start(t, fs, "data", o)
		var arrivals []shardlog.Millis
		for n := range 10 {
			other := shardlog.Shard{Stream: streamOf(byte(2 + n/5))}
			results := appendAll(t, r.Log, []shardlog.Entry{
				{Shard: shardOf(1), Data: []byte(strings.Repeat("x", 1100))},
				{Shard: other, Data: []byte("other")},
			})
			arrivals = append(arrivals, results[0].Arrival)
			<-written
			time.Sleep(time.Minute)
		}
		r.stopped()
		l, err := Open(fs, "data", o)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		lookAll(t, l)
		f := func(id shardlog.StreamID, bound shardlog.Millis, want string) {
			t.Helper()
			l.changed(id, bound)
			if l.collect(); suspects(l) != want {
				t.Errorf("suspects %s, want %s", suspects(l), want)
			}
			lookAll(t, l)
		}
		f(streamOf(1), arrivals[0], "[]")
		f(streamOf(1), arrivals[2], "[1 2]")
		f(streamOf(1), arrivals[2]+1, "[3]")
		f(streamOf(1), arrivals[5], "[4 5]")
		f(streamOf(3), arrivals[9], "[6 7 8 9]")
		f(streamOf(3), forever, "[10]")
		f(streamOf(4), forever, "[]")
		// The clock was set back.
		f(streamOf(1), arrivals[2], "[1 2]")
	})
}

// suspects returns the numbers of the segments that are to be looked at.
func suspects(l *Log) string {
	numbers := []uint64{}
	for _, s := range l.collection.suspects {
		numbers = append(numbers, s.number)
	}
	return fmt.Sprint(numbers)
}

// lookAll looks at all segments, of which none is dead.
func lookAll(t *testing.T, l *Log) {
	t.Helper()
	for l.suspectNew(); len(l.collection.suspects) > 0; {
		if dead := l.findDead(); len(dead) > 0 {
			t.Fatalf("%d segments are dead", len(dead))
		}
	}
}

// A segment that was rewritten while it was a suspect is none any more: it would
// be removed from the manifest twice.
func TestASuspectThatWasRewritten(t *testing.T) {
	fs := crashfs.New()
	o, written := flushed(1 << 10)
	r := start(t, fs, "data", o)
	r.put(shardOf(1), strings.Repeat("x", 1100))
	<-written
	r.stopped()
	l, err := Open(fs, "data", o)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	old := l.segments.current.segments[0]
	l.suspectNew()
	j := &job{inputs: []*segment{old}, meta: segmentMeta{class: old.class, level: old.level, span: old.span}}
	l.rewriting.job = j
	j.made, j.err = l.rewriteSegments(t.Context(), j)
	l.rewriting.results <- j
	if err := l.takeResult(); err != nil {
		t.Fatal(err)
	}
	if got := suspects(l); got != "[2]" {
		t.Errorf("suspects %s, want the new segment only", got)
	}
}
