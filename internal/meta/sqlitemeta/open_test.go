package sqlitemeta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/meta/onewriter"
)

// tamper runs statements on the file that no store has open.
func tamper(t *testing.T, path, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statements); err != nil {
		t.Fatal(err)
	}
}

// put sets key to value and returns the version.
func put(t testing.TB, s meta.Store, key, value string) meta.Version {
	t.Helper()
	return update(t, s, func(tx meta.Tx) error { return tx.Put(key, []byte(value)) })
}

// update runs fn and returns the version.
func update(t testing.TB, s meta.Store, fn func(meta.Tx) error) meta.Version {
	t.Helper()
	v, err := s.Update(t.Context(), fn)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// get returns the value at key.
func get(t testing.TB, s meta.Store, key string) string {
	t.Helper()
	var d meta.Document
	err := s.View(t.Context(), func(r meta.Reader) (err error) {
		d, err = r.Get(key)
		return err
	})
	if err != nil {
		t.Fatalf("Get(%q): %v", key, err)
	}
	return string(d.Value)
}

// made makes a store with one document in dir and closes it.
func made(t *testing.T, dir string) (path string) {
	t.Helper()
	s := openIn(t, dir)
	put(t, s, "a", "1")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return fileIn(dir)
}

func TestOpenOfANewerFileNamesTheReleaseNeeded(t *testing.T) {
	path := made(t, t.TempDir())
	tamper(t, path, "PRAGMA user_version = 7; UPDATE store SET needs = '3.4'; ALTER TABLE documents RENAME TO papers")
	before, _ := os.ReadFile(path)

	for call, err := range map[string]error{"Open": openErr(path), "Check": Check(path)} {
		if !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "schema 7") || !strings.Contains(err.Error(), "freshet 3.4 or later") {
			t.Errorf("%s: %v, want ErrNewer that names schema 7 and release 3.4", call, err)
		}
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("the newer file was changed")
	}
}

func openErr(path string) error {
	s, err := Open(path)
	if err == nil {
		return errors.Join(errors.New("it opened"), s.Close())
	}
	return err
}

func TestOpenLeavesForeignFilesAlone(t *testing.T) {
	f := func(name string, write func(path string), want error) {
		t.Helper()
		path := filepath.Join(t.TempDir(), name)
		write(path)
		before, _ := os.ReadFile(path)
		for call, err := range map[string]error{"Open": openErr(path), "Check": Check(path)} {
			if !errors.Is(err, want) || !strings.Contains(err.Error(), path) {
				t.Errorf("%s of %s: %v, want %v with its path", call, name, err, want)
			}
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("%s was changed", name)
		}
	}
	f("of another program", func(path string) { tamper(t, path, "PRAGMA application_id = 7; CREATE TABLE a (b)") }, ErrForeign)
	f("without an application", func(path string) { tamper(t, path, "CREATE TABLE a (b)") }, ErrForeign)
	f("text", func(path string) {
		os.WriteFile(path, []byte(strings.Repeat("this is no database. ", 1000)), 0o600)
	}, ErrCorrupt)
	f("without a version", func(path string) {
		tamper(t, made(t, filepath.Dir(path)), "DELETE FROM store")
		os.Rename(fileIn(filepath.Dir(path)), path)
	}, ErrCorrupt)
}

func TestOpenOfAFolderThatCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := openErr(filepath.Join(file, "meta.db")); !strings.Contains(err.Error(), file) {
		t.Errorf("Open: %v, want an error that names %s", err, file)
	}
	if err := Check(fileIn(t.TempDir())); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Check of no file: %v, want fs.ErrNotExist", err)
	}
}

// A crash can leave the empty file that Open makes first.
func TestOpenOfAnEmptyFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(fileIn(dir), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Check(fileIn(dir)); err != nil {
		t.Errorf("Check: %v", err)
	}
	s := openIn(t, dir)
	defer s.Close()
	put(t, s, "a", "1")
}

func TestNamesThatAUriWouldMisread(t *testing.T) {
	for _, name := range []string{"with space", "50%", "a?mode=memory", "a#b", "größe", "a&b=c", "'"} {
		dir := filepath.Join(t.TempDir(), name, "deeper")
		path := made(t, dir)
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
		s := openIn(t, dir)
		if got := get(t, s, "a"); got != "1" {
			t.Errorf("in %q: %q", dir, got)
		}
		s.Close()
	}
}

// Everything is in the one file then, and may be copied or moved.
func TestCloseLeavesOneFile(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	for n := range 100 {
		put(t, s, fmt.Sprint(n), strings.Repeat("x", 1000))
		get(t, s, fmt.Sprint(n))
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder has %v, %v; want meta.db alone", entries, err)
	}
}

// Later the store has credentials.
func TestFilesAreForTheOwnerAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	s := openIn(t, dir)
	defer s.Close()
	put(t, s, "a", "1")
	get(t, s, "a")
	for name, want := range map[string]fs.FileMode{"": 0o700, "meta.db": 0o600, "meta.db-wal": 0o600, "meta.db-shm": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%q has mode %o, want %o", name, info.Mode().Perm(), want)
		}
	}
}

// Invariant 1: whatever session commits or checkpoints, it syncs.
func TestEverySessionSyncs(t *testing.T) {
	d, _, err := openDatabase(fileIn(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	s := onewriter.New(d, 0)
	defer s.Close()
	put(t, s, "a", "1")
	ctx := context.Background()
	reader, err := newReader(ctx, d.db, d.path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.close()
	for name, session := range map[string]*session{"writer": d.writer, "reader": reader} {
		var synchronous int
		var mode string
		if err := session.conn.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&synchronous); err != nil {
			t.Fatal(err)
		}
		if err := session.conn.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(mode, synchronous); got != "wal2" {
			t.Errorf("%s: journal_mode %s, synchronous %d; want wal, 2 (FULL)", name, mode, synchronous)
		}
	}
}
