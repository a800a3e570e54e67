package disklog

import "time"

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
	// quietAfter how long that must last; see shrink.go.
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
	setDefault(&o.quietAfter, 30*time.Second)
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
	if due := l.collection.due; !due.IsZero() && (!time.Now().Before(due) || l.space.has(lowSpace)) {
		l.countTouched()
	}
	l.giveJob()
	return nil
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
// rewritten, or gets holes. It gets them also if there is no room to rewrite it.
func (l *Log) count(s *segment) {
	f, err := l.footerOf(s)
	if err != nil {
		return // readers are told of a damaged footer, and it stays
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
	if !worth || !l.hasRoom(c.live) {
		if err := l.punch(s, &c); err != nil {
			l.spaceKept(err)
		}
	}
	u.gain = c.dead - sizeOfRanges(u.holes)
	u.rewrite = worth && u.gain >= l.o.tidy.rewriteGain
}

// hasRoom reports whether n bytes may be written besides what appends need.
func (l *Log) hasRoom(n int64) bool {
	if l.space.short.Load() != 0 {
		return false
	}
	free, err := l.fs.Free(l.dir)
	// Not known: the write that fails will tell.
	return err != nil || free >= l.space.needed(l.o.Reserve)+uint64(n)
}

// spaceKept tells that space could not be given back. That is not damage, nor
// does anything depend on it: the log goes on.
func (l *Log) spaceKept(err error) {
	if fn := l.o.Events.SpaceKept; fn != nil {
		fn(err)
	}
}
