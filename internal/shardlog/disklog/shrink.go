package disklog

import (
	"fmt"
	"slices"
	"time"
)

// Shrinking. The journal's files grow with the load, up to 128 MiB each, and what
// they take stays taken: they are recycled. When the load has gone, that is more
// than a small folder should have. So after a while in which little was written
// the journal goes back to its smallest file:
//
//	preparer   discards the large spares and makes a small next file
//	writer     goes on in it, though the current one is not full, and hands the
//	           active memtable to the flusher if its frames are in older files
//	flusher    writes the segment and lets the older files go, as after any flush;
//	           if there is nothing to flush it tells the manifest where the journal
//	           begins now
//
// Small files go round as before: where little is written all the time there is a
// flush for each 32 MiB of them, and they are filled again without a zero being
// written.
//
// To recovery that is a file that was left before it was full, which happens
// whenever a large frame does not fit.

// Making a file costs its size in zeros, and a load that comes back makes all of
// them again. So the journal waits longer each time before it gives up files that
// had grown, up to a day.

// quiet is what the preparer knows of the load. Little is written while each window
// of tidyOptions.quietAfter has less than Options.JournalMin.
type quiet struct {
	// since is when the time began in which little was written; zero while the
	// journal is small.
	since time.Time
	// window is when the window began, written what frames had taken by then.
	window  time.Time
	written int64

	// grown says that there are files that are not small, ended when that ended
	// for the last time. wait is how long it is quiet before it ends.
	grown bool
	ended time.Time
	wait  time.Duration
}

// maxQuiet is how many times quietAfter it is waited at the most.
const maxQuiet = 144

// idleJournal is what the files with frames that no segment has may take when
// little is written, the current one included; idleFolder what all files may.
func (o *Options) idleJournal() int64 { return max(o.tidy.idleJournal, 4*o.JournalMin) }
func (o *Options) idleFolder() int64  { return o.idleJournal() / 2 * 3 }

// isLargeLocked reports whether the journal has more than it should while little
// is written.
func (l *Log) isLargeLocked() bool {
	frames := l.mu.current.size
	for _, f := range l.mu.old {
		frames += f.size
	}
	return frames > l.o.idleJournal() || l.journalSizeLocked() > l.o.idleFolder()
}

// watch decides whether the journal is to shrink, and returns when to look
// again; 0, not before something happens.
func (l *Log) watch(q *quiet) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	after := l.o.tidy.quietAfter
	q.grow(l.isGrownLocked(), after)
	if !l.isLargeLocked() {
		q.since = time.Time{}
		l.shrinking.Store(false)
		return 0
	}
	now := time.Now()
	if busy := l.mu.written-q.written >= l.o.JournalMin; q.since.IsZero() || busy {
		q.since, q.window, q.written = now, now, l.mu.written
		l.shrinking.Store(false)
	} else if now.Sub(q.window) >= after {
		q.window, q.written = now, l.mu.written
	}
	wait := after
	if q.grown {
		wait = q.wait
	}
	if rest := wait - now.Sub(q.since); rest > 0 {
		return min(rest, after)
	}
	l.shrinking.Store(true)
	return after // is it still quiet?
}

// grow notes whether there are files that have grown. If they grow again within the
// longest wait, they are kept for longer.
func (q *quiet) grow(grown bool, after time.Duration) {
	switch {
	case q.grown && !grown:
		q.ended = time.Now()
	case grown && !q.grown:
		longest := maxQuiet * after
		if q.wait == 0 || time.Since(q.ended) > longest {
			q.wait = after
		} else {
			q.wait = min(2*q.wait, longest)
		}
	}
	q.grown = grown
}

// isGrownLocked reports whether any file is not small.
func (l *Log) isGrownLocked() bool {
	next := l.mu.next
	large := func(f *journalFile) bool { return !l.isSmall(f) }
	return large(l.mu.current) || next != nil && large(next) ||
		slices.ContainsFunc(l.mu.old, large) || slices.ContainsFunc(l.mu.spares, large)
}

