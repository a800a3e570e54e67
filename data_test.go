package freshet

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/freshet/freshet/internal/vfs"
)

func TestForeignFoldersAreLeftAlone(t *testing.T) {
	f := func(want error, files ...string) {
		t.Helper()
		dir := t.TempDir()
		for _, name := range files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte("something\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s, err := New(Options{DataDir: dir})
		if !errors.Is(err, want) {
			t.Errorf("%v: New: %v, want %v", files, err, want)
		}
		if err == nil {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			return
		}
		left, err := os.ReadDir(dir)
		if err != nil || len(left) != len(files) {
			t.Errorf("%v: the folder holds %v, %v", files, left, err)
		}
	}
	f(nil)
	f(nil, ".keep", "FORMAT.tmp")
	f(ErrForeignFolder, "letter.txt")
	f(ErrForeignFolder, "log")
	f(ErrOtherFormat, "FORMAT")
	f(ErrOtherFormat, "FORMAT", "log", "meta.db")
}

func TestFolderIsMarkedOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	for range 2 {
		if err := prepareFolder(vfs.OS, dir); err != nil {
			t.Fatal(err)
		}
		if marked, err := checkFolder(vfs.OS, dir); !marked || err != nil {
			t.Errorf("marked %v, %v", marked, err)
		}
	}
}
