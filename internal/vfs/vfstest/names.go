package vfstest

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/freshet/freshet/internal/vfs"
)

// "Create makes a new, empty file; it fails with fs.ErrExist if name exists."
func createRefusesExisting(t *testing.T, r room) {
	f := must(r.Create(r.path("a"), vfs.Buffered))(t)
	wantSize(t, f, 0)
	writeAt(t, f, []byte("kept"), 0)
	check(t, f.Close())

	for _, mode := range []vfs.Mode{vfs.Buffered, vfs.Direct} {
		_, err := r.Create(r.path("a"), mode)
		wantIs(t, "Create of an existing name", err, fs.ErrExist)
	}
	r.wantContent(t, "a", []byte("kept"))

	_, err := r.Create(r.path("no/such/folder"), vfs.Buffered)
	wantIs(t, "Create without its folder", err, fs.ErrNotExist)
}

// "OpenWrite opens an existing file"; "errors satisfy errors.Is for fs.ErrNotExist."
func openWantsExisting(t *testing.T, r room) {
	_, err := r.Open(r.path("a"))
	wantIs(t, "Open", err, fs.ErrNotExist)
	_, err = r.OpenWrite(r.path("a"), vfs.Buffered)
	wantIs(t, "OpenWrite", err, fs.ErrNotExist)
	_, err = r.OpenWrite(r.path("a"), vfs.Direct)
	wantIs(t, "OpenWrite", err, fs.ErrNotExist)
	r.wantList(t)
}

// "Open opens a file for reading only."
func openIsReadOnly(t *testing.T, r room) {
	r.put(t, "a", []byte("kept"))
	f := must(r.Open(r.path("a")))(t)
	if _, err := f.WriteAt([]byte("lost"), 0); err == nil {
		t.Error("WriteAt succeeded on a file that is open for reading")
	}
	if err := f.Truncate(0); err == nil {
		t.Error("Truncate succeeded on a file that is open for reading")
	}
	check(t, f.Close())
	r.wantContent(t, "a", []byte("kept"))
}

// "OpenWrite opens an existing file for reading and writing."
func openWriteKeepsContent(t *testing.T, r room) {
	r.put(t, "a", []byte("0123456789"))
	f := must(r.OpenWrite(r.path("a"), vfs.Buffered))(t)
	writeAt(t, f, []byte("xy"), 4)
	if got := string(readAt(t, f, 10, 0)); got != "0123xy6789" {
		t.Errorf("read %q", got)
	}
	check(t, f.Sync())
	check(t, f.Close())
	r.wantContent(t, "a", []byte("0123xy6789"))
}

// "Rename gives a file another name in the same folder, replacing what bears it."
func renameReplaces(t *testing.T, r room) {
	r.put(t, "new", []byte("new"))
	r.put(t, "old", []byte("old"))
	check(t, r.Rename(r.path("new"), r.path("old")))
	r.wantContent(t, "old", []byte("new"))
	r.wantList(t, "old")

	check(t, r.Rename(r.path("old"), r.path("fresh")))
	r.wantList(t, "fresh")
	wantIs(t, "Rename", r.Rename(r.path("none"), r.path("x")), fs.ErrNotExist)
}

// "Link gives a file one more name, in any folder." A write by one name is seen
// by the other, and "the last name takes the file with it".
func linkGivesASecondName(t *testing.T, r room) {
	check(t, r.MkdirAll(r.path("backup")))
	r.put(t, "a", []byte("first"))
	err := r.Link(r.path("a"), r.path("backup/b"))
	if errors.Is(err, errors.ErrUnsupported) {
		return
	}
	check(t, err)
	check(t, r.SyncDir(r.path("backup")))
	r.wantLinks(t, "a", 2)

	f := must(r.OpenWrite(r.path("backup/b"), vfs.Buffered))(t)
	writeAt(t, f, []byte("FIR"), 0)
	check(t, f.Close())
	r.wantContent(t, "a", []byte("FIRst"))

	check(t, r.Remove(r.path("a")))
	r.wantList(t, "backup")
	r.wantContent(t, "backup/b", []byte("FIRst"))
	r.wantLinks(t, "backup/b", 1)

	r.put(t, "a", []byte("another"))
	r.wantContent(t, "backup/b", []byte("FIRst"))
	check(t, r.Rename(r.path("backup/b"), r.path("backup/c")))
	r.wantLinks(t, "backup/c", 1)
}

