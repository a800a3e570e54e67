package disklog

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/shardlogtest"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

// diary is what became of segments, in words.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) note(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

// want waits until nothing happens any more, and demands what was noted since the
// last time.
func (d *diary) want(t *testing.T, want string) {
	t.Helper()
	settle()
	d.mu.Lock()
	defer d.mu.Unlock()
	if got := strings.Join(d.lines, ", "); got != want {
		t.Errorf("%s; want %s", got, want)
	}
	d.lines = nil
}

// settle waits, in a bubble, until the log has nothing to do.
func settle() {
	time.Sleep(time.Minute)
	synctest.Wait()
}

// noting returns options with which each append of more than 1 KiB gives a segment
// for each class, and space is given back as soon as it can be. The journal stays
// as it is.
func noting() (Options, *diary) {
	d := &diary{}
	o := tiny
	o.MemtableBytes = 1 << 10
	o.JournalMin, o.JournalMax, o.ownSegment = 1<<20, 1<<20, 1<<30
	o.Events.SegmentWritten = func(w SegmentWritten) { d.note("written %d", w.Number) }
	o.Events.SegmentRemoved = func(n uint64) { d.note("removed %d", n) }
	o.Events.SegmentRewritten = func(w SegmentRewritten) { d.note("rewritten %v as %d", w.Inputs, w.Number) }
	o.Events.HolePunched = func(h HolePunched) { d.note("punched %d", h.Number) }
	o.Events.SpaceKept = func(err error) { d.note("kept: %v", err) }
	o.Events.Corruption = func(c *CorruptionError) { d.note("damage in %s", c.File) }
	return o, d
}

// inBubble runs test with a log that notes what it does.
func inBubble(t *testing.T, test func(t *testing.T, fs *crashfs.FS, r *rig, d *diary)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		fs := crashfs.New()
		o, d := noting()
		r := start(t, fs, "data", o)
		test(t, fs, r, d)
		if r.end != nil {
			r.stopped()
		}
		if report, err := Verify(fs, "data", shardlogtest.Unwrap); err != nil {
			t.Errorf("Verify: %+v, %v", report, err)
		}
	})
}

// sized is an entry of that many bytes for shard 1 of stream n.
func sized(n byte, size int) shardlog.Entry {
	return shardlog.Entry{Shard: firstOf(n), Key: "key", Data: []byte(strings.Repeat(string('a'+rune(n)), size))}
}

func firstOf(n byte) shardlog.Shard { return shardlog.Shard{Stream: streamOf(n), Number: 1} }

// dropped drops streams.
func (r *rig) dropped(streams ...byte) {
	r.Helper()
	for _, n := range streams {
		if err := r.Drop(r.Context(), streamOf(n)); err != nil {
			r.Fatal(err)
		}
	}
}

// gaveBack demands that the disk has least bytes less than before by now.
func gaveBack(t *testing.T, fs *crashfs.FS, before, least int64) {
	t.Helper()
	if gave := before - fs.Used(); gave < least {
		t.Errorf("%d bytes were given back, want %d", gave, least)
	}
}

// Deleting a stream gives its disk back, though another one lives in the same
// segment: all of it if that is the smaller part.
func TestADroppedStreamGivesItsDiskBack(t *testing.T) {
	inBubble(t, func(t *testing.T, fs *crashfs.FS, r *rig, d *diary) {
		appendAll(t, r.Log, []shardlog.Entry{sized(1, 20<<10), sized(2, 30<<10), sized(3, 30<<10)})
		d.want(t, "written 1")
		before := fs.Used()
		r.dropped(2, 3)
		d.want(t, "rewritten [1] as 2")
		gaveBack(t, fs, before, 60<<10-vfs.BlockSize)
		r.wantData(firstOf(1), string(sized(1, 20<<10).Data))
		r.stopped()
		r = start(t, fs, "data", r.o)
		r.wantData(firstOf(1), string(sized(1, 20<<10).Data))
		r.dropped(1)
		d.want(t, "removed 2")
		r.stopped()
	})
}

