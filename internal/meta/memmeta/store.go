package memmeta

import (
	"context"
	"iter"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/meta/onewriter"
	"github.com/freshet/freshet/internal/meta/ordmap"
)

// Store is a meta.Store in memory.
type Store struct{ *onewriter.Store }

// New makes an empty store.
func New() *Store {
	m := &memory{}
	m.current.Store(&state{})
	return &Store{onewriter.New(m, 0)}
}

// memory is the backend.
type memory struct{ current atomic.Pointer[state] }

func (m *memory) Snapshot(context.Context) (onewriter.Snapshot, error) { return m.current.Load(), nil }

func (m *memory) Begin(context.Context) (onewriter.Draft, error) {
	return draft{m.current.Load(), m}, nil
}

// Close lets go of the documents.
func (m *memory) Close() error {
	m.current.Store(&state{})
	return nil
}

// state is one version of all documents. Their values are never written.
type state struct {
	version   meta.Version
	documents ordmap.Map[meta.Document]
}

func (s *state) Get(key string) (meta.Document, error) {
	d, ok := s.documents.Get(key)
	if !ok {
		return meta.Document{}, meta.ErrNotFound
	}
	return own(d), nil
}

func (s *state) Scan(prefix, after string) iter.Seq2[meta.Document, error] {
	return func(yield func(meta.Document, error) bool) {
		for key, d := range s.documents.From(max(prefix, after)) {
			if !strings.HasPrefix(key, prefix) {
				return
			}
			if key != after && !yield(own(d), nil) {
				return
			}
		}
	}
}

// End has nothing to free.
func (s *state) End() {}

// draft is a state with the way to the next one.
type draft struct {
	*state
	memory *memory
}

func (d draft) Version() meta.Version { return d.version }

func (d draft) Commit(version meta.Version, writes onewriter.Writes) error {
	documents := d.documents
	for key, w := range writes.From("") {
		if w.Delete {
			documents = documents.Delete(key)
			continue
		}
		documents = documents.Set(key, meta.Document{Key: key, Value: w.Value, Version: version})
	}
	d.memory.current.Store(&state{version: version, documents: documents})
	return nil
}

// own returns d with a value that the caller may write to.
func own(d meta.Document) meta.Document {
	d.Value = slices.Clone(d.Value)
	return d
}
