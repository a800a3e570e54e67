package disklog

import (
	"errors"
	"fmt"

	"github.com/freshet/freshet/internal/vfs"
)

// journal copies the frames of the cut that no segment has, and returns the
// sequence number of the first file of the copy. A file keeps its number and
// generation and is as long as its frames; one without such a frame is left out,
// but there is always one file.
//
// The source's last file is being written meanwhile, behind the last frame of
// the cut. Nothing there is looked at: a frame that is half written would pass
// for damage.
func (p *placer) journal(c *Cut) (first uint64, err error) {
	r := &replay{checkpoint: c.whole.checkpoint, last: c.whole.checkpoint}
	var last *journalFile
	for i, name := range c.journals {
		f, err := openJournal(p.fs, name.path, c.log.id, name.sequence)
		if err != nil {
			return 0, err
		}
		last = f
		isLast := i == len(c.journals)-1
		wrote, err := p.journalFile(r, f, c, isLast && first == 0)
		if err = errors.Join(err, f.close()); err != nil {
			return 0, err
		}
		if wrote && first == 0 {
			first = f.sequence
		}
	}
	if r.last < c.whole.reached {
		return 0, &CorruptionError{
			File: last.path, Offset: last.end,
			Reason: fmt.Sprintf("journal ends with frame %d, and frame %d was durable", r.last, c.whole.reached),
		}
	}
	return first, nil
}

// journalFile copies the frames of f that are above the checkpoint and in the
// cut. Without one it makes no file, unless it must.
func (p *placer) journalFile(r *replay, f *journalFile, c *Cut, must bool) (wrote bool, err error) {
	out := &frameWriter{fs: p.fs, path: journalPath(p.target, f.sequence), size: journalHeader}
	in := &windowReader{file: f.file, size: f.size}
	for r.last < c.whole.reached && err == nil {
		if err = p.going(); err != nil {
			break
		}
		var more bool
		if more, err = r.frame(f, in); err != nil || !more {
			break
		}
		if r.last > c.whole.checkpoint {
			var frame []byte
			if frame, err = in.at(r.lastFrame.pos, r.lastFrame.size); err == nil {
				err = out.add(frame)
			}
		}
	}
	if must && err == nil {
		err = out.open()
	}
	if err = errors.Join(err, out.finish(f, c.log.id, err == nil)); err != nil {
		return false, fmt.Errorf("copy journal: %w", err)
	}
	p.report.JournalBytes += out.size
	return out.file != nil, nil
}

// frameWriter makes a journal file of frames.
type frameWriter struct {
	fs   vfs.FS
	path string
	file vfs.File // nil before the first frame
	size int64
	// unsynced is what was written since the last sync.
	unsynced int64
}

func (w *frameWriter) open() error {
	if w.file != nil {
		return nil
	}
	var err error
	w.file, err = w.fs.Create(w.path, vfs.Buffered)
	return err
}

func (w *frameWriter) add(frame []byte) error {
	if err := w.open(); err != nil {
		return err
	}
	if _, err := w.file.WriteAt(frame, w.size); err != nil {
		return err
	}
	w.size += int64(len(frame))
	if w.unsynced += int64(len(frame)); w.unsynced < maxUnsynced {
		return nil
	}
	w.unsynced = 0
	return w.file.Sync()
}

// finish writes the header of a copy of f, if there is one, and syncs it.
func (w *frameWriter) finish(f *journalFile, id uint64, whole bool) error {
	if w.file == nil {
		w.size = 0
		return nil
	}
	var err error
	if whole {
		header := journalFile{sequence: f.sequence, generation: f.generation, size: w.size}
		if _, err = w.file.WriteAt(header.header(id), 0); err == nil {
			err = w.file.Sync()
		}
	}
	return errors.Join(err, w.file.Close())
}
