package disklog

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
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
		changed := func(id shardlog.StreamID, b bound, want string) {
			t.Helper()
			l.changed(id, b)
			if l.collect(); suspects(l) != want {
				t.Errorf("suspects %s, want %s", suspects(l), want)
			}
			lookAll(t, l)
		}
		f := func(id shardlog.StreamID, before shardlog.Millis, want string) {
			t.Helper()
			changed(id, bound{before: before}, want)
		}
		f(streamOf(1), arrivals[0], "[]")
		f(streamOf(1), arrivals[2], "[1 2]")
		f(streamOf(1), arrivals[2]+1, "[3]")
		f(streamOf(1), arrivals[5], "[4 5]")
		f(streamOf(3), arrivals[9], "[6 7 8 9]")
		f(streamOf(3), forever, "[6 7 8 9 10]")
		f(streamOf(4), forever, "[]")
		// The clock was set back.
		f(streamOf(1), arrivals[2], "[1 2]")
		// Some shards could not be trimmed: the next trim does it.
		changed(streamOf(1), bound{arrivals[3], true}, "[3]")
		f(streamOf(1), arrivals[4], "[1 2 3 4]")
		f(streamOf(1), arrivals[5], "[5]")
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
	j.made, j.err = l.rewriteSegments(t.Context(), j, newPacer(l.o.RewriteRate))
	l.rewriting.results <- j
	if err := l.takeResult(); err != nil {
		t.Fatal(err)
	}
	if got := suspects(l); got != "[2]" {
		t.Errorf("suspects %s, want the new segment only", got)
	}
}

// A trim that could not look into one segment leaves its shard for the next one,
// which gives that segment back, though its time had come before.
func TestATrimAfterAFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := faultfs.New(crashfs.New())
		o, d := noting()
		o.FooterCache = 1
		r := start(t, fs, "data", o)
		big := strings.Repeat("x", 1100)
		r.put(shardOf(1), big)
		settle()
		r.put(shardOf(2), big)
		settle()
		last := appendAll(t, r.Log, []shardlog.Entry{{Shard: shardOf(1), Data: []byte(big)}, {Shard: shardOf(2), Data: []byte(big)}})
		settle()
		r.stopped()
		r = start(t, fs, "data", o)
		d.want(t, "written 1, written 2, written 3")
		fs.Inject(faultfs.Rule{Match: func(op vfs.Op) bool {
			return op.Kind == vfs.OpRead && strings.HasSuffix(op.Name, "segment-0000000001")
		}})
		if err := r.Trim(t.Context(), streamOf(1), last[0].Arrival); !errors.Is(err, faultfs.ErrIO) {
			t.Errorf("Trim: %v", err)
		}
		d.want(t, "removed 2")
		if err := r.Trim(t.Context(), streamOf(1), last[0].Arrival); err != nil {
			t.Error(err)
		}
		d.want(t, "removed 1")
		r.stopped()
	})
}

// A damaged footer is told once to whoever gives space back, not at each trim of
// a stream that may have been in it.
func TestADamagedFooterIsReadOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, fs *crashfs.FS, r *rig, d *diary) {
		appendAll(t, r.Log, []shardlog.Entry{sized(1, 2000), sized(2, 100)})
		settle()
		flip(t, fs, segmentPath("data", 1), r.manifest.segments[0].footerPosition+30)
		r.stopped()
		r = start(t, fs, "data", r.o)
		d.want(t, "written 1, damage in data/segment-0000000001")
		for range 5 {
			appendAll(t, r.Log, []shardlog.Entry{sized(3, 2000)})
			r.dropped(2)
			arrival := r.put(firstOf(3), "c")[0].Arrival
			if err := r.Trim(t.Context(), streamOf(3), arrival); err != nil {
				t.Fatal(err)
			}
			settle()
		}
		d.mu.Lock()
		if told := strings.Join(d.lines, ", "); strings.Contains(told, "damage") {
			t.Error(told)
		}
		d.lines = nil
		d.mu.Unlock()
		flip(t, fs, segmentPath("data", 1), r.manifest.segments[0].footerPosition+30)
		r.stopped()
	})
}
