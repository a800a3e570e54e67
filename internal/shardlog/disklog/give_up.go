package disklog

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

// ErrNotEncrypted is returned by GiveUp for a stream of which the log has no data key.
var ErrNotEncrypted = errors.New("the log has no data key of it")

// GiveUp deletes an encrypted stream from the log in dir, with all of its records, for
// good, as Drop does: it is for a log that does not open any more, since the key that
// the journal needs is lost. It needs no key, and is durable when it returns nil. A
// crash leaves all as it was, or all done. It returns vfs.ErrLocked while somebody has
// the log open, and ErrNotEncrypted for all that was never encrypted.
func GiveUp(fsys vfs.FS, dir string, id shardlog.StreamID) (err error) {
	if _, err := readManifest(fsys, dir); err != nil { // first: a lock would make a file in any folder
		return err
	}
	lock, err := fsys.Lock(filepath.Join(dir, lockName))
	if err != nil {
		return fmt.Errorf("lock data folder: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	saved, err := readManifest(fsys, dir)
	if err != nil {
		return err
	}
	known := false
	for _, k := range saved.keys {
		known = known || k.stream == id
	}
	if !known {
		return fmt.Errorf("stream %s: %w", id, ErrNotEncrypted)
	}
	// A stream that is in the list is passed over by replay, whatever the journal has
	// of it (changeOf).
	saved.fold(&edit{
		dropped:    []shardlog.StreamID{id},
		checkpoint: saved.checkpoint, reached: saved.reached, firstJournal: saved.firstJournal,
	})
	m := &manifest{fs: fsys, dir: dir, content: saved.content}
	if err := errors.Join(m.rewrite(saved.whole()), m.close()); err != nil {
		return fmt.Errorf("give up stream %s: %w", id, err)
	}
	return nil
}
