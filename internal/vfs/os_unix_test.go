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
