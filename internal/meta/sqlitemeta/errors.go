package sqlitemeta

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/freshet/freshet/internal/vfs"
)

// Opening.
var (
	// ErrForeign is returned when the file is a database of another program.
	ErrForeign = errors.New("not a metadata file of Freshet")

	// ErrNewer is returned when a later release has changed the file's schema.
	// The message names the release that is needed.
	ErrNewer = errors.New("written by a later release")
)

// Any method.
var (
	// ErrCorrupt is returned when the file is damaged. Nothing more is known
	// of the store than what Check tells.
	ErrCorrupt = errors.New("metadata is damaged")

	// ErrBusy is returned when another process has kept the file locked for
	// longer than the store waits.
	ErrBusy = errors.New("another process keeps the metadata locked")
)

// explain says what err, which comes from SQLite or is about the file, means
// for whoever runs the server. A full disk matches vfs.ErrNoSpace.
func explain(path string, err error) error {
	if err == nil {
		return nil
	}
	if meaning := meaningOf(err); meaning != nil {
		return fmt.Errorf("%s: %w: %w", path, meaning, err)
	}
	return fmt.Errorf("%s: %w", path, err)
}

// meaningOf returns the sentinel that stands for SQLite's code, or nil.
func meaningOf(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return nil
	}
	// The low byte is the kind; the rest says more about it.
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return ErrCorrupt
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return ErrBusy
	case sqlite3.SQLITE_FULL:
		return vfs.ErrNoSpace
	default:
		return nil
	}
}