// "It fails with fs.ErrExist if to exists."
func linkRefusesExisting(t *testing.T, r room) {
	r.put(t, "a", []byte("a"))
	r.put(t, "b", []byte("b"))
	err := r.Link(r.path("a"), r.path("b"))
	if errors.Is(err, errors.ErrUnsupported) {
		return
	}
	wantIs(t, "Link to an existing name", err, fs.ErrExist)
	wantIs(t, "Link to itself", r.Link(r.path("a"), r.path("a")), fs.ErrExist)
	wantIs(t, "Link of nothing", r.Link(r.path("none"), r.path("c")), fs.ErrNotExist)
	wantIs(t, "Link without its folder", r.Link(r.path("a"), r.path("no/c")), fs.ErrNotExist)
	r.wantContent(t, "b", []byte("b"))
	r.wantList(t, "a", "b")
	r.wantLinks(t, "a", 1)
}

// wantLinks demands that a file says it has so many names, or does not know.
func (r room) wantLinks(t *testing.T, name string, want int) {
	t.Helper()
	f := must(r.Open(r.path(name)))(t)
	defer f.Close()
	got, err := f.Links()
	if errors.Is(err, errors.ErrUnsupported) {
		return
	}
	check(t, err)
	if got != want {
		t.Fatalf("%s has %d names, want %d", name, got, want)
	}
}

// "Remove takes a file's name."
func removeDeletes(t *testing.T, r room) {
	r.put(t, "a", nil)
	r.put(t, "b", nil)
	check(t, r.Remove(r.path("a")))
	r.wantList(t, "b")
	wantIs(t, "Remove", r.Remove(r.path("a")), fs.ErrNotExist)
	r.put(t, "a", []byte("again"))
	r.wantContent(t, "a", []byte("again"))
}

// "MkdirAll makes a folder and those above it."
func mkdirAllMakesThoseAbove(t *testing.T, r room) {
	check(t, r.MkdirAll(r.path("x/y/z")))
	check(t, r.MkdirAll(r.path("x/y/z")))
	r.put(t, "x/y/z/a", []byte("deep"))
	r.wantContent(t, "x/y/z/a", []byte("deep"))
	r.wantList(t, "x")
	if err := r.MkdirAll(r.path("x/y/z/a")); err == nil {
		t.Error("MkdirAll succeeded where a file is")
	}
}

// "List returns the names in dir, sorted."
func listIsSorted(t *testing.T, r room) {
	r.wantList(t)
	for _, name := range []string{"b", "c", "a", "B", "10", "9"} {
		r.put(t, name+"_", nil)
	}
	r.wantList(t, "10_", "9_", "B_", "a_", "b_", "c_")
	_, err := r.List(r.path("none"))
	wantIs(t, "List", err, fs.ErrNotExist)
}

// "SyncDir makes creations, renames and removals in dir durable."
func syncDir(t *testing.T, r room) {
	r.put(t, "a", nil)
	check(t, r.SyncDir(r.dir))
	check(t, r.SyncDir(r.dir))
	wantIs(t, "SyncDir", r.SyncDir(r.path("none")), fs.ErrNotExist)
}

// "Free returns the bytes that may still be written to dir's file system."
func freeIsPositive(t *testing.T, r room) {
	if must(r.Free(r.dir))(t) == 0 {
		t.Error("Free = 0 on a disk with room")
	}
	_, err := r.Free(r.path("none"))
	wantIs(t, "Free", err, fs.ErrNotExist)
}

// "Lock fails at once with ErrLocked if another Lock holds it. Closing gives it
// back."
func lockExcludes(t *testing.T, r room) {
	first := must(r.Lock(r.path("lock")))(t)
	_, err := r.Lock(r.path("lock"))
	wantIs(t, "a second Lock", err, vfs.ErrLocked)
	other := must(r.Lock(r.path("other")))(t)
	check(t, first.Close())
	again := must(r.Lock(r.path("lock")))(t)
	check(t, again.Close())
	check(t, other.Close())
}
