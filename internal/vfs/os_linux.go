package vfs

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

func syncData(f *os.File) error {
	if err := control(f, unix.Fdatasync); err != nil {
		return &os.PathError{Op: "fdatasync", Path: f.Name(), Err: err}
	}
	return nil
}

func setDirect(f *os.File, on bool) error {
	return control(f, func(fd int) error {
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
		if err != nil {
			return err
		}
		flags &^= unix.O_DIRECT
		if on {
			flags |= unix.O_DIRECT
		}
		_, err = unix.FcntlInt(uintptr(fd), unix.F_SETFL, flags)
		return err
	})
}

// stillDirect reports whether writeDirect has not given up on f.
func stillDirect(f *os.File) bool {
	flags := 0
	err := control(f, func(fd int) (err error) {
		flags, err = unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
		return err
	})
	return err == nil && flags&unix.O_DIRECT != 0
}

// writeDirect writes to a file that is perhaps direct. Some file systems take
// O_DIRECT and refuse the first write with EINVAL, because their blocks are
// larger or a layer below them buffers; such a file is buffered from then on.
func writeDirect(f *os.File, p []byte, off int64) (int, error) {
	n, err := f.WriteAt(p, off)
	if n > 0 || !errors.Is(err, unix.EINVAL) {
		return n, err
	}
	if setDirect(f, false) != nil {
		return n, err
	}
	return f.WriteAt(p, off)
}

// bounceSize bounds the buffer that readDirect reads through.
const bounceSize = 1 << 20

// readDirect reads any range of a file that is perhaps direct, by way of an
// aligned buffer. It does not go through os.File.ReadAt, which after a short
// read goes on at the odd offset.
func readDirect(f *os.File, p []byte, off int64) (int, error) {
	if off < 0 {
		return f.ReadAt(p, off) // for its error
	}
	skip := int(off % BlockSize)
	window := min(bounceSize, (skip+len(p)+BlockSize-1)/BlockSize*BlockSize)
	bounce := AlignedBuffer(window)
	done := 0
	for done < len(p) {
		at := off + int64(done) - int64(skip)
		n, err := preadFull(f, bounce, at)
		if errors.Is(err, unix.EINVAL) && setDirect(f, false) == nil {
			n, err = preadFull(f, bounce, at) // as in writeDirect
		}
		if err != nil {
			return done, &os.PathError{Op: "read", Path: f.Name(), Err: err}
		}
		if n <= skip {
			return done, io.EOF
		}
		done += copy(p[done:], bounce[skip:n])
		if n < len(bounce) && done < len(p) {
			return done, io.EOF
		}
		skip = 0
	}
	return done, nil
}

// preadFull fills b from at, or as far as the file goes: a read that ends off
// the block's edge has met the end.
func preadFull(f *os.File, b []byte, at int64) (int, error) {
	total := 0
	err := control(f, func(fd int) error {
		for total < len(b) {
			n, err := unix.Pread(fd, b[total:], at+int64(total))
			if err != nil {
				return err
			}
			total += n
			if n == 0 || n%BlockSize != 0 {
				return nil
			}
		}
		return nil
	})
	return total, err
}

func punchHole(f *os.File, offset, length int64) error {
	return control(f, func(fd int) error {
		return unix.Fallocate(fd, unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, offset, length)
	})
}
