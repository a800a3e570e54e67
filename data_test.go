package freshet

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
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
	f(nil, "keyring", "keyring.lock")
	f(ErrForeignFolder, "letter.txt")
	f(ErrForeignFolder, "log")
	f(ErrOtherFormat, "FORMAT")
	f(ErrOtherFormat, "FORMAT", "log", "meta.db")
}

// Who meets a folder of a newer version is told which.
func TestANewerFormatIsNamed(t *testing.T) {
	f := func(content, want string) {
		t.Helper()
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, formatName), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		err := CheckFolder(dir)
		if !errors.Is(err, ErrOtherFormat) || err.Error() != ErrOtherFormat.Error()+": "+want {
			t.Errorf("%q: %v\nwant %s", content, err, want)
		}
	}
	const newer = "it has format 2, written by a newer version; this one reads format 1"
	f("freshet data folder, format 2\n", newer)
	f("freshet data folder, format 2\nneeds Freshet 1.4\n", newer+`; the folder says "needs Freshet 1.4"`)
	f("freshet data folder, format 0\n", `"freshet data folder, format 0\n"`)
	f("freshet data folder, format 1", `"freshet data folder, format 1"`)
	f("", `""`)
}

// The first file that cannot be written must not be what the refusal is about.
func TestAFolderForReadingOnlyIsCalledThat(t *testing.T) {
	dir := t.TempDir()
	disk := faultfs.New(vfs.OS)
	disk.Inject(faultfs.Rule{
		Times: faultfs.Always, Err: fs.ErrPermission,
		Match: func(op vfs.Op) bool { return op.Kind == vfs.OpRemove || op.Kind == vfs.OpCreate },
	})
	_, err := New(Options{DataDir: dir, disk: disk})
	if want := "data folder " + dir + ": it cannot be written: " + fs.ErrPermission.Error(); err == nil || err.Error() != want {
		t.Errorf("New: %v", err)
	}
}

func TestFolderIsMarkedOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	for range 2 {
		if err := (Options{DataDir: dir}).prepareFolder(vfs.OS); err != nil {
			t.Fatal(err)
		}
		if marked, err := checkFolder(vfs.OS, dir); !marked || err != nil {
			t.Errorf("marked %v, %v", marked, err)
		}
	}
}

func TestALostPartIsNoticed(t *testing.T) {
	f := func(name string, want error) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := run(t, Options{DataDir: dir})
			createAndPut(t, s.client(), "one")
			s.stop(t)
			kept := filepath.Join(t.TempDir(), name)
			if err := os.Rename(filepath.Join(dir, name), kept); err != nil {
				t.Fatal(err)
			}
			for range 2 { // a refusal must not make one either
				if _, err := New(Options{DataDir: dir}); !errors.Is(err, want) {
					t.Fatalf("New: %v", err)
				}
				if err := CheckFolder(dir); !errors.Is(err, want) {
					t.Fatalf("CheckFolder: %v", err)
				}
			}
			if err := os.Rename(kept, filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
			s = run(t, Options{DataDir: dir})
			if got := readAll(t, s.client()); got != "one" {
				t.Errorf("the stream holds %q", got)
			}
			s.stop(t)
		})
	}
	f(metaName, ErrStoreMissing)
	f(logName, ErrLogMissing)
}

// A crash during the first start must leave a folder that the next one takes.
func TestTheFirstStartMayBeCutOffAnywhere(t *testing.T) {
	for n := 0; ; n++ {
		dir := t.TempDir()
		disk := faultfs.New(vfs.OS)
		seen := 0
		disk.Inject(faultfs.Rule{Times: faultfs.Always, Match: func(vfs.Op) bool { seen++; return seen > n }})
		s, err := New(Options{DataDir: dir, disk: disk})
		if err == nil {
			err = s.Close()
		}
		if err == nil {
			break // it was not cut off
		}
		if s, err := New(Options{DataDir: dir}); err != nil {
			t.Errorf("after %d steps of a first start: %v", n, err)
		} else if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
