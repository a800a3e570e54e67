package disklog

import (
	"errors"
	"fmt"
	"path/filepath"
	"syscall"

	"github.com/freshet/freshet/internal/vfs"
)

// CorruptionError is returned by Open, Read, Find and Trim, and reported by
// Verify, when bytes that were durable are not what was written. It is never
// returned for what a crash may leave behind.
type CorruptionError struct {
	// File is the path of the damaged file, and Offset where in it the damage
	// was noticed.
	File   string
	Offset int64
	// Reason says what is wrong there.
	Reason string
}

func (e *CorruptionError) Error() string {
	return fmt.Sprintf("%s is damaged at byte %d: %s", filepath.Base(e.File), e.Offset, e.Reason)
}

// FormatError is returned by Open and by the inspections for a file that
// a newer program wrote.
type FormatError struct {
	// File is the path of the file.
	File string
	// Needs is what is not understood, such as "format 2".
	Needs string
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("%s needs a newer freshet: it has %s, this one reads format %d", filepath.Base(e.File), e.Needs, formatVersion)
}

// errNoFrame is returned by the parsers of headers for bytes that are none: a
// wrong magic or checksum.
var errNoFrame = errors.New("no header here")

// newer is what a parser returns for a version, codec, kind … that it does not
// know in bytes whose checksum is good. Callers who know the file make a
// FormatError of it.
type newer string

func (n newer) Error() string { return string(n) + " is not known" }

// inFile gives err the place where it was met: a newer becomes a FormatError,
// everything else a CorruptionError.
func inFile(err error, file string, offset int64) error {
	if n, ok := errors.AsType[newer](err); ok {
		return &FormatError{File: file, Needs: string(n)}
	}
	return &CorruptionError{File: file, Offset: offset, Reason: err.Error()}
}

// final marks an error after which the log must end, whatever its cause: what is
// durable is not known.
type final struct{ error }

func (f final) Unwrap() error { return f.error }

// retry reports whether err is that of a full disk, or of a process or machine
// without descriptors, and what failed may be done again when there is room.
func retry(err error) bool {
	if _, isFinal := errors.AsType[final](err); isFinal {
		return false
	}
	return errors.Is(err, vfs.ErrNoSpace) || errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}
