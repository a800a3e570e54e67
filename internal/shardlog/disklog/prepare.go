package disklog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"time"

	"github.com/freshet/freshet/internal/vfs"
)

// maxSpares is how many journal files are kept for recycling besides the next.
const maxSpares = 2

// prepare is the goroutine that makes the next journal file before it is needed,
// so that the writer never waits for zeros, and gives files back when the load
// has gone.
func (l *Log) prepare(ctx context.Context) error {
	var q quiet
	for {
		var again <-chan time.Time
		if in := l.watch(&q); in > 0 {
			again = time.After(in)
		}
		var err error
		if l.shrinking.Load() {
			err = l.shrink()
		}
		if size := l.nextSize(); size > 0 && err == nil {
			err = l.prepareNext(size)
		}
		if err != nil && !retry(err) {
			return err
		}
		if l.report(noJournal, err); err != nil {
			again = time.After(l.o.Retry)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-l.kicks.preparer:
		case <-again:
		}
	}
}

// nextSize returns the size of the file that is to be made, 0 if there is one or
// it is not time yet. A file that fills within fillTime is followed by one of
// twice its size.
func (l *Log) nextSize() int64 {
	const fillTime = 10 * time.Second
	l.mu.Lock()
	defer l.mu.Unlock()
	current, next := l.mu.current, l.mu.next
	switch {
	case next != nil && l.mu.want <= next.size:
		return 0
	case next == nil && l.mu.want == 0 && current.end <= current.size/4:
		return 0
	}
	size := current.size
	used := float64(current.end-journalHeader) / float64(current.size)
	if time.Since(current.began).Seconds() < fillTime.Seconds()*used {
		size *= 2
	}
	if l.shrinking.Load() {
		size = 0
	}
	size = max(l.o.JournalMin, min(size, l.o.JournalMax))
	return max(size, alignUp(l.mu.want))
}

// prepareNext makes the next journal file, of that size or, where the disk is
// nearly full, down to the least that is of use. It replaces a next file that is
// too small for an append that waits, but only when it is there: a group may
// have been joined that has its place in the small one.
func (l *Log) prepareNext(size int64) error {
	f, err := l.makeJournal(size)
	l.mu.Lock()
	wanted := l.mu.want > 0
	l.mu.want = 0 // who still wants it asks again
	var unused *journalFile
	if err == nil {
		if wanted {
			f.wanted = time.Now()
		}
		unused, l.mu.next = l.mu.next, f
		l.broadcastLocked()
	}
	l.mu.Unlock()
	if unused != nil {
		l.discard(unused)
	}
	return err
}

// discard removes a file that is not needed. If it stays, recovery finds it
// below the first journal, or without frames.
func (l *Log) discard(f *journalFile) {
	l.closeJournal(f)
	_ = l.fs.Remove(f.path)
}

// closeJournal closes a file that no frame goes to any more; those in it were
// synced.
func (l *Log) closeJournal(f *journalFile) {
	l.mu.Lock()
	file := f.file
	f.file = nil
	l.mu.Unlock()
	if file != nil {
		_ = file.Close()
	}
}

func (l *Log) makeJournal(size int64) (*journalFile, error) {
	sequence, spare := l.nextSequence(size)
	if spare != nil {
		l.closeJournal(spare)
		return l.recycleJournal(spare, sequence)
	}
	l.mu.Lock()
	least := max(l.o.JournalMin, alignUp(l.mu.want))
	l.mu.Unlock()
	free, err := l.fs.Free(l.dir)
	if err != nil {
		free = math.MaxUint64 // not known: the write that fails will tell
	}
	for size > least && uint64(size)+l.space.needed(l.o.Reserve) > free {
		size = max(least, alignUp(size/2))
	}
	if uint64(size)+l.space.needed(l.o.Reserve) > free {
		return nil, fmt.Errorf("make journal file of %d bytes with %d free: %w", size, free, vfs.ErrNoSpace)
	}
	return l.createJournal(sequence, size)
}

// nextSequence takes a sequence number, and a spare of at least that size if
// there is one. While the disk is nearly full any spare will do that has room for
// an append that waits.
func (l *Log) nextSequence(size int64) (uint64, *journalFile) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mu.sequence++
	if l.space.has(lowSpace) {
		size = l.mu.want
	}
	for i, f := range l.mu.spares {
		if f.size >= size {
			l.mu.spares = slices.Delete(l.mu.spares, i, i+1)
			return l.mu.sequence, f
		}
	}
	return l.mu.sequence, nil
}

// recycle lets go of the journal files below first. The manifest says durably
// that they are not needed: its word counts, not where the frames are by now, since
// the current file may have become an old one meanwhile. While a backup reads
// them none is let go.
func (l *Log) recycle(first uint64) {
	l.mu.Lock()
	var kept []*journalFile
	for _, f := range l.mu.old {
		if f.sequence < first && l.mu.cuts == 0 {
			l.mu.spares = append(l.mu.spares, f)
		} else {
			kept = append(kept, f)
		}
	}
	l.mu.old = kept
	surplus := l.surplusLocked()
	l.mu.Unlock()
	signal(l.kicks.preparer)
	for _, f := range surplus {
		l.discard(f)
	}
}

// surplusLocked takes from the spares those that are not worth keeping, and
// returns them.
func (l *Log) surplusLocked() (surplus []*journalFile) {
	// The largest are worth keeping, and small ones: where little is written they
	// go round, up to a memtable's worth of them. When the load has gone that ends
	// at what an idle folder may have. If the space is wanted none is kept, but for
	// one that is to be the next file: controls that drop or trim need it, and there
	// may never be room for a new one.
	slices.SortStableFunc(l.mu.spares, func(a, b *journalFile) int { return int(b.size - a.size) })
	largest, rest := maxSpares, l.o.idleFolder()-l.journalSizeLocked()
	switch {
	case l.space.has(lowSpace):
		largest, rest = 0, math.MinInt64
		if l.mu.next == nil {
			largest = 1
		}
	case l.shrinking.Load():
		largest = 0
	case l.isSmall(l.mu.current):
		rest = math.MaxInt64
	}
	var kept []*journalFile
	for i, f := range l.mu.spares {
		if i < largest || rest >= 0 && l.isSmall(f) {
			kept = append(kept, f)
		} else {
			surplus = append(surplus, f)
			rest += f.size // of a rest below zero
		}
	}
	l.mu.spares = kept
	return surplus
}

// firstJournal returns the lowest sequence number that is needed once frames up
// to checkpoint are not.
func (l *Log) firstJournal(checkpoint uint64) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.mu.old {
		if f.last > checkpoint {
			return f.sequence
		}
	}
	return l.mu.current.sequence
}

func (l *Log) path(name string) string { return filepath.Join(l.dir, name) }

func removeIfThere(fsys vfs.FS, name string) error {
	if err := fsys.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