// The smaller part becomes a hole, each once; the newest trim, and a restart, make
// no more of it than is new.
func TestDeadRangesBecomeHoles(t *testing.T) {
	inBubble(t, func(t *testing.T, fs *crashfs.FS, r *rig, d *diary) {
		appendAll(t, r.Log, []shardlog.Entry{sized(1, 60<<10), sized(2, 20<<10), sized(3, 20<<10), sized(4, 10)})
		d.want(t, "written 1")
		before := fs.Used()
		r.dropped(2)
		d.want(t, "punched 1")
		gaveBack(t, fs, before, 20<<10-2*vfs.BlockSize)
		r.dropped(4) // too little for a hole
		d.want(t, "")
		r.dropped(3)
		d.want(t, "punched 1")
		gaveBack(t, fs, before, 40<<10-2*vfs.BlockSize)
		crashed := fs.CrashClone(nil)
		if report, err := Verify(crashed, "data", shardlogtest.Unwrap); err != nil || report.DeadBlocks != 3 {
			t.Errorf("Verify: %+v, %v", report, err)
		}
		var dump strings.Builder
		if err := Dump(crashed, "data", &dump); err != nil || strings.Count(dump.String(), ", dead\n") != 3 || strings.Contains(dump.String(), "damaged") {
			t.Errorf("Dump: %v\n%s", err, &dump)
		}
		r.wantData(firstOf(1), string(sized(1, 60<<10).Data))
	})
}

// A trim kills the older blocks of a shard, up to the one that it cuts: they become
// holes, and when they are the larger part the rest is copied, with that block
// whole.
func TestATrimmedShardGetsHoles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := crashfs.New()
		o, d := noting()
		o.MemtableBytes, o.JournalMin, o.JournalMax = 1<<20, 4<<20, 4<<20
		r := start(t, fs, "data", o)
		var arrivals []shardlog.Millis
		var want []string
		for n := range 6 { // a block each
			e := sized(byte(n), 200<<10)
			want = append(want, string(e.Data))
			arrivals = append(arrivals, r.put(firstOf(1), string(e.Data), "cut")[1].Arrival)
			time.Sleep(time.Minute)
		}
		d.want(t, "written 1")
		before := fs.Used()
		trim := func(bound shardlog.Millis, happens string) {
			t.Helper()
			if err := r.Trim(t.Context(), streamOf(1), bound); err != nil {
				t.Fatal(err)
			}
			d.want(t, happens)
		}
		trim(arrivals[0], "")
		trim(arrivals[2], "punched 1")
		gaveBack(t, fs, before, 400<<10-2*vfs.BlockSize)
		trim(arrivals[2], "")
		trim(arrivals[4], "rewritten [1] as 2")
		gaveBack(t, fs, before, 800<<10-2*vfs.BlockSize)
		r.wantData(firstOf(1), strings.Join(want[4:], " cut ")+" cut")
		r.stopped()
	})
}

// A file with a second name is a backup's: what is dead for the log may be alive
// in the backup.
func TestALinkedFileGetsNoHoles(t *testing.T) {
	inBubble(t, func(t *testing.T, fs *crashfs.FS, r *rig, d *diary) {
		appendAll(t, r.Log, []shardlog.Entry{sized(1, 60<<10), sized(2, 20<<10), sized(3, 100)})
		settle()
		if err := fs.Link(segmentPath("data", 1), "backup"); err != nil {
			t.Fatal(err)
		}
		r.dropped(2)
		d.want(t, "written 1")
		if err := fs.Remove("backup"); err != nil {
			t.Fatal(err)
		}
		r.dropped(3)
		d.want(t, "punched 1")
	})
}

// While a backup has a cut no file is punched; afterwards it is.
func TestACutKeepsHolesAway(t *testing.T) {
	inBubble(t, func(t *testing.T, _ *crashfs.FS, r *rig, d *diary) {
		appendAll(t, r.Log, []shardlog.Entry{sized(1, 60<<10), sized(2, 20<<10)})
		settle()
		c, err := r.Cut(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		r.dropped(2)
		d.want(t, "written 1")
		c.Release()
		d.want(t, "punched 1")
	})
}

// Where the platform cannot punch it is not asked again.
func TestNoHolesOnThisPlatform(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := faultfs.New(crashfs.New())
		punches := fs.Inject(faultfs.Rule{Match: faultfs.Kind(vfs.OpPunchHole), Err: errors.ErrUnsupported, Times: faultfs.Always})
		o, d := noting()
		r := start(t, fs, "data", o)
		appendAll(t, r.Log, []shardlog.Entry{sized(1, 60<<10), sized(2, 10<<10), sized(3, 10<<10)})
		r.dropped(2)
		d.want(t, "written 1")
		r.dropped(3)
		d.want(t, "")
		if punches.Failed() != 1 {
			t.Errorf("%d attempts", punches.Failed())
		}
		r.stopped()
	})
}

