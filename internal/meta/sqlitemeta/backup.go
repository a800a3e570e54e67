package sqlitemeta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/vfs"
)

// Backup writes the store as it is now to a new file at path, in an existing
// folder, durably and readable for the owner alone. Views and Updates go on. What
// an error leaves at path is no store. It returns fs.ErrExist if there is
// something at path.
func (s *Store) Backup(ctx context.Context, path string) error {
	// A View keeps Close waiting.
	err := s.View(ctx, func(meta.Reader) error { return s.backup(ctx, path) })
	if err != nil {
		return fmt.Errorf("back up metadata: %w", err)
	}
	return nil
}

func (s *Store) backup(ctx context.Context, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	// SQLite would make the file readable for others; it takes an empty one.
	f, err := vfs.OS.Create(path, vfs.Buffered)
	if err != nil {
		return err
	}
	db, err := connect(s.path, "")
	if err != nil {
		return errors.Join(err, f.Close())
	}
	// It reads one state, and writes a file without a write-ahead log: which is
	// whole by itself, once it is synced. SQLite does not do that.
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", path)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(explain(s.path, err), db.Close(), f.Close())
	if err != nil {
		return err
	}
	return vfs.OS.SyncDir(filepath.Dir(path))
}

// Read runs fn on one consistent state of the file at path, which another process
// may have open as a store. It changes no document. Errors are those of Check, and
// fn's.
func Read(ctx context.Context, path string, fn func(meta.Reader) error) error {
	err := readOnly(ctx, path, func(conn *sql.Conn, db *sql.DB) error {
		fresh, err := checkSchema(ctx, conn)
		if err != nil || fresh {
			return err
		}
		d := &database{path: path, db: db, readers: newPool()}
		snapshot, err := d.Snapshot(ctx)
		if err != nil {
			return err
		}
		err = fn(snapshot)
		snapshot.End()
		return errors.Join(err, d.readers.close())
	})
	if err != nil {
		return fmt.Errorf("read metadata: %w", err)
	}
	return nil
}
