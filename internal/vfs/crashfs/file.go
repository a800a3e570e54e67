package crashfs

import (
	"errors"
	"io"
	"io/fs"

	"github.com/freshet/freshet/internal/vfs"
)

// file is an open file.
type file struct {
	fs     *FS
	in     *inode // guarded by fs.mu, like all inodes
	name   string
	write  bool
	direct bool
	closed bool // guarded by fs.mu
}

// do runs fn as a call on the open file; change says that it needs OpenWrite.
func (h *file) do(op vfs.Op, change bool, fn func() error) error {
	op.Name = h.name
	return h.fs.do(op, func() error {
		switch {
		case h.closed:
			return fs.ErrClosed
		case change && !h.write:
			return fs.ErrPermission
		case op.Offset < 0 || op.Length < 0:
			return fs.ErrInvalid
		}
		return fn()
	})
}

func (h *file) ReadAt(p []byte, off int64) (n int, err error) {
	op := vfs.Op{Kind: vfs.OpRead, Offset: off, Length: int64(len(p))}
	err = h.do(op, false, func() error {
		n = h.in.readAt(p, off)
		if n < len(p) {
			return io.EOF
		}
		return nil
	})
	return n, err
}

func (h *file) WriteAt(p []byte, off int64) (n int, err error) {
	op := vfs.Op{Kind: vfs.OpWrite, Offset: off, Length: int64(len(p))}
	err = h.do(op, true, func() error {
		if h.direct {
			if err := vfs.CheckAligned(p, off); err != nil {
				return err
			}
		}
		var took int64
		n, took = h.in.writeAt(p, off, h.fs.mu.quota-h.fs.mu.used)
		h.fs.mu.used += took
		if n < len(p) {
			return vfs.ErrNoSpace
		}
		return nil
	})
	if errors.Is(err, ErrPowerCut) {
		n = 0
	}
	return n, err
}

func (h *file) Sync() error {
	return h.do(vfs.Op{Kind: vfs.OpSync}, false, func() error {
		h.in.sync()
		return nil
	})
}

func (h *file) Size() (size int64, err error) {
	err = h.do(vfs.Op{Kind: vfs.OpSize}, false, func() error {
		size = h.in.size
		return nil
	})
	return size, err
}

func (h *file) Links() (n int, err error) {
	err = h.do(vfs.Op{Kind: vfs.OpLinks}, false, func() error {
		n = h.in.links
		return nil
	})
	return n, err
}

// Direct returns what the file was opened as: nothing here refuses.
func (h *file) Direct() bool { return h.direct }

func (h *file) Truncate(size int64) error {
	return h.do(vfs.Op{Kind: vfs.OpTruncate, Length: size}, true, func() error {
		h.fs.mu.used -= h.in.truncate(size)
		return nil
	})
}

func (h *file) PunchHole(offset, length int64) error {
	return h.do(vfs.Op{Kind: vfs.OpPunchHole, Offset: offset, Length: length}, true, func() error {
		h.fs.mu.used -= h.in.zero(offset, min(offset+length, h.in.size))
		return nil
	})
}

// Close works without power too, so that a test can end what it crashed.
func (h *file) Close() error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if h.closed {
		return &fs.PathError{Op: "close", Path: h.name, Err: fs.ErrClosed}
	}
	h.closed = true
	h.in.handles--
	h.fs.freeIfGoneLocked(h.in)
	return nil
}
