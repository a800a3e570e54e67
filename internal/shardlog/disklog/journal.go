package disklog

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/freshet/freshet/internal/vfs"
)

// journalFile is one file of the journal. Its fields are guarded by Log.mu, but
// those that never change: sequence, generation, size, path, and file while it
// is the current one.
type journalFile struct {
	sequence   uint64
	generation uint64
	size       int64
	path       string
	file       vfs.File
	// end is where the next frame goes, last the LSN of the last frame; 0, it
	// has none.
	end   int64
	last  uint64
	began time.Time
	// wanted is when the file was made for an append that waited; zero, it was
	// not.
	wanted time.Time
}

// journalHeader is the block that the header of a journal file has to itself.
const journalHeader = vfs.BlockSize

func (f *journalFile) close() error {
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file = nil
	return err
}

// free is what frames may still take.
func (f *journalFile) free() int64 { return f.size - f.end }

// header returns the first block of f.
func (f *journalFile) header(id uint64) []byte {
	p := vfs.AlignedBuffer(journalHeader)
	startHeader(p, magicJournal)
	le.PutUint64(p[8:], id)
	le.PutUint64(p[16:], f.sequence)
	le.PutUint64(p[24:], f.generation)
	le.PutUint64(p[32:], uint64(f.size))
	finishHeader(p)
	return p
}

// parseJournalHeader reads what header wrote for the file with that sequence
// number.
func parseJournalHeader(p []byte, id, sequence uint64) (generation uint64, size int64, err error) {
	if err := checkHeader(p, magicJournal); err != nil {
		return 0, 0, err
	}
	generation, size = le.Uint64(p[24:]), int64(le.Uint64(p[32:]))
	switch {
	case le.Uint64(p[8:]) != id:
		return 0, 0, errors.New("file of another data folder")
	case le.Uint64(p[16:]) != sequence:
		return 0, 0, fmt.Errorf("file number %d under another name", le.Uint64(p[16:]))
	case generation == 0 || size < journalHeader || size%vfs.BlockSize != 0:
		return 0, 0, fmt.Errorf("header with generation %d and size %d", generation, size)
	}
	return generation, size, nil
}

// newGeneration returns a number that no earlier use of a file had and no
// payload can guess.
func newGeneration() uint64 {
	for {
		if g := rand.Uint64(); g != 0 {
			return g
		}
	}
}

// createJournal makes a file full of zeros, so that commits neither allocate
// blocks nor change its length. A crash leaves journal.new, or a whole file
// without a frame.
func (l *Log) createJournal(sequence uint64, size int64) (*journalFile, error) {
	f := &journalFile{
		sequence: sequence, generation: newGeneration(), size: size,
		path: journalPath(l.dir, sequence), end: journalHeader,
	}
	temp := l.path(journalTemp)
	if err := l.writeZeros(temp, f); err != nil {
		return nil, errors.Join(fmt.Errorf("make journal file: %w", err), removeIfThere(l.fs, temp))
	}
	return f, l.nameJournal(temp, f)
}

func (l *Log) writeZeros(temp string, f *journalFile) error {
	if err := removeIfThere(l.fs, temp); err != nil {
		return err
	}
	file, err := l.fs.Create(temp, vfs.Direct)
	if err != nil {
		return err
	}
	zeros := vfs.AlignedBuffer(int(min(f.size, 1<<20)))
	for at := int64(0); at < f.size && err == nil; at += int64(len(zeros)) {
		_, err = file.WriteAt(zeros[:min(int64(len(zeros)), f.size-at)], at)
	}
	if err == nil {
		_, err = file.WriteAt(f.header(l.id), 0)
	}
	if err == nil {
		err = file.Sync()
	}
	// Closed before it is renamed: some platforms ask for that.
	return errors.Join(err, file.Close())
}

// recycleJournal makes a new file of an old one, which the manifest durably does
// not need. A crash leaves a file under the old name, which recovery removes
// whatever is in it, or a whole file without a frame of its generation. If it
// fails the old file is removed: nobody knows of it any more.
func (l *Log) recycleJournal(old *journalFile, sequence uint64) (*journalFile, error) {
	f := &journalFile{
		sequence: sequence, generation: newGeneration(), size: old.size,
		path: journalPath(l.dir, sequence), end: journalHeader,
	}
	if err := l.writeHeader(old.path, f); err != nil {
		return nil, errors.Join(fmt.Errorf("recycle journal file: %w", err), removeIfThere(l.fs, old.path))
	}
	return f, l.nameJournal(old.path, f)
}

// writeHeader writes f's header over that of the file path, durably.
func (l *Log) writeHeader(path string, f *journalFile) error {
	file, err := l.fs.OpenWrite(path, vfs.Direct)
	if err != nil {
		return err
	}
	if _, err = file.WriteAt(f.header(l.id), 0); err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// nameJournal gives a file whose content is durable its name, durably, and opens
// it for frames. If that fails the file is removed, whichever name it bears:
// another one will be made.
func (l *Log) nameJournal(from string, f *journalFile) error {
	if err := l.nameAndOpen(from, f); err != nil {
		return errors.Join(err, removeIfThere(l.fs, from), removeIfThere(l.fs, f.path))
	}
	return nil
}

func (l *Log) nameAndOpen(from string, f *journalFile) error {
	if err := l.fs.Rename(from, f.path); err != nil {
		return fmt.Errorf("name journal file: %w", err)
	}
	if err := l.fs.SyncDir(l.dir); err != nil {
		return fmt.Errorf("name journal file: %w", err)
	}
	file, err := l.fs.OpenWrite(f.path, vfs.Direct)
	if err != nil {
		return fmt.Errorf("open journal file: %w", err)
	}
	f.file = file
	return nil
}

// roomLocked reports whether a frame of that size has a place in the files that
// exist. Entries leave a little of the last file to controls.
func (l *Log) roomLocked(size int64, urgent bool) bool {
	if l.mu.next != nil {
		return size <= max(l.mu.current.free(), l.mu.next.free())
	}
	rest := l.mu.current.free()
	if !urgent {
		rest -= min(64<<10, alignUp(l.mu.current.size/8))
	}
	return size <= rest
}

// reserveLocked gives the frame lsn its place. There is room, since it was
// looked for when the group was joined.
func (l *Log) reserveLocked(size int64, lsn uint64) (*journalFile, int64) {
	if size > l.mu.current.free() {
		if l.mu.next == nil || size > l.mu.next.free() {
			panic("BUG: a group was joined that has no place in the journal")
		}
		l.rotateLocked()
	}
	l.mu.written += size
	f := l.mu.current
	pos := f.end
	f.end += size
	f.last = lsn
	if l.mu.next == nil && f.end > f.size/4 {
		signal(l.kicks.preparer)
	}
	return f, pos
}

// rotateLocked lets frames go to the next file from now on. The caller is the
// writer.
func (l *Log) rotateLocked() {
	l.mu.old = append(l.mu.old, l.mu.current)
	l.mu.current, l.mu.next = l.mu.next, nil
	l.mu.current.began = time.Now()
}

// rotated closes the files before f, which were written for the last time, and
// reports f.
func (l *Log) rotated(f *journalFile) {
	l.mu.Lock()
	old := slices.Clone(l.mu.old)
	l.mu.Unlock()
	for _, o := range old {
		l.closeJournal(o)
	}
	if fn := l.o.Events.JournalRotated; fn != nil {
		fn(JournalRotated{Sequence: f.sequence, Size: f.size})
	}
}
