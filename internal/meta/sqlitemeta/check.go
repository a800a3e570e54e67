package sqlitemeta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/freshet/freshet/internal/meta"
)

// Check reads the whole file at path and returns nil if it is sound, else an
// error that says what is not: ErrCorrupt, ErrNewer, ErrForeign, fs.ErrNotExist.
// It changes no document and may run while a server has the store open.
func Check(path string) error {
	ctx := context.Background()
	err := readOnly(ctx, path, func(conn *sql.Conn, _ *sql.DB) error { return check(ctx, conn) })
	if err != nil {
		return fmt.Errorf("check metadata: %w", err)
	}
	return nil
}

// readOnly calls fn with a connection to the file at path that cannot write, and
// the pool that it is from.
func readOnly(ctx context.Context, path string, fn func(*sql.Conn, *sql.DB) error) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err != nil {
		return err
	}
	db, err := connect(path, "&mode=ro")
	if err != nil {
		return err
	}
	conn, err := db.Conn(ctx)
	if err == nil {
		err = errors.Join(fn(conn, db), conn.Close())
	}
	return explain(path, errors.Join(err, db.Close()))
}

// check looks for damage from the outside to the inside.
func check(ctx context.Context, conn *sql.Conn) error {
	fresh, err := checkSchema(ctx, conn)
	if err != nil || fresh {
		return err
	}
	// One state for both.
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	err = checkPages(ctx, conn)
	if err == nil {
		err = checkDocuments(ctx, conn)
	}
	_, ended := conn.ExecContext(ctx, "ROLLBACK")
	return errors.Join(err, ended)
}

// checkPages lets SQLite look at its own pages and trees.
func checkPages(ctx context.Context, conn *sql.Conn) error {
	rows, err := conn.QueryContext(ctx, "PRAGMA integrity_check(20)")
	if err != nil {
		return err
	}
	defer rows.Close()
	var found error
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return err
		}
		if text == "ok" {
			continue
		}
		if found == nil {
			found = ErrCorrupt
		}
		found = fmt.Errorf("%w: %s", found, text)
	}
	return errors.Join(found, rows.Err())
}

// checkDocuments holds the rows against what the store writes.
func checkDocuments(ctx context.Context, conn *sql.Conn) error {
	for _, c := range []struct{ damage, query string }{
		{"rows in table store other than one", "SELECT abs(count(*) - 1) FROM store"},
		{"documents newer than the store", "SELECT count(*) FROM documents WHERE version > (SELECT max(version) FROM store)"},
		{"documents without a version", "SELECT count(*) FROM documents WHERE version < 1"},
		{"documents out of bounds", fmt.Sprintf("SELECT count(*) FROM documents WHERE typeof(key) <> 'blob' OR "+
			"typeof(value) <> 'blob' OR length(key) NOT BETWEEN 1 AND %d OR length(value) > %d",
			meta.MaxKeyBytes, meta.MaxValueBytes)},
	} {
		var n int64
		if err := conn.QueryRowContext(ctx, c.query).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return fmt.Errorf("%w: %s: %d", ErrCorrupt, c.damage, n)
		}
	}
	return nil
}
