package vfs

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestDirectSetsTheFlag looks at the descriptor: that a file is direct shows in
// nothing else.
func TestDirectSetsTheFlag(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "a"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if setDirect(f, true) != nil {
		return // a file system without direct I/O: the suite has shown that files are buffered
	}
	want := func(direct bool) {
		t.Helper()
		flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFL, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := flags&unix.O_DIRECT != 0; got != direct {
			t.Errorf("O_DIRECT is %v, want %v", got, direct)
		}
		if got := stillDirect(f); got != direct {
			t.Errorf("stillDirect = %v, want %v", got, direct)
		}
	}
	want(true)

	// Most file systems refuse 100 bytes at offset 100 with EINVAL, as some
	// refuse every direct write: the file must become buffered.
	if _, err := f.WriteAt(make([]byte, 100), 100); err == nil {
		return // tmpfs takes anything
	}
	if n, err := writeDirect(f, make([]byte, 100), 100); n != 100 || err != nil {
		t.Fatalf("write after a refusal = %d, %v", n, err)
	}
	want(false)
}

func TestLockOutlivesOtherFiles(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock")
	lock, err := OS.Lock(name)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	// Opening and closing the locked file must not lose the lock, as it would
	// with fcntl's locks.
	f, err := OS.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := OS.Lock(name); err == nil {
		t.Error("the lock was lost when another file of its name was closed")
	}
}
