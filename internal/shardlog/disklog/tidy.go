package disklog

import (
	"math"
	"time"
)

// tidyOptions say when giving space back is worth the work.
type tidyOptions struct {
	// every is how long segments that were touched wait to be counted, so that
	// many trims cost one look.
	every time.Duration
	// rewriteGain is how many bytes must be dead for a rewriting.
	rewriteGain int64
	// punchRange is the least that becomes a hole, punchStep how much of a file
	// is punched at a time.
	punchRange, punchStep int64
	// merge is how many segments are merged into one.
	merge int
	// idleJournal is what the journal may have when little is written, and
	// quietAfter how long that must last at least; see shrink.go.
	idleJournal int64
	quietAfter  time.Duration
}

func (o *tidyOptions) setDefaults() {
	setDefault(&o.every, 10*time.Second)
	setDefault(&o.rewriteGain, 64<<10)
	setDefault(&o.punchRange, 64<<10)
	setDefault(&o.punchStep, 1<<20)
	setDefault(&o.merge, 16)
	setDefault(&o.idleJournal, 32<<20)
	setDefault(&o.quietAfter, 10*time.Minute)
}

// touch has what is alive in s counted by and by.
func (l *Log) touch(s *segment) {
	s.upkeep.touched = true
	if l.collection.due.IsZero() {
		l.collection.due = time.Now().Add(l.o.tidy.every)
	}
}

// tidy gives back space that no whole segment holds. The flusher calls it when
// there is nothing to flush; it does a little at a time. An error ends the log.
func (l *Log) tidy() error {
	if err := l.takeResult(); err != nil {
		return err
	}
	if l.isCut() {
		return nil
	}
	l.noteShortage()
	if due := l.collection.due; !due.IsZero() && (!time.Now().Before(due) || l.space.has(lowSpace)) {
		l.countTouched()
	}
	l.giveJob()
	return nil
}

// noteShortage has everything counted again that could become holes when space
// begins to be short: what was not worth the calls before is now.
func (l *Log) noteShortage() {
	short := l.space.short.Load() != 0
	if short && !l.collection.short {
		l.touchUnpunched(func(*segment) bool { return true })
	}
	l.collection.short = short
}

// waitsUnpunched reports whether s waits to be rewritten, and was not yet given
// all the holes that it can have.
func (s *segment) waitsUnpunched() bool { return s.upkeep.rewrite && !s.upkeep.hurried }

// touchUnpunched touches the segments that match accepts in which there are dead
// ranges to be punched.
func (l *Log) touchUnpunched(match func(*segment) bool) {
	v := l.segments.acquire()
	defer l.segments.release(v)
	for _, s := range v.segments {
		if s.upkeep.unpunched > 0 && !s.upkeep.busy && match(s) {
			l.touch(s)
		}
	}
}

// isCut reports whether a cut names segments. What is dead by now may be alive in
// it, so nothing is punched; and its files stay, so nothing is gained by copying.
// Only the flusher takes cuts, so that none is taken before it is done here; it
// is woken by the release.
func (l *Log) isCut() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.mu.cuts > 0
}

// tidyIn returns when tidy has something to do if nothing happens; never is 0.
func (l *Log) tidyIn() time.Duration {
	var in time.Duration
	if l.isCut() {
		return 0
	}
	for _, at := range []time.Time{l.collection.due, l.rewriting.notBefore} {
		if at.IsZero() {
			continue
		}
		if d := max(time.Until(at), 1); in == 0 || d < in {
			in = d
		}
	}
	return in
}

// countTouched looks at segments that were touched, a few at a time.
func (l *Log) countTouched() {
	v := l.segments.acquire()
	defer l.segments.release(v)
	due := l.collection.due
	l.collection.due = time.Time{}
	counted := 0
	for _, s := range v.segments {
		if !s.upkeep.touched || s.upkeep.busy { // what becomes of a busy one is looked at as new
			continue
		}
		if counted == lookAtOnce {
			l.collection.due = due
			signal(l.kicks.flusher)
			return
		}
		s.upkeep.touched = false
		counted++
		l.count(s)
	}
}

// count decides what becomes of a segment by what of it is alive: it is to be
// rewritten, or gets holes. It gets them also if there is no room to rewrite it,
// and all that it can have then.
func (l *Log) count(s *segment) {
	f, err := l.upkeepFooter(s)
	if err != nil {
		return // damage was told, and the segment stays
	}
	c := l.takeCensus(f)
	if c.live == 0 {
		l.suspect(s)
		signal(l.kicks.flusher)
		return
	}
	u := &s.upkeep
	u.live = c.live
	worth := !u.broken && c.worthRewriting(&s.segmentMeta, now())
	fits := l.fits(c.live)
	if u.hurried = !fits; !worth || !fits {
		least := l.o.tidy.punchStep
		if !fits {
			least = 1
		}
		if err := l.punch(s, &c, least); err != nil {
			l.spaceKept(err)
		}
	}
	u.gain = c.dead - sizeOfRanges(u.holes)
	u.unpunched = l.unpunchedOf(s, &c)
	u.rewrite = worth && u.gain >= l.o.tidy.rewriteGain
}

// room returns how many bytes may be written besides what appends need.
func (l *Log) room() int64 {
	if l.space.short.Load() != 0 {
		return 0
	}
	free, err := l.fs.Free(l.dir)
	if err != nil {
		return math.MaxInt64 // not known: the write that fails will tell
	}
	return int64(min(free-min(free, l.space.needed(l.o.Reserve)), math.MaxInt64))
}

// fits reports whether there is room for a copy of n bytes, as far as that can be
// told: where jobs found the disk full again and again there is none, whatever
// it says, since a quota may be what it does not tell.
func (l *Log) fits(n int64) bool { return l.rewriting.full < oftenFull && n <= l.room() }

// spaceKept tells that space could not be given back. That is not damage, nor
// does anything depend on it: the log goes on.
func (l *Log) spaceKept(err error) {
	if fn := l.o.Events.SpaceKept; fn != nil {
		fn(err)
	}
}
