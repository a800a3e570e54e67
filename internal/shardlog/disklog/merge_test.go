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

// kept configures streams.
func (r *rig) kept(retention time.Duration, streams ...byte) {
	r.Helper()
	for _, n := range streams {
		if err := r.Configure(r.Context(), streamOf(n), shardlog.Settings{Retention: retention}); err != nil {
			r.Fatal(err)
		}
	}
}

// Three neighbours become one, in which each shard's records lie together: in one
// block instead of three. What is kept for a day stays where it is.
func TestSmallRunsAreMerged(t *testing.T) {
	inBubble(t, func(t *testing.T, fs *crashfs.FS, r *rig, d *diary) {
		r.kept(7*day, 1, 2)
		want := map[byte][]string{}
		for n := range 3 {
			var entries []shardlog.Entry
			for stream := byte(1); stream <= 3; stream++ {
				e := sized(stream, 2000+n)
				want[stream] = append(want[stream], string(e.Data))
				entries = append(entries, e)
			}
			appendAll(t, r.Log, entries)
			settle()
		}
		d.want(t, "written 1, written 2, written 3, written 4, written 5, written 6, rewritten [2 4 6] as 7")
		check := func() {
			t.Helper()
			for stream, data := range want {
				r.wantData(firstOf(stream), strings.Join(data, " "))
			}
		}
		check()
		r.stopped()
		r = start(t, fs, "data", r.o)
		check()
		m := r.segmentOf(7)
		if m.level != 1 || m.class != classWeek || m.blocks != 2 || m.span != (lsnSpan{1, 3}) || m.records != 6 {
			t.Errorf("merged: %+v", m)
		}
		// The merged one is not merged again.
		r.kept(7*day, 1)
		for range 2 {
			appendAll(t, r.Log, []shardlog.Entry{sized(1, 2000)})
			settle()
		}
		d.want(t, "written 8, written 9")
		r.stopped()
	})
}

// segmentOf returns what is known of a segment.
func (r *rig) segmentOf(number uint64) segmentMeta {
	r.Helper()
	v := r.segments.acquire()
	defer r.segments.release(v)
	for _, s := range v.segments {
		if s.number == number {
			return s.segmentMeta
		}
	}
	r.Fatalf("segment %d is not there", number)
	return segmentMeta{}
}

// What is dead is left out.
func TestMergingLeavesOutWhatIsDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := crashfs.New()
		o, d := noting()
		o.tidy.rewriteGain = 1 << 30 // not before the merge
		r := start(t, fs, "data", o)
		r.kept(7*day, 1, 2, 3)
		put := func(entries ...shardlog.Entry) (first shardlog.Millis) {
			results := appendAll(t, r.Log, entries)
			settle()
			return results[0].Arrival
		}
		put(sized(1, 2000), sized(2, 1500))
		at := put(sized(1, 2001), sized(1, 3001), sized(2, 1500))
		if err := r.Trim(t.Context(), streamOf(1), at); err != nil {
			t.Fatal(err)
		}
		r.dropped(2)
		put(sized(1, 2002), sized(3, 1500))
		d.want(t, "written 1, written 2, removed 1, written 3")
		put(sized(1, 2003))
		d.want(t, "written 4, rewritten [2 3 4] as 5")
		if m := r.segmentOf(5); m.records != 5 || len(m.streams) != 2 {
			t.Errorf("merged: %+v", m)
		}
		r.stopped()
	})
}

// A stream that has changed its class has records besides, between those that
// would be merged: then the merged segment's place in the stream would be in
// doubt. Later neighbours are merged.
func TestNoMergeAroundARecordOfTheStream(t *testing.T) {
	inBubble(t, func(t *testing.T, _ *crashfs.FS, r *rig, d *diary) {
		r.kept(7*day, 1, 2)
		put := func(entries ...shardlog.Entry) {
			appendAll(t, r.Log, entries)
			settle()
		}
		put(sized(1, 2000))
		r.kept(day, 1)
		put(sized(1, 2001), sized(2, 2001))
		r.kept(7*day, 1)
		put(sized(1, 2002))
		d.want(t, "written 1, written 2, written 3, written 4")
		put(sized(1, 2003)) // stream 2's segment has the frame that segment 2 has
		d.want(t, "written 5")
		put(sized(1, 2004))
		d.want(t, "written 6, rewritten [4 5 6] as 7")
		r.wantSizes(firstOf(1), "2000 2001 2002 2003 2004")
		r.wantSizes(firstOf(2), "2001")
	})
}

// wantSizes demands records of these sizes.
func (r *rig) wantSizes(s shardlog.Shard, want string) {
	r.Helper()
	records, _, err := readShard(r.Log, s)
	var sizes []string
	for _, rec := range records {
		sizes = append(sizes, fmt.Sprint(len(rec.Data)))
	}
	if got := strings.Join(sizes, " "); err != nil || got != want {
		r.Errorf("%v: records of %s bytes, %v; want %s", s, got, err, want)
	}
}

// Segments that one large stream has to itself are left out, unless the stream
// is among the others.
func TestLargeStreamsAreMergedOnlyWithTheirOwn(t *testing.T) {
	f := func(what string, rest byte, happens string) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			o, d := noting()
			o.ownSegment = 10 << 10
			r := start(t, crashfs.New(), "data", o)
			r.kept(7*day, 1, 2, 3)
			for n := range 3 {
				entries := []shardlog.Entry{sized(1, 2000+n), sized(3, 2000)}
				if n == 1 {
					entries = append(entries, sized(rest, 20000))
				}
				appendAll(t, r.Log, entries)
				settle()
			}
			d.want(t, happens)
			if rest == 1 {
				r.wantSizes(firstOf(1), "2000 2001 20000 2002")
			} else {
				r.wantSizes(firstOf(1), "2000 2001 2002")
			}
			r.stopped()
		})
	}
	f("another stream", 2, "written 1, written 2, written 3, written 4, rewritten [1 2 4] as 5")
	f("a stream of theirs", 1, "written 1, written 2, written 3, written 4, rewritten [1 2 3 4] as 5")
}

// A merged segment goes when its last record has died, so that it must not span
// much of what its class is kept for.
func TestNoMergeOverALongTime(t *testing.T) {
	inBubble(t, func(t *testing.T, _ *crashfs.FS, r *rig, d *diary) {
		r.kept(7*day, 1)
		for n := range 5 {
			appendAll(t, r.Log, []shardlog.Entry{sized(1, 2000)})
			if n < 2 {
				time.Sleep(25 * time.Hour)
			}
			settle()
		}
		d.want(t, "written 1, written 2, written 3, written 4, written 5, rewritten [3 4 5] as 6")
	})
}
