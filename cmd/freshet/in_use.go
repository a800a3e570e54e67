package main

import (
	"errors"
	"path/filepath"
	"slices"

	"github.com/freshet/freshet/internal/vfs"
)

// errInUse is what a check answers that would take for damage what a server is
// just writing.
var errInUse = errors.New("another server uses this folder: stop it first")

// keepServersOut takes the lock of the log in dir until release is called, so
// that nothing changes while it is read, or returns errInUse. It makes no file:
// a log without a lock has no server. Where the lock may not be opened, as in a
// folder that is mounted for reading only, nothing is locked: then the check
// goes by what it finds.
func keepServersOut(dir string) (release func(), err error) {
	names, err := vfs.OS.List(dir)
	if err != nil || !slices.Contains(names, "lock") {
		return func() {}, nil // what is wrong with dir, who reads it will say
	}
	lock, err := vfs.OS.Lock(filepath.Join(dir, "lock"))
	if errors.Is(err, vfs.ErrLocked) {
		return nil, errInUse
	}
	if err != nil {
		return func() {}, nil
	}
	return func() { _ = lock.Close() }, nil // nothing was written
}
