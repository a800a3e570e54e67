package durable

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

var (
	oldContent = bytes.Repeat([]byte("old"), 1_000)
	newContent = bytes.Repeat([]byte("newer"), 2_000)
)

// withOld returns a disk on which data/a durably holds oldContent.
func withOld(t *testing.T) *crashfs.FS {
	t.Helper()
	f := crashfs.New()
	check(t, f.MkdirAll("data"))
	check(t, f.SyncDir("."))
	check(t, WriteFile(f, "data/a", oldContent))
	return f
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func contentOf(t *testing.T, f vfs.FS) []byte {
	t.Helper()
	b, err := vfs.ReadFile(f, "data/a")
	check(t, err)
	return b
}

func TestWriteFileCalls(t *testing.T) {
	f := withOld(t)
	f.StartTrace()
	check(t, WriteFile(f, "data/a", newContent))
	want := []string{
		"remove data/a.tmp: file does not exist",
		"create data/a.tmp",
		"write data/a.tmp 0+10000",
		"sync data/a.tmp",
		"rename data/a.tmp data/a",
		"syncdir data",
	}
	if got := f.Trace(); !slices.Equal(got, want) {
		t.Errorf("calls:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestWriteFileOnDisk(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a")
	for _, want := range [][]byte{newContent, oldContent, {}} {
		check(t, WriteFile(vfs.OS, name, want))
		got, err := vfs.ReadFile(vfs.OS, name)
		check(t, err)
		if !bytes.Equal(got, want) {
			t.Errorf("wrote %d bytes, read %d", len(want), len(got))
		}
	}
}

func TestPowerCutLeavesOldOrNew(t *testing.T) {
	const calls = 6
	for n := range calls {
		seen := map[string]bool{}
		for seed := range uint64(200) {
			f := withOld(t)
			f.CrashAfter(n)
			if WriteFile(f, "data/a", newContent) == nil {
				t.Fatalf("WriteFile made fewer than %d calls", n+1)
			}
			after := f.Crash(rand.New(rand.NewPCG(seed, 0)))
			got := contentOf(t, after)
			if !bytes.Equal(got, oldContent) && !bytes.Equal(got, newContent) {
				t.Fatalf("power cut in call %d: the file has %d bytes that are neither old nor new", n, len(got))
			}
			seen[string(got)] = true
			check(t, WriteFile(after, "data/a", newContent)) // whatever is left of the first
			if !bytes.Equal(contentOf(t, after.Crash(nil)), newContent) {
				t.Fatal("a second WriteFile was lost")
			}
		}
		if early := n < 4; early == seen[string(newContent)] {
			t.Errorf("power cut in call %d: saw the new content: %v", n, seen[string(newContent)])
		}
	}
}

func TestNewContentIsDurable(t *testing.T) {
	f := withOld(t)
	check(t, WriteFile(f, "data/a", newContent))
	for seed := range uint64(100) {
		if !bytes.Equal(contentOf(t, f.Crash(rand.New(rand.NewPCG(seed, 0)))), newContent) {
			t.Fatal("the power cut took the new content away")
		}
	}
}

func TestEachCallFailsOnce(t *testing.T) {
	for n := range 7 { // the calls of TestWriteFileCalls and a close
		disk := withOld(t)
		f := faultfs.New(disk)
		f.Inject(faultfs.Rule{After: n, Err: vfs.ErrNoSpace, Short: 5})
		err := WriteFile(f, "data/a", newContent)
		if !errors.Is(err, vfs.ErrNoSpace) {
			t.Errorf("call %d failed, WriteFile returned %v", n, err)
		}
		want := oldContent
		if n == 6 { // after the rename
			want = newContent
		}
		if !bytes.Equal(contentOf(t, disk), want) {
			t.Errorf("call %d failed: the file has changed, or has not", n)
		}
		if names, _ := disk.List("data"); !slices.Equal(names, []string{"a"}) {
			t.Errorf("call %d failed: left %q", n, names)
		}
	}
}
