package disklog

import (
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
//	flusher    writes the segment and lets the older files go, as after any flush
//
// Small files go round as before: where little is written all the time there is a
// flush for each 32 MiB of them, and they are filled again without a zero being
// written.
//
// To recovery that is a file that was left before it was full, which happens
// whenever a large frame does not fit.

// quiet is what the preparer knows of the load.
type quiet struct {
	// since is when the time began in which little was written, written what
	// frames had taken by then. Zero while the journal is small.
	since   time.Time
	written int64
}

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
	if !l.isLargeLocked() {
		q.since = time.Time{}
		l.shrinking.Store(false)
		return 0
	}
	if q.since.IsZero() || l.mu.written-q.written >= l.o.JournalMin {
		q.since, q.written = time.Now(), l.mu.written
		l.shrinking.Store(false)
	}
	if rest := l.o.tidy.quietAfter - time.Since(q.since); rest > 0 {
		return rest
	}
	l.shrinking.Store(true)
	return l.o.tidy.quietAfter // is it still quiet?
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
	if next := l.mu.next; small && next != nil && !l.isSmall(next) && l.openFitsLocked(l.mu.current) {
		unused = append(unused, next)
		l.mu.next = nil // another one is made when it is needed
	}
	wanted := !small && (l.mu.next == nil || !l.isSmall(l.mu.next))
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
// place then.
func (l *Log) makeSmall() error {
	f, err := l.makeJournal(l.o.JournalMin)
	if err != nil {
		return err
	}
	l.mu.Lock()
	unused := f
	if l.openFitsLocked(f) {
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
	}
	if len(l.mu.sealed) > 0 {
		return false
	}
	first := l.writer.active.first
	return slices.ContainsFunc(l.mu.old, func(f *journalFile) bool { return f.last >= first })
}
