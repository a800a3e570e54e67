package disklog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
)

// job is a segment that is to be made of what is alive in others. The flusher
// decides on it, the rewriter does it, and the flusher puts it in place.
type job struct {
	// inputs are in the order of segmentMeta.compare; meta is the class, level
	// and span of what they become.
	inputs []*segment
	meta   segmentMeta
	// live is about how much will be written.
	live int64
	// cancelled says that the result is not wanted any more.
	cancelled atomic.Bool

	// made is the result, nothing if all was dead. It belongs to the rewriter
	// until it has handed the job back, like the rest.
	made []segmentMeta
	err  error
	read int64
	took time.Duration
}

// errJobCancelled is the error of a job whose inputs were removed meanwhile.
var errJobCancelled = errors.New("segments were removed while they were rewritten")

// rewriting is how the flusher and the rewriter meet. The channels have room for
// one job, and there is never more than one.
type rewriting struct {
	jobs, results chan *job
	// job is what the rewriter has. It is the flusher's, like all below.
	job *job
	// notBefore is when the next job may be given after one found the disk full;
	// zero, at once. full counts those that did, one after the other.
	notBefore time.Time
	full      int
	// mergeDue says that a segment was added that may be merged.
	mergeDue bool
}

// giveJob hands the rewriter the job that gains most, if it has none.
func (l *Log) giveJob() {
	r := &l.rewriting
	if r.job != nil || time.Now().Before(r.notBefore) {
		return
	}
	r.notBefore = time.Time{}
	v := l.segments.acquire()
	defer l.segments.release(v)
	if !r.mergeDue && !slices.ContainsFunc(v.segments, func(s *segment) bool { return s.upkeep.rewrite }) {
		return
	}
	room := l.room()
	j, without := pickRewrite(v.segments, room)
	if without {
		// What has no room to be copied gets holes meanwhile.
		l.touchUnpunched(func(s *segment) bool { return s.upkeep.live > room && s.waitsUnpunched() })
	}
	if j == nil && r.mergeDue {
		j = l.pickMerge(v.segments)
		r.mergeDue = j != nil
	}
	if j == nil || j.live > room {
		if j != nil || without {
			l.holdJobs(l.o.Retry)
		}
		return
	}
	for _, s := range j.inputs {
		s.upkeep.busy = true
	}
	r.job = j
	r.jobs <- j
}

// holdJobs lets no job be given for that long.
func (l *Log) holdJobs(d time.Duration) { l.rewriting.notBefore = time.Now().Add(d) }

// oftenFull is how many jobs in a row must find the disk full before what is told
// of its free space is not believed.
const oftenFull = 3

// maxFullWait bounds how long jobs wait that found the disk full again and again.
const maxFullWait = 10 * time.Minute

// foundFull holds jobs after one that found the disk full, longer each time: it
// may be a quota that only a write meets. What waits to be copied gets holes then.
func (l *Log) foundFull() {
	r := &l.rewriting
	wait := l.o.Retry << min(r.full, 10)
	l.holdJobs(min(wait, max(maxFullWait, l.o.Retry)))
	r.full++
	if r.full >= oftenFull {
		l.touchUnpunched((*segment).waitsUnpunched)
	}
}

// pickRewrite returns the rewriting that gives back most of those that have room;
// without says that there are others. The segment stays where it is: in its
// class, at its level, in its place among the others.
func pickRewrite(segments []*segment, room int64) (j *job, without bool) {
	var best *segment
	for _, s := range segments {
		switch {
		case !s.upkeep.rewrite:
		case s.upkeep.live > room:
			without = true
		case best == nil || s.upkeep.gain > best.upkeep.gain:
			best = s
		}
	}
	if best == nil {
		return nil, without
	}
	meta := segmentMeta{class: best.class, level: best.level, span: best.span}
	return &job{inputs: []*segment{best}, meta: meta, live: best.upkeep.live}, without
}

// cancelJobOf lets the rewriter give up a job of which an input was removed.
func (l *Log) cancelJobOf(removed []*segment) {
	j := l.rewriting.job
	if j != nil && slices.ContainsFunc(removed, func(s *segment) bool { return slices.Contains(j.inputs, s) }) {
		j.cancelled.Store(true)
	}
}

// takeResult puts the segment that the rewriter has made, if it has, into the
// place of its inputs.
func (l *Log) takeResult() error {
	r := &l.rewriting
	var j *job
	select {
	case j = <-r.results:
	default:
		return nil
	}
	r.job = nil
	for _, s := range j.inputs {
		s.upkeep.busy = false
	}
	if j.err == nil {
		return l.commitJob(j)
	}
	if _, isFinal := errors.AsType[final](j.err); isFinal {
		return j.err
	}
	for _, s := range j.inputs {
		l.touch(s)
	}
	switch {
	case errors.Is(j.err, errJobCancelled), errors.Is(j.err, context.Canceled):
		r.mergeDue = true // of those that are left
	case retry(j.err):
		l.foundFull()
	case errors.Is(j.err, shardlog.ErrKey):
		// A merge opens blocks. Without the key they stay as they are, until the
		// next start; to be copied they need none.
		for _, s := range j.inputs {
			s.upkeep.locked = true
		}
		r.mergeDue = true // of the others
		l.spaceKept(j.err)
	default:
		l.breakJob(j)
	}
	return nil
}

// breakJob leaves the inputs as they are for good, or the one that is damaged.
func (l *Log) breakJob(j *job) {
	damage, isDamage := errors.AsType[*CorruptionError](j.err)
	for _, s := range j.inputs {
		if !isDamage || damage.File == s.path {
			s.upkeep.broken, s.upkeep.rewrite = true, false
		}
	}
	l.rewriting.mergeDue = isDamage // of the others
	if !isDamage {                  // that was told
		l.spaceKept(j.err)
	}
}

// commitJob names in the manifest what was made, and no longer the inputs. A
// crash before it leaves the new segment as garbage, one after it the old ones.
func (l *Log) commitJob(j *job) error {
	e := l.manifest.current()
	e.added = j.made
	for _, s := range j.inputs {
		e.removed = append(e.removed, s.number)
	}
	var err error
	if j.cancelled.Load() {
		err = errJobCancelled
	} else {
		err = l.manifest.commit(e, l.wholeEdit)
	}
	switch {
	case err == nil:
	case errors.Is(err, errJobCancelled), retry(err):
		for _, s := range j.inputs {
			l.touch(s)
		}
		l.rewriting.mergeDue = true
		if retry(err) {
			l.foundFull()
		}
		if err := l.unmake(j.made); err != nil { // recovery removes it
			l.spaceKept(fmt.Errorf("remove segment: %w", err))
		}
		return nil
	default:
		return fmt.Errorf("rewrite segments: %w", err)
	}
	// From here on readers may find the new one. The old files go when their
	// last readers have left.
	var added []*segment
	for _, m := range j.made {
		added = append(added, l.newSegment(m))
	}
	l.segments.install(added, j.inputs)
	l.collection.forgetSuspects(j.inputs)
	l.rewriting.full = 0
	l.suspectNew()
	l.rewriting.mergeDue = true
	if fn := l.o.Events.SegmentRewritten; fn != nil {
		fn(j.event())
	}
	return nil
}

func (j *job) event() SegmentRewritten {
	e := SegmentRewritten{Read: j.read, Duration: j.took}
	for _, s := range j.inputs {
		e.Inputs = append(e.Inputs, s.number)
		e.Before += s.size
	}
	for _, m := range j.made {
		e.Number, e.Written = m.number, m.size
	}
	return e
}
