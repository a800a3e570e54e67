//go:build unix

package vfs_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/freshet/freshet/internal/vfs"
)

func TestOSFileModes(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "sub", "a")
	if err := vfs.OS.MkdirAll(filepath.Dir(name)); err != nil {
		t.Fatal(err)
	}
	f, err := vfs.OS.Create(name, vfs.Buffered)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if perm := info.Mode().Perm(); perm&0o077 != 0 {
		t.Errorf("the file's mode is %o: others may read it", perm)
	}
}

func TestNoSpaceKeepsItsCause(t *testing.T) {
	if !errors.Is(vfs.MarkNoSpace(&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}), vfs.ErrNoSpace) {
		t.Error("ENOSPC is not ErrNoSpace")
	}
	err := vfs.MarkNoSpace(&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC})
	if !errors.Is(err, syscall.ENOSPC) {
		t.Error("the cause is lost")
	}
	if errors.Is(vfs.MarkNoSpace(&os.PathError{Op: "write", Path: "x", Err: syscall.EIO}), vfs.ErrNoSpace) {
		t.Error("EIO is ErrNoSpace")
	}
	if vfs.MarkNoSpace(nil) != nil {
		t.Error("no error became one")
	}
}

func TestLinkErrorsSayWhatToDo(t *testing.T) {
	f := func(errno syscall.Errno, want error) {
		t.Helper()
		err := vfs.MarkLink(&os.LinkError{Op: "link", Old: "a", New: "b", Err: errno})
		if !errors.Is(err, errno) {
			t.Errorf("%v: the cause is lost", errno)
		}
		for _, mark := range []error{vfs.ErrOtherDevice, errors.ErrUnsupported, vfs.ErrNoSpace} {
			if errors.Is(err, mark) != (mark == want) {
				t.Errorf("%v: matches %q: %v", errno, mark, errors.Is(err, mark))
			}
		}
	}
	f(syscall.EXDEV, vfs.ErrOtherDevice)
	f(syscall.EPERM, errors.ErrUnsupported)
	f(syscall.EMLINK, errors.ErrUnsupported)
	f(syscall.EOPNOTSUPP, errors.ErrUnsupported)
	f(syscall.ENOSPC, vfs.ErrNoSpace)
	f(syscall.EIO, nil)
	if vfs.MarkLink(nil) != nil {
		t.Error("no error became one")
	}
}
