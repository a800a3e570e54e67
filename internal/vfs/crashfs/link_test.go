package crashfs

import (
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/vfs"
)

// linked returns a disk with a synced file, its name in the root not synced and a
// second one in a folder whose own name is.
func linked(t *testing.T) (*FS, vfs.File) {
	t.Helper()
	f := New()
	check(t, f.MkdirAll("backup"))
	check(t, f.SyncDir("."))
	h := create(t, f, "a", "synced")
	check(t, h.Sync())
	check(t, f.Link("a", "backup/b"))
	return f, h
}

// both returns what a file's two names show after a crash.
func both(t *testing.T) func(after *FS) string {
	return func(after *FS) string {
		b := "-"
		if names, err := after.List("backup"); err != nil || len(names) > 0 {
			check(t, err)
			content, err := vfs.ReadFile(after, "backup/b")
			check(t, err)
			b = string(content)
		}
		return contentOf(t, after, "a") + " " + b
	}
}

func TestLinkIsDurableByItsOwnFolder(t *testing.T) {
	f, _ := linked(t)
	wantSeen(t, crashes(f, both(t)), "- -", "synced -", "- synced", "synced synced")
	f, _ = linked(t)
	check(t, f.SyncDir("backup"))
	wantSeen(t, crashes(f, both(t)), "- synced", "synced synced")
	f, _ = linked(t)
	check(t, f.SyncDir("."))
	wantSeen(t, crashes(f, both(t)), "synced -", "synced synced")
}

// Names of one file show one content, whatever of it survived.
func TestLinksShareWhatSurvives(t *testing.T) {
	f, h := linked(t)
	check(t, f.SyncDir("."))
	check(t, f.SyncDir("backup"))
	write(t, h, "unsync", 0)
	wantSeen(t, crashes(f, both(t)), "synced synced", "unsync unsync")
	after := f.Crash(nil)
	found, err := after.OpenWrite("a", vfs.Buffered)
	check(t, err)
	write(t, found, "after!", 0)
	if got := both(t)(after); got != "after! after!" {
		t.Errorf("written by one name after the crash: %q", got)
	}
	if n, err := found.Links(); n != 2 || err != nil {
		t.Errorf("Links = %d, %v after the crash", n, err)
	}
}

func TestLinksTakeSpaceOnce(t *testing.T) {
	want := func(f *FS, pages int64) {
		t.Helper()
		if got := f.Used(); got != pages*pageSize {
			t.Errorf("used %d, want %d pages", got, pages)
		}
	}
	f, h := linked(t)
	write(t, h, strings.Repeat("x", 2*pageSize), 0)
	check(t, h.Sync())
	want(f, 2)
	check(t, f.SyncDir("."))
	check(t, f.SyncDir("backup"))
	want(f.CrashClone(nil), 2)
	check(t, h.Close())
	check(t, f.Remove("a"))
	want(f, 2)
	check(t, f.Rename("backup/b", "backup/c"))
	want(f, 2)
	check(t, f.Remove("backup/c"))
	want(f, 0)
}

// As with POSIX, a rename of one name of a file to another takes neither.
func TestRenameOfTwoNamesOfAFile(t *testing.T) {
	f := New()
	create(t, f, "a", "content")
	check(t, f.Link("a", "b"))
	check(t, f.Rename("a", "b"))
	if a, b := contentOf(t, f, "a"), contentOf(t, f, "b"); a != "content" || b != "content" {
		t.Errorf("a holds %q, b %q", a, b)
	}
}