// A damaged block that is alive keeps its segment from being copied: it is not
// lost silently.
func TestDamageIsNotRewritten(t *testing.T) {
	inBubble(t, func(t *testing.T, fs *crashfs.FS, r *rig, d *diary) {
		appendAll(t, r.Log, []shardlog.Entry{sized(1, 10<<10), sized(2, 10<<10), sized(3, 60<<10)})
		settle()
		flip(t, fs, segmentPath("data", 1), 1000)
		r.dropped(3)
		d.want(t, "written 1, damage in data/segment-0000000001, punched 1")
		r.wantData(firstOf(2), string(sized(2, 10<<10).Data))
		flip(t, fs, segmentPath("data", 1), 1000)
		r.wantData(firstOf(1), string(sized(1, 10<<10).Data))
	})
}

// flip flips a bit of a file.
func flip(t *testing.T, fs *crashfs.FS, name string, at int64) {
	t.Helper()
	file, err := fs.OpenWrite(name, vfs.Buffered)
	if err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 1)
	if _, err := file.ReadAt(p, at); err != nil {
		t.Fatal(err)
	}
	p[0] ^= 1
	if _, err := file.WriteAt(p, at); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		t.Fatal(err)
	}
}

// On a disk without room for a copy the dead part is punched at once, and then
// nothing is gained by copying the rest.
func TestNoRoomToRewrite(t *testing.T) {
	inBubble(t, func(t *testing.T, fs *crashfs.FS, r *rig, d *diary) {
		r.o.tidy.rewriteGain = 64 << 10
		appendAll(t, r.Log, []shardlog.Entry{sized(1, 400<<10), sized(2, 600<<10)})
		d.want(t, "written 1")
		fs.SetQuota(fs.Used() + int64(r.space.needed(r.o.Reserve)) + 200<<10)
		before := fs.Used()
		r.dropped(2)
		d.want(t, "punched 1")
		gaveBack(t, fs, before, 500<<10)
	})
}

// A rewriting that meets a full disk leaves nothing behind, keeps no append from
// being taken, and is done again.
func TestRewritingOnAFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := crashfs.New()
		fs := faultfs.New(disk)
		o, d := noting()
		o.Retry = time.Second
		r := start(t, fs, "data", o)
		appendAll(t, r.Log, []shardlog.Entry{sized(1, 10<<10), sized(2, 60<<10)})
		settle()
		fs.Inject(faultfs.Rule{Times: 2, Err: vfs.ErrNoSpace, Match: func(op vfs.Op) bool {
			return op.Kind == vfs.OpWrite && strings.Contains(op.Name, segmentPrefix)
		}})
		r.dropped(2)
		synctest.Wait()
		r.put(firstOf(1), "meanwhile")
		d.want(t, "written 1, rewritten [1] as 4")
		names, err := disk.List("data")
		if n := numbersOf(names, segmentPrefix); err != nil || fmt.Sprint(n) != "[4]" {
			t.Errorf("segments %v, %v", n, err)
		}
		r.stopped()
	})
}

// A folder that could not be synced ends the log, as in a flush: a later sync may
// say that all is well, and the new segment's name is not on the disk.
func TestRewritingThatCannotSyncTheFolder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := faultfs.New(crashfs.New())
		o, _ := noting()
		r := start(t, fs, "data", o)
		appendAll(t, r.Log, []shardlog.Entry{sized(1, 10<<10), sized(2, 60<<10)})
		settle()
		fs.Inject(faultfs.Rule{Match: faultfs.Kind(vfs.OpSyncDir)})
		r.dropped(2)
		settle()
		if err := r.stop(); !errors.Is(err, faultfs.ErrIO) {
			t.Errorf("Run: %v", err)
		}
	})
}

