package disklog

import (
	"errors"
	"fmt"

	"github.com/freshet/freshet/internal/vfs"
)

// journalEnd is how the journal ends: the frames that may have been written and not
// synced, what a crash has left of those behind them, and up to where it is proven
// that all was durable. FORMAT.md, section 11, says why the rules hold.
type journalEnd struct {
	// synced is the highest LSN that was durable, by the word of the manifest or
	// of a frame.
	synced uint64
	// frames are the good ones above synced, which lie in one file.
	frames []placedFrame
	// behind are the headers that lie where no good frame begins or behind such
	// a place.
	behind []placedFrame
}

// placedFrame is a frame, or only its header, and where it is.
type placedFrame struct {
	file *journalFile
	pos  int64
	size int
	frameHeader
}

// prove notes that frames up to lsn were durable.
func (e *journalEnd) prove(lsn uint64) {
	e.synced = max(e.synced, lsn)
	for len(e.frames) > 0 && e.frames[0].lsn <= e.synced {
		e.frames = e.frames[1:]
	}
}

// add notes a good frame.
func (e *journalEnd) add(f placedFrame) {
	e.frames = append(e.frames, f)
	e.prove(f.synced)
}

// mayGoOn checks that frame lsn of the next file does not stand behind a torn one.
func (e *journalEnd) mayGoOn(lsn uint64) error {
	if len(e.behind) == 0 {
		return nil
	}
	b := e.behind[0]
	return &CorruptionError{
		File: b.file.path, Offset: b.file.end,
		Reason: fmt.Sprintf("no good frame, and frame %d lies behind it at byte %d, frame %d in the next file", b.lsn, b.pos, lsn),
	}
}

// lookBehind notes the headers of this use of f that lie where its frames end, or
// behind.
func (e *journalEnd) lookBehind(f *journalFile, in *windowReader) error {
	for pos := f.end; pos < f.size; pos += vfs.BlockSize {
		p, err := in.at(pos, headerSize)
		if err != nil || p == nil {
			return err
		}
		h, _, err := parseFrameHeader(p)
		if errors.Is(err, errNoFrame) || h.generation != f.generation {
			continue
		}
		if err != nil {
			return inFile(err, f.path, pos)
		}
		e.behind = append(e.behind, placedFrame{f, pos, 0, h})
	}
	return nil
}

// check tells a torn tail from damage. The frames end with last: the next one was
// written by nobody, or was on its way to the disk when the power was cut, and so
// was everything behind it.
func (e *journalEnd) check(files []*journalFile, last uint64) error {
	missing := last + 1
	for _, b := range e.behind {
		torn := b.pos == b.file.end && b.lsn == missing
		unsynced := b.pos > b.file.end && b.lsn > missing && b.synced < missing
		if !torn && !unsynced {
			return &CorruptionError{
				File: b.file.path, Offset: b.file.end,
				Reason: fmt.Sprintf("no good frame, and frame %d lies behind it at byte %d, written when frame %d was durable", b.lsn, b.pos, b.synced),
			}
		}
	}
	if e.synced < missing {
		return nil
	}
	end := files[lastWithFrames(files)]
	return &CorruptionError{
		File: end.path, Offset: end.end,
		Reason: fmt.Sprintf("journal ends with frame %d, and had reached frame %d", last, e.synced),
	}
}

// mendEnd makes the journal's end such that frames can be written behind it: all
// frames are durable, and nothing lies behind them. A crash leaves it to be mended
// again.
func (l *Log) mendEnd(e *journalEnd, files []*journalFile) error {
	for _, f := range files[lastWithFrames(files):] {
		if err := l.eraseBehind(e, f); err != nil {
			return fmt.Errorf("erase torn frame: %w", err)
		}
	}
	if err := l.rewriteFrames(e.frames); err != nil {
		return fmt.Errorf("write frame again: %w", err)
	}
	return nil
}

// lastWithFrames returns the place of the last file that has frames, 0 if none has.
func lastWithFrames(files []*journalFile) int {
	at := 0
	for i, f := range files {
		if f.last > 0 {
			at = i
		}
	}
	return at
}

// eraseBehind erases the headers behind the frames of f, and where the next frame
// would begin in any case: an erasure that was not synced, since the process ended
// or the sync failed, looks as if there had been nothing, and a power cut would
// bring the header back. The frames that get those LSNs may find their places
// elsewhere, and it would meet them.
func (l *Log) eraseBehind(e *journalEnd, f *journalFile) error {
	var places []int64
	if f.end < f.size {
		places = append(places, f.end)
	}
	for _, b := range e.behind {
		if b.file == f && b.pos != f.end {
			places = append(places, b.pos)
		}
	}
	if len(places) == 0 {
		return nil
	}
	file, err := l.fs.OpenWrite(f.path, vfs.Direct)
	if err != nil {
		return err
	}
	for _, pos := range places {
		if err == nil {
			_, err = file.WriteAt(vfs.AlignedBuffer(vfs.BlockSize), pos)
		}
	}
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// rewriteFrames writes frames once more and syncs. They lie one behind the other.
// After the end of a process, or a sync that failed, they may be in the page cache
// and not on the disk, and look well.
func (l *Log) rewriteFrames(frames []placedFrame) error {
	if len(frames) == 0 {
		return nil
	}
	f := frames[0].file
	file, err := l.fs.OpenWrite(f.path, vfs.Direct)
	if err != nil {
		return err
	}
	buf := vfs.AlignedBuffer(int(min(f.end-frames[0].pos, windowSize)))
	for at := frames[0].pos; err == nil && at < f.end; at += int64(len(buf)) {
		buf = buf[:min(int64(len(buf)), f.end-at)]
		if err = readFull(file, buf, at); err == nil {
			_, err = file.WriteAt(buf, at)
		}
	}
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}
