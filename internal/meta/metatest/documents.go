package metatest

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/meta"
)

func getReturnsWhatPutSet(t *testing.T, s meta.Store) {
	v1 := put(t, s, "a", "1", "b", "2")
	v2 := put(t, s, "b", "3")
	view(t, s, func(r meta.Reader) error {
		has(t, r, "a", "1", v1)
		has(t, r, "b", "3", v2)
		return nil
	})
}

func getOfNoDocument(t *testing.T, s meta.Store) {
	put(t, s, "ab", "1")
	view(t, s, func(r meta.Reader) error {
		hasNot(t, r, "a")
		hasNot(t, r, "abc")
		hasNot(t, r, "")
		hasNot(t, r, strings.Repeat("k", meta.MaxKeyBytes+1))
		return nil
	})
}

// "The store keeps a copy of value." "The caller owns [the Document]."
func valuesAreCopied(t *testing.T, s meta.Store) {
	value := []byte("kept")
	update(t, s, func(tx meta.Tx) error {
		if err := tx.Put("a", value); err != nil {
			return err
		}
		copy(value, "lost")
		d, err := tx.Get("a")
		copy(d.Value, "lost")
		has(t, tx, "a", "kept", 0)
		return err
	})
	for range 2 {
		var d meta.Document
		view(t, s, func(r meta.Reader) (err error) {
			has(t, r, "a", "kept", 0)
			for d, err := range r.Scan("", "") {
				if err != nil {
					return err
				}
				copy(d.Value, "lost")
			}
			d, err = r.Get("a")
			return err
		})
		copy(d.Value, "lost")
	}
}

func deleteRemoves(t *testing.T, s meta.Store) {
	put(t, s, "a", "1", "b", "2")
	update(t, s, func(tx meta.Tx) error {
		return errors.Join(tx.Delete("a"), tx.Delete("a"), tx.Delete("never"), tx.Delete(""))
	})
	view(t, s, func(r meta.Reader) error {
		hasNot(t, r, "a")
		has(t, r, "b", "2", 0)
		return nil
	})
	v := put(t, s, "a", "again")
	view(t, s, func(r meta.Reader) error {
		has(t, r, "a", "again", v)
		return nil
	})
}

func largeAndEmptyValues(t *testing.T, s meta.Store) {
	large := strings.Repeat("0123456789abcdef", meta.MaxValueBytes/16)
	put(t, s, "large", large, "empty", "")
	update(t, s, func(tx meta.Tx) error { return tx.Put("nil", nil) })
	view(t, s, func(r meta.Reader) error {
		has(t, r, "empty", "", 0)
		has(t, r, "nil", "", 0)
		d, err := r.Get("large")
		if err == nil && string(d.Value) != large {
			t.Errorf("the largest value came back as %d other bytes", len(d.Value))
		}
		return err
	})
}

// "Keys are 1 to 1024 bytes, values at most 8 MiB, else ErrInvalid."
func bounds(t *testing.T, s meta.Store) {
	f := func(key string, size int, want error) {
		t.Helper()
		value := bytes.Repeat([]byte{0xff}, size)
		_, err := s.Update(t.Context(), func(tx meta.Tx) error { return tx.Put(key, value) })
		if !errors.Is(err, want) {
			t.Errorf("Put of a key of %d and a value of %d bytes: %v, want %v", len(key), size, err, want)
		}
		update(t, s, func(tx meta.Tx) error { return tx.Delete(key) })
		_, err = s.Update(t.Context(), func(tx meta.Tx) error { return tx.PutIf(key, value, 0) })
		if !errors.Is(err, want) {
			t.Errorf("PutIf of a key of %d and a value of %d bytes: %v, want %v", len(key), size, err, want)
		}
	}
	f("", 1, meta.ErrInvalid)
	f("\x00", 1, nil)
	f(strings.Repeat("\xff", meta.MaxKeyBytes), 1, nil)
	f(strings.Repeat("\xff", meta.MaxKeyBytes+1), 1, meta.ErrInvalid)
	f("k", meta.MaxValueBytes, nil)
	f("k", meta.MaxValueBytes+1, meta.ErrInvalid)
}

// "PutIf is Put if key's document has version; 0 means that there must be none.
// Otherwise it writes nothing and returns ErrConflict."
func putIf(t *testing.T, s meta.Store) {
	v1 := put(t, s, "a", "1")
	f := func(key string, version meta.Version, want error) {
		t.Helper()
		update(t, s, func(tx meta.Tx) error {
			if err := tx.PutIf(key, []byte("new"), version); !errors.Is(err, want) {
				t.Errorf("PutIf(%q, version %d): %v, want %v", key, version, err, want)
			}
			return nil
		})
	}
	f("a", 0, meta.ErrConflict)
	f("a", v1+1, meta.ErrConflict)
	f("b", v1, meta.ErrConflict)
	view(t, s, func(r meta.Reader) error {
		has(t, r, "a", "1", v1)
		hasNot(t, r, "b")
		return nil
	})
	f("a", v1, nil)
	f("a", v1, meta.ErrConflict)
	f("b", 0, nil)
	view(t, s, func(r meta.Reader) error {
		has(t, r, "a", "new", v1+1)
		has(t, r, "b", "new", v1+2)
		return nil
	})
}

func ownWrites(t *testing.T, s meta.Store) {
	put(t, s, "a", "1", "b", "2")
	var inside meta.Version
	after := update(t, s, func(tx meta.Tx) error {
		err := errors.Join(tx.Put("a", []byte("new")), tx.Delete("b"), tx.Put("c", []byte("3")))
		has(t, tx, "a", "new", 0)
		hasNot(t, tx, "b")
		has(t, tx, "c", "3", 0)

		if e := tx.PutIf("c", nil, 0); !errors.Is(e, meta.ErrConflict) {
			t.Errorf("PutIf at version 0 of a document just put: %v, want ErrConflict", e)
		}
		if e := tx.PutIf("b", []byte("back"), 0); e != nil {
			t.Errorf("PutIf at version 0 of a document just deleted: %v", e)
		}
		d, e := tx.Get("a")
		inside = d.Version
		return errors.Join(err, e, tx.PutIf("a", []byte("newer"), d.Version), tx.Delete("c"))
	})
	if inside != after {
		t.Errorf("a document read where it was written has version %d, the transaction got %d", inside, after)
	}
	view(t, s, func(r meta.Reader) error {
		has(t, r, "a", "newer", after)
		has(t, r, "b", "back", after)
		hasNot(t, r, "c")
		return nil
	})
}
