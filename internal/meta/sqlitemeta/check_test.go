package sqlitemeta

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/meta"
)

func TestCheckOfASoundFile(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	for n := range 200 {
		put(t, s, fmt.Sprint(n), strings.Repeat("x", n*100))
		if n%50 == 0 {
			if err := Check(fileIn(dir)); err != nil { // while it is open
				t.Error(err)
			}
		}
	}
	s.Close()
	if err := Check(fileIn(dir)); err != nil {
		t.Error(err)
	}
	s = openIn(t, dir)
	defer s.Close()
	if got := get(t, s, "100"); len(got) != 10000 {
		t.Errorf("%d bytes", len(got))
	}
}

func TestCheckFindsWhatTheStoreNeverWrites(t *testing.T) {
	f := func(damage, statements string) {
		t.Helper()
		path := made(t, t.TempDir())
		tamper(t, path, statements)
		if err := Check(path); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), damage) {
			t.Errorf("Check: %v, want ErrCorrupt: %s", err, damage)
		}
	}
	f("rows in table store", "DELETE FROM store")
	f("rows in table store", "INSERT INTO store VALUES (9, '')")
	f("newer than the store", "UPDATE store SET version = 0")
	f("without a version", "UPDATE documents SET version = 0")
	f("out of bounds", "UPDATE documents SET value = 'text'")
	f("out of bounds", "UPDATE documents SET key = x''")
	f("out of bounds", fmt.Sprintf("INSERT INTO documents VALUES (zeroblob(%d), x'', 1)", meta.MaxKeyBytes+1))
	f("out of bounds", fmt.Sprintf("INSERT INTO documents VALUES (x'00', zeroblob(%d), 1)", meta.MaxValueBytes+1))
}

// Damage to the file itself is an error that says so, in Check and to whoever
// meets it; never a panic, and never another value.
func TestDamagedPages(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	for n := range 300 {
		put(t, s, fmt.Sprintf("k%04d", n), strings.Repeat("x", 500))
	}
	s.Close()
	sound, err := os.ReadFile(fileIn(dir))
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	for at := page; at+page <= len(sound); at += 7 * page {
		damaged := append([]byte(nil), sound...)
		for i := range 100 {
			damaged[at+i] ^= 0xff // the head of a page
		}
		dir := t.TempDir()
		if err := os.WriteFile(fileIn(dir), damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := Check(fileIn(dir)); !errors.Is(err, ErrCorrupt) {
			t.Errorf("page %d damaged: Check: %v, want ErrCorrupt", at/page, err)
		}
		scanDamaged(t, dir, at/page)
	}
}

// scanDamaged reads all documents of a damaged file.
func scanDamaged(t *testing.T, dir string, page int) {
	t.Helper()
	s, err := Open(fileIn(dir))
	if err != nil {
		if !errors.Is(err, ErrCorrupt) {
			t.Errorf("page %d damaged: Open: %v, want ErrCorrupt", page, err)
		}
		return
	}
	defer s.Close()
	found := 0
	err = s.View(t.Context(), func(r meta.Reader) error {
		for d, err := range r.Scan("", "") {
			if err != nil {
				return err
			}
			if string(d.Value) != strings.Repeat("x", 500) {
				t.Errorf("page %d damaged: Scan yields another value at %q", page, d.Key)
			}
			found++
		}
		return nil
	})
	if !errors.Is(err, ErrCorrupt) && found != 300 {
		t.Errorf("page %d damaged: Scan yields %d documents and %v, want ErrCorrupt", page, found, err)
	}
}
