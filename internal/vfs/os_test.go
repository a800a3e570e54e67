package vfs_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/vfstest"
)

func TestOS(t *testing.T) {
	vfstest.Run(t, func(t *testing.T) (vfs.FS, string) { return vfs.OS, t.TempDir() })
}

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

func TestAlignedBuffer(t *testing.T) {
	for _, n := range []int{0, 1, 4095, 4096, 10_000} {
		p := vfs.AlignedBuffer(n)
		if len(p) != n || cap(p) != n {
			t.Errorf("AlignedBuffer(%d) has length %d, capacity %d", n, len(p), cap(p))
		}
		if n%vfs.BlockSize == 0 {
			if err := vfs.CheckAligned(p, 0); err != nil {
				t.Errorf("AlignedBuffer(%d): %v", n, err)
			}
		}
		if !bytes.Equal(p, make([]byte, n)) {
			t.Errorf("AlignedBuffer(%d) is not zero", n)
		}
	}
}

func TestOpText(t *testing.T) {
	f := func(op vfs.Op, want string) {
		t.Helper()
		if got := op.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f(vfs.Op{Kind: vfs.OpCreate, Name: "journal-000001"}, "create journal-000001")
	f(vfs.Op{Kind: vfs.OpWrite, Name: "journal-000001", Offset: 4096, Length: 8192}, "write journal-000001 4096+8192")
	f(vfs.Op{Kind: vfs.OpRename, Name: "a.tmp", To: "a"}, "rename a.tmp a")
	f(vfs.Op{Kind: vfs.OpTruncate, Name: "a", Length: 5}, "truncate a 5")
	f(vfs.Op{Kind: vfs.OpSyncDir, Name: "."}, "syncdir .")
}
