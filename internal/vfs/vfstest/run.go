package vfstest

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"testing"

	"github.com/freshet/freshet/internal/vfs"
)

// Open gives a test a file system and a folder in it that exists and is empty.
type Open func(t *testing.T) (fsys vfs.FS, dir string)

// Run checks that the file systems of open keep the contract of vfs.
func Run(t *testing.T, open Open) {
	tests := []struct {
		name string
		test func(*testing.T, room)
	}{
		{"CreateRefusesExisting", createRefusesExisting},
		{"OpenWantsExisting", openWantsExisting},
		{"OpenIsReadOnly", openIsReadOnly},
		{"OpenWriteKeepsContent", openWriteKeepsContent},
		{"RenameReplaces", renameReplaces},
		{"RemoveDeletes", removeDeletes},
		{"LinkGivesASecondName", linkGivesASecondName},
		{"LinkRefusesExisting", linkRefusesExisting},
		{"MkdirAllMakesThoseAbove", mkdirAllMakesThoseAbove},
		{"ListIsSorted", listIsSorted},
		{"SyncDir", syncDir},
		{"FreeIsPositive", freeIsPositive},
		{"LockExcludes", lockExcludes},
		{"ReadAtEnd", readAtEnd},
		{"GapsAreZero", gapsAreZero},
		{"TruncateSetsLength", truncateSetsLength},
		{"PunchHoleReadsZero", punchHoleReadsZero},
		{"DirectWritesAligned", directWritesAligned},
		{"DirectRefusesMisaligned", directRefusesMisaligned},
		{"DirectReadsAnyRange", directReadsAnyRange},
		{"DirectIsOnlyWhatWasOpenedSo", directIsOnlyWhatWasOpenedSo},
		{"ConcurrentReadsAndWrites", concurrentReadsAndWrites},
		{"ClosedFileFails", closedFileFails},
		{"ReadFile", readFile},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fsys, dir := open(t)
			tt.test(t, room{FS: fsys, dir: dir})
		})
	}
}

// room is a file system with the folder that a test may fill.
type room struct {
	vfs.FS
	dir string
}

func (r room) path(name string) string { return filepath.Join(r.dir, name) }

// put makes a file with content.
func (r room) put(t *testing.T, name string, content []byte) {
	t.Helper()
	f := must(r.Create(r.path(name), vfs.Buffered))(t)
	writeAt(t, f, content, 0)
	check(t, f.Close())
}

// wantContent compares the whole file.
func (r room) wantContent(t *testing.T, name string, want []byte) {
	t.Helper()
	got := must(vfs.ReadFile(r, r.path(name)))(t)
	if !bytes.Equal(got, want) {
		t.Fatalf("%s holds %d bytes %.40q, want %d bytes %.40q", name, len(got), got, len(want), want)
	}
}

func (r room) wantList(t *testing.T, want ...string) {
	t.Helper()
	got := must(r.List(r.dir))(t)
	if !slices.Equal(got, want) {
		t.Fatalf("List = %q, want %q", got, want)
	}
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		check(t, err)
		return v
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantIs(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("%s: error %v, want one that is %q", what, err, want)
	}
}

func writeAt(t *testing.T, f vfs.File, p []byte, off int64) {
	t.Helper()
	n, err := f.WriteAt(p, off)
	if err != nil || n != len(p) {
		t.Fatalf("WriteAt(%d bytes, %d) = %d, %v", len(p), off, n, err)
	}
}

// readAt reads n bytes that must be there.
func readAt(t *testing.T, f vfs.File, n int, off int64) []byte {
	t.Helper()
	p := make([]byte, n)
	got, err := f.ReadAt(p, off)
	if got != n || (err != nil && err != io.EOF) {
		t.Fatalf("ReadAt(%d bytes, %d) = %d, %v", n, off, got, err)
	}
	return p
}

func wantSize(t *testing.T, f vfs.File, want int64) {
	t.Helper()
	if got := must(f.Size())(t); got != want {
		t.Fatalf("Size = %d, want %d", got, want)
	}
}

// aligned returns n bytes of value b whose address is a multiple of BlockSize.
func aligned(n int, b byte) []byte {
	p := vfs.AlignedBuffer(n)
	for i := range p {
		p[i] = b
	}
	return p
}
