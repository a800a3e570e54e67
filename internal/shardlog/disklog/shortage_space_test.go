package disklog

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

// leave sets the quota so that so many bytes are left to copies.
func (r *rig) leave(fs *crashfs.FS, bytes int64) {
	fs.SetQuota(fs.Used() + int64(r.space.needed(r.o.Reserve)) + bytes)
}

func isSegmentWrite(op vfs.Op) bool {
	return op.Kind == vfs.OpWrite && strings.Contains(op.Name, segmentPrefix)
}

// Two segments are to be rewritten, and the first copy takes the room of the
// second: the second segment gets holes.
func TestRoomGoesBeforeARewriting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := crashfs.New()
		held := holdCalls(disk, isSegmentWrite)
		o, d := noting()
		o.tidy.rewriteGain = 32 << 10
		r := start(t, held, "data", o)
		appendAll(t, r.Log, []shardlog.Entry{sized(1, 20<<10), sized(2, 80<<10)})
		settle()
		appendAll(t, r.Log, []shardlog.Entry{sized(1, 20<<10), sized(2, 60<<10)})
		d.want(t, "written 1, written 2")
		reader := r.segments.acquire() // the file of the first stays
		held.hold()
		r.dropped(2)
		<-held.reached
		r.leave(disk, 40<<10)
		held.release()
		d.want(t, "rewritten [1] as 3, punched 2")
		r.segments.release(reader)
		r.stopped()
	})
}

// Of the segments that are to be rewritten the one that gains most is, unless
// there is no room for it: then another one.
func TestTheBestRewritingThatFits(t *testing.T) {
	waiting := func(number uint64, gain, live int64) *segment {
		s := &segment{upkeep: upkeep{rewrite: true, gain: gain, live: live}}
		s.number = number
		return s
	}
	segments := []*segment{waiting(1, 100, 50), waiting(2, 300, 90), waiting(3, 200, 70), {}}
	f := func(room int64, number uint64, without bool) {
		t.Helper()
		j, others := pickRewrite(segments, room)
		if got := j != nil; got != (number > 0) || got && j.inputs[0].number != number || others != without {
			t.Errorf("room for %d: %+v, others %t", room, j, others)
		}
	}
	f(100, 2, false)
	f(80, 3, true)
	f(50, 1, true)
	f(40, 0, true)
}

// What is dead, and was too little for a hole or to be copied, becomes holes when
// the disk is nearly full.
func TestSmallHolesWhenSpaceIsLow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := crashfs.New()
		o, d := noting()
		o.tidy.punchStep, o.tidy.rewriteGain = 1<<20, 1<<20
		r := start(t, fs, "data", o)
		appendAll(t, r.Log, []shardlog.Entry{sized(1, 60<<10), sized(2, 20<<10)})
		appendAll(t, r.Log, []shardlog.Entry{sized(1, 20<<10), sized(2, 60<<10)})
		settle()
		r.dropped(2)
		d.want(t, "written 1, written 2")
		r.leave(fs, -1)
		r.checkSpace()
		d.want(t, "punched 1, punched 2")
		r.stopped()
	})
}

// A quota that is met by a write only: what cannot be copied gets holes, and
// copying is tried ever more rarely.
func TestAQuotaThatIsNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := faultfs.New(crashfs.New())
		o, d := noting()
		o.Retry = 0 // a second
		r := start(t, fs, "data", o)
		appendAll(t, r.Log, []shardlog.Entry{sized(1, 20<<10), sized(2, 80<<10)})
		settle()
		met := fs.Inject(faultfs.Rule{Match: isSegmentWrite, Err: vfs.ErrNoSpace, Times: faultfs.Always})
		r.dropped(2)
		d.want(t, "written 1, punched 1")
		for range 60 {
			settle()
		}
		if n := met.Failed(); n < 5 || n > 20 {
			t.Errorf("%d attempts within an hour", n)
		}
		r.stopped()
	})
}
