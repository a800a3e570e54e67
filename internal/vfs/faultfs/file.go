package faultfs

import (
	"errors"

	"github.com/freshet/freshet/internal/vfs"
)

// file is an open file of the wrapped FS.
type file struct {
	fs    *FS
	inner vfs.File
	name  string
}

func (h *file) op(kind vfs.Kind, offset, length int64) vfs.Op {
	return vfs.Op{Kind: kind, Name: h.name, Offset: offset, Length: length}
}

func (h *file) ReadAt(p []byte, off int64) (int, error) {
	if err := h.fs.fail(h.op(vfs.OpRead, off, int64(len(p)))); err != nil {
		return 0, err
	}
	return h.inner.ReadAt(p, off)
}

// WriteAt, when it fails, may write the beginning of p. What a direct file cannot
// write in part is cut to whole blocks.
func (h *file) WriteAt(p []byte, off int64) (int, error) {
	op := h.op(vfs.OpWrite, off, int64(len(p)))
	r := h.fs.meet(op)
	if r == nil {
		return h.inner.WriteAt(p, off)
	}
	short := p[:min(r.Short, len(p))]
	if len(short) == len(p) && len(p) > 0 && errors.Is(r.Err, vfs.ErrNoSpace) {
		short = p[:len(p)-1] // what has no room does not find it all
	}
	n, err := h.inner.WriteAt(short, off)
	if errors.Is(err, vfs.ErrMisaligned) {
		n, _ = h.inner.WriteAt(short[:len(short)/vfs.BlockSize*vfs.BlockSize], off)
	}
	return n, r.failure(op)
}

func (h *file) Sync() error {
	if err := h.fs.fail(h.op(vfs.OpSync, 0, 0)); err != nil {
		return err
	}
	return h.inner.Sync()
}

func (h *file) Size() (int64, error) {
	if err := h.fs.fail(h.op(vfs.OpSize, 0, 0)); err != nil {
		return 0, err
	}
	return h.inner.Size()
}

func (h *file) Links() (int, error) {
	if err := h.fs.fail(h.op(vfs.OpLinks, 0, 0)); err != nil {
		return 0, err
	}
	return h.inner.Links()
}

func (h *file) Direct() bool { return h.inner.Direct() }

func (h *file) Truncate(size int64) error {
	if err := h.fs.fail(h.op(vfs.OpTruncate, 0, size)); err != nil {
		return err
	}
	return h.inner.Truncate(size)
}

func (h *file) PunchHole(offset, length int64) error {
	if err := h.fs.fail(h.op(vfs.OpPunchHole, offset, length)); err != nil {
		return err
	}
	return h.inner.PunchHole(offset, length)
}

// Close closes the file also when it is made to fail, as close(2) does.
func (h *file) Close() error {
	err := h.fs.fail(h.op(vfs.OpClose, 0, 0))
	return errors.Join(err, h.inner.Close())
}
