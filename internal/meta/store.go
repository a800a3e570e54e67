package meta

import (
	"context"
	"errors"
	"iter"
)

// Store is a small transactional map from keys to documents. Its methods may be
// called from any number of goroutines at once.
type Store interface {
	// View runs fn on one consistent state of the store and returns its error.
	// Nothing that fn got from its Reader may be used after fn returns, except
	// Documents.
	View(ctx context.Context, fn func(Reader) error) error

	// Update runs fn in a transaction and commits it if fn returns nil; then
	// Update returns the version that the writes have. If fn returns an error
	// nothing is written and Update returns that error.
	//
	// fn may be run again when the transaction met another: it must have no
	// effect but through its Tx and on variables that it sets anew each time.
	// A transaction that wrote nothing makes no new version and returns the
	// store's present one.
	Update(ctx context.Context, fn func(Tx) error) (Version, error)

	// Watch blocks until the store's version is above after, and returns it. It
	// returns ctx's error when ctx ends, ErrClosed when the store is closed.
	Watch(ctx context.Context, after Version) (Version, error)

	// Close waits for running transactions and frees the store. Later calls
	// return ErrClosed.
	Close() error
}

// Version counts the transactions of a store. The first one has version 1.
type Version uint64

// Document is one key's value. The caller owns it.
type Document struct {
	Key     string
	Value   []byte
	Version Version
}

// Reader reads within one transaction. It is used by one goroutine only.
type Reader interface {
	// Get returns the document at key, or ErrNotFound.
	Get(key string) (Document, error)

	// Scan yields the documents whose keys begin with prefix and lie strictly
	// above after ("" for all), in the order of their keys. In an Update it
	// sees the transaction's own writes made before Scan was called; writing
	// while iterating is allowed and does not change what is yielded.
	Scan(prefix, after string) iter.Seq2[Document, error]
}

// Tx reads and writes within one transaction.
type Tx interface {
	Reader

	// Put sets key to value. The store keeps a copy of value. Keys are 1 to
	// 1024 bytes, values at most 8 MiB, else ErrInvalid.
	Put(key string, value []byte) error

	// PutIf is Put if key's document has version; 0 means that there must be
	// none. Otherwise it writes nothing and returns ErrConflict.
	PutIf(key string, value []byte, version Version) error

	// Delete removes key. Removing what is not there is no error.
	Delete(key string) error
}

// Reading and writing.
var (
	// ErrNotFound is returned when there is no document at the key.
	ErrNotFound = errors.New("no such document")

	// ErrConflict is returned by PutIf when the document has another version.
	ErrConflict = errors.New("document has another version")

	// ErrInvalid is returned for a key or value outside the bounds.
	ErrInvalid = errors.New("key or value is out of bounds")

	// ErrClosed is returned after Close.
	ErrClosed = errors.New("store is closed")
)

// Bounds of what a store takes.
const (
	MaxKeyBytes   = 1024
	MaxValueBytes = 8 << 20
)