// journalSizeLocked is what the journal's files take.
func (l *Log) journalSizeLocked() (size int64) {
	for _, f := range slices.Concat(l.mu.old, l.mu.spares) {
		size += f.size
	}
	size += l.mu.current.size
	if l.mu.next != nil {
		size += l.mu.next.size
	}
	return size
}

// shrink is the preparer's part. A full disk is none of its cares: the files that
// there are will do.
func (l *Log) shrink() error {
	l.mu.Lock()
	unused := l.surplusLocked()
	small := l.isSmall(l.mu.current)
	if next := l.mu.next; small && next != nil && l.isTooLarge(next) && l.openFitsLocked(l.mu.current) {
		unused = append(unused, next)
		l.mu.next = nil // another one is made when it is needed
	}
	wanted := !small && (l.mu.next == nil || l.isTooLarge(l.mu.next))
	l.mu.Unlock()
	for _, f := range unused {
		l.discard(f)
	}
	if wanted {
		if err := l.makeSmall(); err != nil && !retry(err) {
			return err
		}
	}
	signal(l.kicks.writer)
	return nil
}

// makeSmall makes a small file the next one, unless the open group would have no
// place then, or a large one was made meanwhile that an append waits for.
func (l *Log) makeSmall() error {
	f, err := l.makeJournal(l.o.JournalMin)
	if err != nil {
		return err
	}
	l.mu.Lock()
	unused := f
	if l.openFitsLocked(f) && (l.mu.next == nil || l.isTooLarge(l.mu.next)) {
		unused, l.mu.next = l.mu.next, f
	}
	l.broadcastLocked()
	l.mu.Unlock()
	if unused != nil {
		l.discard(unused)
	}
	return nil
}

// isSmall reports whether f may stay while little is written: the smallest file,
// or one that was made for a frame of a few MiB.
func (l *Log) isSmall(f *journalFile) bool { return f.size <= l.o.idleJournal()/4 }

// isTooLarge reports whether f, the next file, had better be a small one. One that
// was made for an append that waits is kept until that has had its time.
func (l *Log) isTooLarge(f *journalFile) bool {
	return !l.isSmall(f) && (f.wanted.IsZero() || time.Since(f.wanted) >= l.o.tidy.quietAfter)
}

// openFitsLocked reports whether the open group, if there is one, has a place in
// f.
func (l *Log) openFitsLocked(f *journalFile) bool {
	return l.mu.open == nil || int64(alignUp(l.mu.open.size)) <= f.free()
}

// leaveLarge is the writer's part: between two groups it goes on in the small
// file. It reports whether older files wait for the active memtable alone.
func (l *Log) leaveLarge() bool {
	if !l.shrinking.Load() {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if next := l.mu.next; next != nil && l.isSmall(next) && !l.isSmall(l.mu.current) && l.openFitsLocked(next) {
		l.rotateLocked()
		signal(l.kicks.flusher) // it may be that the older files have no frame to be flushed
	}
	if len(l.mu.sealed) > 0 {
		return false
	}
	first := l.writer.active.first
	return slices.ContainsFunc(l.mu.old, func(f *journalFile) bool { return f.last >= first })
}

// letOldGo is the flusher's part where there is nothing to flush: the file that was
// left had no frame behind the checkpoint, and the manifest says so.
func (l *Log) letOldGo() error {
	if !l.shrinking.Load() {
		return nil
	}
	l.mu.Lock()
	flushes := len(l.mu.sealed) > 0
	l.mu.Unlock()
	e := l.manifest.current()
	first := l.firstJournal(e.checkpoint)
	if flushes || first == e.firstJournal {
		return nil
	}
	e.firstJournal = first
	err := l.manifest.commit(e, l.wholeEdit)
	if err != nil && !retry(err) {
		return fmt.Errorf("shrink journal: %w", err)
	}
	return nil // on a full disk the files stay, and nothing is refused for it
}
