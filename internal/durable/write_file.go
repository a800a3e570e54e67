package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/freshet/freshet/internal/vfs"
)

// TempSuffix ends the name of a file that is being written. One that a crash left
// behind may be removed; the next WriteFile of the name does so itself.
const TempSuffix = ".tmp"

// WriteFile makes name hold data, durably and all at once. On Linux it calls
//
//	unlink(name.tmp)                            and expects ENOENT
//	open(name.tmp, O_RDWR|O_CREAT|O_EXCL, 0600)
//	pwrite(data)
//	fdatasync, close
//	rename(name.tmp, name)
//	open(dir), fsync, close
//
// If it fails before the rename, name is as it was, and name.tmp is removed. If
// the last step fails, name holds data now, and after a power cut the old content
// or data.
//
// Two calls for one name must not run at once.
func WriteFile(fsys vfs.FS, name string, data []byte) error {
	temp := name + TempSuffix
	if err := fsys.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := writeSynced(fsys, temp, data); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", name, err), removeTemp(fsys, temp))
	}
	// From here on the new content is on the disk, under the temporary name.
	if err := fsys.Rename(temp, name); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", name, err), removeTemp(fsys, temp))
	}
	// From here on a reader meets the new content; a power cut may still bring
	// back the old.
	if err := fsys.SyncDir(filepath.Dir(name)); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

func writeSynced(fsys vfs.FS, name string, data []byte) error {
	f, err := fsys.Create(name, vfs.Buffered)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(data, 0)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// removeTemp gives back the space of what could not be written.
func removeTemp(fsys vfs.FS, temp string) error {
	if err := fsys.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
