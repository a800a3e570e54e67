package durable

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/freshet/freshet/internal/vfs"
)

// MkdirAll makes dir and those above it that are missing, durably: what holds a
// folder that it made is synced, from the inside out. What is there already is
// not synced, whoever made it.
func MkdirAll(fsys vfs.FS, dir string) error {
	var above []string // hold a folder that is made now
	for at := dir; at != filepath.Dir(at); at = filepath.Dir(at) {
		if _, err := fsys.List(at); !errors.Is(err, fs.ErrNotExist) {
			break // also if it may not be listed: it is there
		}
		above = append(above, filepath.Dir(at))
	}
	if err := fsys.MkdirAll(dir); err != nil {
		return err
	}
	for _, parent := range above {
		if err := fsys.SyncDir(parent); err != nil {
			return err
		}
	}
	return nil
}