// A cut that is released after the log was closed removes nothing: the folder may
// be another log's by then.
func TestACutIsReleasedLate(t *testing.T) {
	inBubble(t, func(t *testing.T, fs *crashfs.FS, r *rig, d *diary) {
		appendAll(t, r.Log, []shardlog.Entry{sized(1, 2000)})
		settle()
		c, err := r.Cut(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		r.dropped(1)
		d.want(t, "written 1, removed 1")
		r.stopped()
		c.Release()
		names, err := fs.List("data")
		if n := numbersOf(names, segmentPrefix); err != nil || len(n) != 1 {
			t.Errorf("segments %v, %v", n, err)
		}
	})
}

// Many small segments are rewritten at a pace too: each costs syncs.
func TestSmallRewritingsArePaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, d := noting()
		o.RewriteRate = 1 << 20
		r := start(t, crashfs.New(), "data", o)
		const segments = 10
		for range segments {
			appendAll(t, r.Log, []shardlog.Entry{sized(1, 1<<10), sized(2, 8<<10)})
			synctest.Wait()
		}
		settle()
		r.dropped(2)
		time.Sleep(segments / 2 * time.Second)
		synctest.Wait()
		d.mu.Lock()
		if n := strings.Count(strings.Join(d.lines, ", "), "rewritten"); n < 2 || n > segments/2+1 {
			t.Errorf("%d segments were rewritten in %d s", n, segments/2)
		}
		d.mu.Unlock()
		settle()
		r.stopped()
	})
}

// An error that is none of a full disk is told, and the segment stays, with
// holes.
func TestRewritingThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := faultfs.New(crashfs.New())
		o, d := noting()
		r := start(t, fs, "data", o)
		appendAll(t, r.Log, []shardlog.Entry{sized(1, 10<<10), sized(2, 60<<10)})
		settle()
		fs.Inject(faultfs.Rule{Match: func(op vfs.Op) bool {
			return op.Kind == vfs.OpSync && strings.Contains(op.Name, segmentPrefix)
		}})
		r.dropped(2)
		d.want(t, "written 1, kept: rewrite segments: sync segment: sync data/segment-0000000002: input/output error, punched 1")
		r.wantData(firstOf(1), string(sized(1, 10<<10).Data))
		r.stopped()
	})
}

// A segment that dies while it is rewritten is removed at once, and what the
// rewriter makes of it is not wanted.
func TestASegmentDiesWhileItIsRewritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := crashfs.New()
		held := holdCalls(disk, func(op vfs.Op) bool {
			return op.Kind == vfs.OpWrite && strings.HasSuffix(op.Name, "segment-0000000002")
		})
		o, d := noting()
		r := start(t, held, "data", o)
		appendAll(t, r.Log, []shardlog.Entry{sized(1, 10<<10), sized(2, 60<<10)})
		settle()
		held.hold()
		r.dropped(2)
		<-held.reached
		r.dropped(1)
		d.want(t, "written 1, removed 1")
		held.release()
		d.want(t, "")
		names, err := disk.List("data")
		if n := numbersOf(names, segmentPrefix); err != nil || len(n) > 0 {
			t.Errorf("segments %v, %v", n, err)
		}
		r.stopped()
	})
}

// Rewriting costs a write for what stays. It is not done where the rest will be
// dead soon anyway.
func TestWorthRewriting(t *testing.T) {
	f := func(what string, live, dead int64, age, filled, rest time.Duration, want bool) {
		t.Helper()
		const now = 1 << 40
		millis := func(d time.Duration) shardlog.Millis { return shardlog.Millis(d.Milliseconds()) }
		c := census{live: live, dead: dead, until: now + millis(rest)}
		m := segmentMeta{firstArrival: now - millis(age), lastArrival: now - millis(age-filled)}
		if got := c.worthRewriting(&m, now); got != want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	f("a stream is dropped", 400, 1600, time.Hour, time.Minute, 23*time.Hour, true)
	f("more than half is alive", 1600, 1000, time.Hour, time.Minute, 23*time.Hour, false)
	f("just half is alive", 1000, 1000, time.Hour, time.Minute, 23*time.Hour, false)
	f("retention passes through it", 400, 1600, 24*time.Hour, 5*time.Hour, 4*time.Hour, false)
	f("the rest has an hour of a day", 400, 1600, 23*time.Hour, time.Minute, time.Hour, false)
	f("it is over its time", 400, 1600, 23*time.Hour, time.Minute, -time.Hour, false)
}
