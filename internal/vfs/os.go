package vfs

import (
	"errors"
	"io"
	"os"
)

// OS is the machine's file system.
//
// What the calls become, where it matters: Sync is fdatasync on Linux, F_FULLFSYNC
// on macOS, FlushFileBuffers on Windows. SyncDir is fsync of the folder, and
// nothing on Windows, whose file systems log names themselves. Direct is
// O_DIRECT on Linux and F_NOCACHE on macOS; Windows buffers. On Windows a file
// that is open can be neither renamed nor removed.
var OS FS = osFS{}

type osFS struct{}

func (osFS) Create(name string, mode Mode) (File, error) {
	return openOS(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
}

func (osFS) Open(name string) (File, error) {
	return openOS(name, os.O_RDONLY, Buffered)
}

func (osFS) OpenWrite(name string, mode Mode) (File, error) {
	return openOS(name, os.O_RDWR, mode)
}

func (osFS) Rename(from, to string) error { return markNoSpace(os.Rename(from, to)) }

func (osFS) Link(from, to string) error { return markLink(os.Link(from, to)) }

func (osFS) Remove(name string) error { return os.Remove(name) }

func (osFS) MkdirAll(dir string) error { return markNoSpace(os.MkdirAll(dir, 0o700)) }

func (osFS) List(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, nil
}

func (osFS) SyncDir(dir string) error { return markNoSpace(syncDir(dir)) }

func (osFS) Free(dir string) (uint64, error) {
	free, err := freeSpace(dir)
	if err != nil {
		return 0, &os.PathError{Op: "free space", Path: dir, Err: err}
	}
	return free, nil
}

// Lock leaves the file in place when it is given back: who removed it would
// take the lock away from one that opened it in between.
func (osFS) Lock(name string) (io.Closer, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, markNoSpace(err)
	}
	if err := lockFile(f); err != nil {
		_ = f.Close() // nothing was written
		return nil, &os.PathError{Op: "lock", Path: name, Err: err}
	}
	return f, nil
}

// markNoSpace makes err match ErrNoSpace if the platform means that by it. The
// text stays.
func markNoSpace(err error) error {
	if err != nil && isNoSpace(err) {
		return markedError{err, ErrNoSpace}
	}
	return err
}

// markLink makes the error of a link match what FS promises of it.
func markLink(err error) error {
	switch {
	case err == nil:
		return nil
	case isOtherDevice(err):
		return markedError{err, ErrOtherDevice}
	case cannotLink(err):
		return markedError{err, errors.ErrUnsupported}
	}
	return markNoSpace(err)
}

// markedError is an error of the platform that matches one of ours as well.
type markedError struct {
	error
	mark error
}

func (e markedError) Is(target error) bool { return target == e.mark }

func (e markedError) Unwrap() error { return e.error }
