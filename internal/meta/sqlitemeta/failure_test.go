package sqlitemeta

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/meta/onewriter"
	"github.com/freshet/freshet/internal/vfs"
)

// lockedBy opens a connection of another program that holds the write lock.
func lockedBy(t *testing.T, path string) (release func()) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := db.ExecContext(context.Background(), "ROLLBACK"); err != nil {
			t.Error(err)
		}
		db.Close()
	}
}

func TestUpdateWaitsForAnotherProcess(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	defer s.Close()
	put(t, s, "a", "1")
	release := lockedBy(t, fileIn(dir))

	// Views go on.
	if got := get(t, s, "a"); got != "1" {
		t.Errorf("a = %q", got)
	}

	ctx, cancel := context.WithCancel(t.Context())
	given := make(chan error)
	go func() {
		_, err := s.Update(ctx, func(meta.Tx) error { return nil })
		given <- err
	}()
	cancel()
	if err := <-given; !errors.Is(err, context.Canceled) {
		t.Errorf("Update whose context ended: %v", err)
	}

	go func() {
		_, err := s.Update(t.Context(), func(tx meta.Tx) error { return tx.Put("a", []byte("2")) })
		given <- err
	}()
	release()
	if err := <-given; err != nil {
		t.Errorf("Update after the other process was done: %v", err)
	}
	if got := get(t, s, "a"); got != "2" {
		t.Errorf("a = %q", got)
	}
}

// What SQLite says when its patience has ended is told in our words.
func TestBusyIsExplained(t *testing.T) {
	dir := t.TempDir()
	d, _, err := openDatabase(fileIn(dir))
	if err != nil {
		t.Fatal(err)
	}
	s := onewriter.New(d, 0)
	defer s.Close()
	if _, err := d.writer.conn.ExecContext(t.Context(), "PRAGMA busy_timeout = 1"); err != nil {
		t.Fatal(err)
	}
	release := lockedBy(t, fileIn(dir))
	_, err = s.Update(t.Context(), func(meta.Tx) error { return nil })
	if !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), fileIn(dir)) {
		t.Errorf("Update: %v, want ErrBusy with the file's path", err)
	}
	release()
	put(t, s, "a", "1")
}

func TestFullDiskRefusesUpdatesUntilThereIsRoom(t *testing.T) {
	d, _, err := openDatabase(fileIn(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	s := onewriter.New(d, 0)
	defer s.Close()
	v := put(t, s, "a", "1")
	large := make([]byte, 1<<20)
	for range 3 {
		// The file may not grow any more.
		update(t, s, func(meta.Tx) error { return nil })
		if _, err := d.writer.conn.ExecContext(t.Context(), "PRAGMA max_page_count = 1"); err != nil {
			t.Fatal(err)
		}
		_, err := s.Update(t.Context(), func(tx meta.Tx) error {
			return errors.Join(tx.Put("a", []byte("2")), tx.Put("large", large))
		})
		if !errors.Is(err, vfs.ErrNoSpace) {
			t.Errorf("Update: %v, want vfs.ErrNoSpace", err)
		}
		if got := get(t, s, "a"); got != "1" {
			t.Errorf("a = %q", got)
		}
	}
	if got := put(t, s, "large", string(large)); got != v+1 {
		t.Errorf("version %d after %d", got, v)
	}
}

// A connection that broke costs the transaction that met it, and no other.
func TestBrokenSessionsAreReplaced(t *testing.T) {
	d, _, err := openDatabase(fileIn(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	s := onewriter.New(d, 0)
	defer s.Close()
	put(t, s, "a", "1")
	get(t, s, "a") // connects a reader

	d.writer.close()
	if _, err := s.Update(t.Context(), func(meta.Tx) error { return nil }); err == nil {
		t.Error("Update on a closed connection succeeded")
	}
	put(t, s, "a", "2")

	for _, reader := range d.readers.mu.idle {
		reader.close()
	}
	if err := s.View(t.Context(), func(r meta.Reader) error { _, err := r.Get("a"); return err }); err == nil {
		t.Error("View on a closed connection succeeded")
	}
	if got := get(t, s, "a"); got != "2" {
		t.Errorf("a = %q", got)
	}
}

// A View waits when all readers are taken, and no longer than its context.
func TestViewsBeyondTheReadersWait(t *testing.T) {
	s := openIn(t, t.TempDir())
	defer s.Close()
	put(t, s, "a", "1")

	began, finish, done := make(chan struct{}), make(chan struct{}), make(chan error)
	for range readers {
		go func() {
			done <- s.View(t.Context(), func(r meta.Reader) error {
				began <- struct{}{}
				<-finish
				_, err := r.Get("a")
				return err
			})
		}()
	}
	for range readers {
		<-began
	}
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error)
	go func() { waiting <- s.View(ctx, func(meta.Reader) error { return nil }) }()
	cancel()
	if err := <-waiting; !errors.Is(err, context.Canceled) {
		t.Errorf("the View that waited: %v", err)
	}
	put(t, s, "a", "2") // readers hold up no writer
	close(finish)
	for range readers {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
