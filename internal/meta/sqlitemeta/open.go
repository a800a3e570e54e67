package sqlitemeta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite" // registers the driver "sqlite"

	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/meta/onewriter"
	"github.com/freshet/freshet/internal/vfs"
)

const (
	// patience is how long a transaction waits for another process's.
	patience = 10 * time.Second

	// walBytes is what the write-ahead log is cut to after a checkpoint, so
	// that one large update does not keep its space for ever.
	walBytes = 16 << 20
)

// Store is a meta.Store in a SQLite database.
type Store struct {
	*onewriter.Store
	path string
}

// Open opens the store in the file at path, and makes it and its folder, for
// the owner alone, if they are not there. Beside path lie the files that SQLite
// names after it: path-wal and path-shm.
//
// It fails with ErrNewer, ErrForeign or ErrCorrupt, and leaves such a file as
// it is.
func Open(path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open metadata: %w", err)
	}
	d, version, err := openDatabase(path)
	if err != nil {
		return nil, fmt.Errorf("open metadata: %w", err)
	}
	return &Store{onewriter.New(d, version), path}, nil
}

// openDatabase makes or opens the file at path and returns its version.
func openDatabase(path string) (*database, meta.Version, error) {
	if err := makeFile(path); err != nil {
		return nil, 0, err
	}
	db, err := connect(path, "")
	if err != nil {
		return nil, 0, err
	}
	d := &database{path: path, db: db, readers: newPool()}
	version, err := d.open(context.Background())
	if err != nil {
		return nil, 0, errors.Join(err, db.Close())
	}
	return d, version, nil
}

// makeFile makes an empty file at path if there is none, and its name durable.
// SQLite would make it readable for others, and would not sync its folder.
func makeFile(path string) error {
	dir := filepath.Dir(path)
	if err := vfs.OS.MkdirAll(dir); err != nil {
		return err
	}
	f, err := vfs.OS.Create(path, vfs.Buffered)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil
	case err != nil:
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return vfs.OS.SyncDir(dir)
}

// open connects the writer, which makes the tables.
func (d *database) open(ctx context.Context) (version meta.Version, err error) {
	if err := d.useWAL(ctx); err != nil {
		return 0, err
	}
	d.writer, version, err = newWriter(ctx, d.db, d.path)
	return version, err
}

// useWAL looks whose file it is, and only then sets its journal mode, which the
// file remembers.
func (d *database) useWAL(ctx context.Context) error {
	conn, err := d.db.Conn(ctx)
	if err != nil {
		return explain(d.path, err)
	}
	defer conn.Close()
	if _, err := checkSchema(ctx, conn); err != nil {
		return explain(d.path, err)
	}
	var mode string
	if err := conn.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return explain(d.path, err)
	}
	if mode != "wal" {
		return fmt.Errorf("%s: its file system cannot hold a write-ahead log (journal mode %s)", d.path, mode)
	}
	return nil
}

// connect returns the pool of connections to path. query has further parameters
// of SQLite.
func connect(path, query string) (*sql.DB, error) {
	name := filepath.ToSlash(path)
	if !strings.HasPrefix(name, "/") {
		name = "/" + name // file:///C:/…
	}
	pragmas := url.Values{"_pragma": {
		fmt.Sprintf("busy_timeout(%d)", patience.Milliseconds()),
		"synchronous(FULL)",
		// What FULL means on macOS needs these two; elsewhere they do nothing.
		"fullfsync(1)",
		"checkpoint_fullfsync(1)",
		fmt.Sprintf("journal_size_limit(%d)", walBytes),
		// Damage is found when a page is read, not when it is believed.
		"cell_size_check(1)",
		"trusted_schema(0)",
	}}
	u := url.URL{Scheme: "file", Path: name, RawQuery: pragmas.Encode() + query}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, err
	}
	// Sessions hold their connections; one that is given back is not kept.
	db.SetMaxIdleConns(0)
	return db, nil
}
