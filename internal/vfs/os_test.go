package vfs_test

import (
	"bytes"
	"testing"

	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/vfstest"
)

func TestOS(t *testing.T) {
	vfstest.Run(t, func(t *testing.T) (vfs.FS, string) { return vfs.OS, t.TempDir() })
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
