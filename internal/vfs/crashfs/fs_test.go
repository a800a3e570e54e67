package crashfs

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/vfstest"
)

func TestFS(t *testing.T) {
	vfstest.Run(t, func(t *testing.T) (vfs.FS, string) { return New(), "." })
}

func TestFSBelowAFolder(t *testing.T) {
	vfstest.Run(t, func(t *testing.T) (vfs.FS, string) {
		f := New()
		check(t, f.MkdirAll("/var/lib/freshet"))
		return f, "/var/lib/freshet"
	})
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// create makes a file with content, not synced, and leaves it open.
func create(t *testing.T, f *FS, name, content string) vfs.File {
	t.Helper()
	h, err := f.Create(name, vfs.Buffered)
	check(t, err)
	write(t, h, content, 0)
	return h
}

func write(t *testing.T, h vfs.File, content string, off int64) {
	t.Helper()
	_, err := h.WriteAt([]byte(content), off)
	check(t, err)
}

// contentOf returns what name holds, "-" if there is no such file.
func contentOf(t *testing.T, f *FS, name string) string {
	t.Helper()
	if names, err := f.List("."); err != nil || !slices.Contains(names, name) {
		check(t, err)
		return "-"
	}
	b, err := vfs.ReadFile(f, name)
	check(t, err)
	return string(b)
}

func TestTrace(t *testing.T) {
	f := New()
	create(t, f, "before", "")
	f.StartTrace()
	h := create(t, f, "journal-000001", strings.Repeat("x", 8192))
	check(t, h.Sync())
	check(t, f.SyncDir("."))
	check(t, h.Truncate(100))
	check(t, h.PunchHole(0, 10))
	check(t, f.MkdirAll("segments"))
	check(t, f.Rename("journal-000001", "./journal-000002"))
	check(t, f.Link("journal-000002", "segments/other"))
	check(t, f.Remove("journal-000002"))
	if err := f.Remove("journal-000002"); err == nil {
		t.Error("removed twice")
	}
	want := []string{
		"create journal-000001",
		"write journal-000001 0+8192",
		"sync journal-000001",
		"syncdir .",
		"truncate journal-000001 100",
		"punch journal-000001 0+10",
		"mkdir segments",
		"rename journal-000001 journal-000002",
		"link journal-000002 segments/other",
		"remove journal-000002",
		"remove journal-000002: file does not exist",
	}
	if got := f.Trace(); !slices.Equal(got, want) {
		t.Errorf("trace:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestQuotaStopsWritesShort(t *testing.T) {
	f := New()
	f.SetQuota(3 * 4096)
	h, err := f.Create("a", vfs.Buffered)
	check(t, err)
	n, err := h.WriteAt(make([]byte, 5*4096), 0)
	if n != 3*4096 || !errors.Is(err, vfs.ErrNoSpace) {
		t.Fatalf("WriteAt = %d, %v; want 12288, ErrNoSpace", n, err)
	}
	write(t, h, "overwriting takes no space", 100)
	check(t, h.Sync())
	if _, err := f.Create("b", vfs.Buffered); !errors.Is(err, vfs.ErrNoSpace) {
		t.Errorf("Create on a full disk: %v", err)
	}
	if free, err := f.Free("."); free != 0 || err != nil {
		t.Errorf("Free = %d, %v", free, err)
	}

	check(t, h.PunchHole(4096, 4096))
	if free, _ := f.Free("."); free != 4096 {
		t.Errorf("Free after a hole = %d", free)
	}
	check(t, h.Truncate(10))
	if free, _ := f.Free("."); free != 2*4096 {
		t.Errorf("Free after truncating = %d", free)
	}
	check(t, f.Remove("a"))
	if free, _ := f.Free("."); free != 2*4096 {
		t.Errorf("Free while a removed file is open = %d", free)
	}
	check(t, h.Close())
	if free, _ := f.Free("."); free != 3*4096 || f.Used() != 0 {
		t.Errorf("Free of an empty disk = %d, used %d", free, f.Used())
	}
}

func TestQuotaSurvivesACrash(t *testing.T) {
	f := New()
	f.SetQuota(4 * 4096)
	h := create(t, f, "a", strings.Repeat("x", 2*4096))
	check(t, h.Sync())
	check(t, f.SyncDir("."))
	after := f.Crash(nil)
	if free, err := after.Free("."); free != 2*4096 || err != nil {
		t.Errorf("Free after the crash = %d, %v", free, err)
	}
}
