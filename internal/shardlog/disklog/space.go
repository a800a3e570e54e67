package disklog

import (
	"fmt"
	"sync/atomic"

	"github.com/freshet/freshet/internal/vfs"
)

// space knows whether entries may be taken. They are refused, before anything
// is damaged, while any of the shortages below lasts.
type space struct {
	// short is a set of shortages.
	short atomic.Uint32
	// unflushed is the memory of the memtables, which must fit on the disk.
	unflushed atomic.Int64
}

// shortage is why entries are refused.
type shortage uint32

const (
	// lowSpace: so little is free that a flush might not fit.
	lowSpace shortage = 1 << iota
	// noJournal: the next journal file could not be made.
	noJournal
	// noSegment: a flush found the disk full.
	noSegment
)

// checkSpaceAfter is how much is written before the free space is looked at
// again. While it is low the flusher looks, every Options.Retry.
const checkSpaceAfter = 4 << 20

func (s *space) has(w shortage) bool { return s.short.Load()&uint32(w) != 0 }

// needed is the free space below which entries are refused: enough to flush what
// is in memory, and the reserve.
func (s *space) needed(reserve int64) uint64 { return uint64(s.unflushed.Load() + reserve) }

// report notes that a shortage begins or lasts, with its error, or ends, with nil.
// The listener is told when the first begins, each time that one is found to
// last, and when the last ends.
func (l *Log) report(w shortage, err error) {
	var before, after uint32
	if err != nil {
		before = l.space.short.Or(uint32(w))
		after = before | uint32(w)
	} else {
		before = l.space.short.And(^uint32(w))
		after = before &^ uint32(w)
	}
	if fn := l.o.Events.NoSpace; fn != nil && (err != nil && before == after || (before == 0) != (after == 0)) {
		fn(err)
	}
	if before == after {
		return
	}
	// Who waits for a place is refused, or tries again. That holds for each
	// shortage: controls wait also while entries are refused for another.
	l.broadcast()
	// A flush may give space back, and the flusher looks when there is some.
	signal(l.kicks.writer)
	signal(l.kicks.flusher)
}

// spendSpace is called by the writer for what it wrote.
func (l *Log) spendSpace(n int64) {
	if l.writer.unchecked += n; l.writer.unchecked >= checkSpaceAfter {
		l.writer.unchecked = 0
		l.checkSpace()
	}
}

// checkSpace compares what is free with what is needed. An error of the question
// is no shortage: the write that fails will tell.
func (l *Log) checkSpace() {
	free, err := l.fs.Free(l.dir)
	needed := l.space.needed(l.o.Reserve)
	if err != nil || free >= needed {
		l.report(lowSpace, nil)
		return
	}
	l.report(lowSpace, fmt.Errorf("%d bytes free of %d needed: %w", free, needed, vfs.ErrNoSpace))
}
