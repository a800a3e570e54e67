package onewriter

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/meta/ordmap"
)

// Writes are what a transaction wrote, by key. Values must not be changed.
type Writes = ordmap.Map[Write]

// Write is what becomes of one key.
type Write struct {
	Value []byte
	// Delete says that the key is removed.
	Delete bool
}

// tx is a meta.Tx that writes beside its base.
type tx struct {
	base meta.Reader
	// version is the one that the writes will have.
	version meta.Version
	writes  Writes
}

func (t *tx) Get(key string) (meta.Document, error) {
	w, ok := t.writes.Get(key)
	switch {
	case !ok:
		return t.base.Get(key)
	case w.Delete:
		return meta.Document{}, meta.ErrNotFound
	default:
		return t.document(key, w), nil
	}
}

func (t *tx) Put(key string, value []byte) error {
	if err := check(key, value); err != nil {
		return err
	}
	t.writes = t.writes.Set(key, Write{Value: slices.Clone(value)})
	return nil
}

func (t *tx) PutIf(key string, value []byte, version meta.Version) error {
	if err := check(key, value); err != nil {
		return err
	}
	// A document that is not there has version 0.
	d, err := t.Get(key)
	if err != nil && !errors.Is(err, meta.ErrNotFound) {
		return err
	}
	if d.Version != version {
		return meta.ErrConflict
	}
	return t.Put(key, value)
}

func (t *tx) Delete(key string) error {
	_, err := t.base.Get(key)
	switch {
	case errors.Is(err, meta.ErrNotFound):
		t.writes = t.writes.Delete(key)
	case err != nil:
		return err
	default:
		t.writes = t.writes.Set(key, Write{Delete: true})
	}
	return nil
}

// Scan merges the base with the writes made so far. Later ones make another
// map and leave this one as it is.
func (t *tx) Scan(prefix, after string) iter.Seq2[meta.Document, error] {
	writes := t.writes
	base := t.base.Scan(prefix, after)
	if writes.Len() == 0 {
		return base
	}
	return func(yield func(meta.Document, error) bool) {
		next, stop := iter.Pull2(within(writes, prefix, after))
		defer stop()
		key, w, more := next()

		for d, err := range base {
			if err != nil {
				yield(d, err)
				return
			}
			for ; more && key < d.Key; key, w, more = next() {
				if !w.Delete && !yield(t.document(key, w), nil) {
					return
				}
			}
			if more && key == d.Key {
				continue // the write stands for it, and comes before the next
			}
			if !yield(d, nil) {
				return
			}
		}
		for ; more; key, w, more = next() {
			if !w.Delete && !yield(t.document(key, w), nil) {
				return
			}
		}
	}
}

// within yields the writes whose keys begin with prefix and lie above after.
func within(writes Writes, prefix, after string) iter.Seq2[string, Write] {
	return func(yield func(string, Write) bool) {
		for key, w := range writes.From(max(prefix, after)) {
			if !strings.HasPrefix(key, prefix) {
				return
			}
			if key != after && !yield(key, w) {
				return
			}
		}
	}
}

func (t *tx) document(key string, w Write) meta.Document {
	return meta.Document{Key: key, Value: slices.Clone(w.Value), Version: t.version}
}

// check holds key and value against the contract's bounds.
func check(key string, value []byte) error {
	if len(key) == 0 || len(key) > meta.MaxKeyBytes {
		return fmt.Errorf("key of %d bytes: %w", len(key), meta.ErrInvalid)
	}
	if len(value) > meta.MaxValueBytes {
		return fmt.Errorf("value of %d bytes: %w", len(value), meta.ErrInvalid)
	}
	return nil
}
