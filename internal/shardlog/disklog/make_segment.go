package disklog

import (
	"errors"
	"fmt"

	"github.com/freshet/freshet/internal/vfs"
)

// segmentMode is direct: written-back pages of a segment would get in the way of
// the journal's syncs.
const segmentMode = vfs.Direct

// takeSegmentNumber returns a number that no segment of the folder has had.
func (l *Log) takeSegmentNumber() uint64 { return l.segmentNumber.Add(1) }

// skipSegmentNumber lets n never be taken. It is for recovery.
func (l *Log) skipSegmentNumber(n uint64) {
	l.segmentNumber.Store(max(l.segmentNumber.Load(), n))
}

// makeSegment makes the segment that m describes by its class, level and span: it
// gives it a number, has fill write the records, and syncs the file. It returns
// the rest of what the manifest says. Before that may name the segment the folder
// must be synced, once for all that were made. Of a segment that failed nothing
// stays. It may be called from several goroutines at once.
func (l *Log) makeSegment(m segmentMeta, fill func(*segmentWriter) error) (segmentMeta, error) {
	m.number = l.takeSegmentNumber()
	path := segmentPath(l.dir, m.number)
	if err := removeIfThere(l.fs, path); err != nil {
		return m, err
	}
	file, err := l.fs.Create(path, segmentMode)
	if err != nil {
		return m, fmt.Errorf("create segment: %w", err)
	}
	w := newSegmentWriter(file, l.id, l.keys, m)
	defer w.release()
	if err = fill(w); err == nil {
		m, err = w.finish()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return m, errors.Join(err, removeIfThere(l.fs, path))
	}
	return m, nil
}

// unmake removes segments that were made and that no manifest names.
func (l *Log) unmake(made []segmentMeta) error {
	var errs []error
	for _, m := range made {
		errs = append(errs, removeIfThere(l.fs, segmentPath(l.dir, m.number)))
	}
	return errors.Join(errs...)
}
