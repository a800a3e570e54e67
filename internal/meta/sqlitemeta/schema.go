package sqlitemeta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/freshet/freshet/internal/meta"
)

const (
	// applicationID marks the file as ours ("Frsh"), for us and for file(1).
	applicationID = 0x46727368

	// schemaVersion is that of the tables below. It rises when an older release
	// could no longer read or write them rightly.
	schemaVersion = 1

	// schemaRelease is the first release that knows schemaVersion. It is kept
	// in the file, so that an older one can say what is needed.
	schemaRelease = "0.1"
)

// schema makes the tables. Whatever becomes of them, store.needs stays where it
// is: it is what an older release reads of a newer file.
//
// The primary key is a BLOB: SQLite compares those with memcmp, and a TEXT
// would have to be valid UTF-8.
const schema = `
CREATE TABLE store (
	version INTEGER NOT NULL,
	needs   TEXT    NOT NULL
);
CREATE TABLE documents (
	key     BLOB    NOT NULL PRIMARY KEY,
	value   BLOB    NOT NULL,
	version INTEGER NOT NULL
) WITHOUT ROWID;
`

// prepareSchema makes the tables in a new file, or finds out whether those that
// are there can be used. It returns the store's version.
func prepareSchema(ctx context.Context, conn *sql.Conn) (meta.Version, error) {
	fresh, err := checkSchema(ctx, conn)
	if err != nil {
		return 0, err
	}
	if fresh {
		// All or nothing: a crash in between leaves a file without tables.
		script := fmt.Sprintf("BEGIN IMMEDIATE; PRAGMA application_id = %d; PRAGMA user_version = %d; %s "+
			"INSERT INTO store (version, needs) VALUES (0, '%s'); COMMIT",
			applicationID, schemaVersion, schema, schemaRelease)
		if _, err := conn.ExecContext(ctx, script); err != nil {
			return 0, fmt.Errorf("make the tables: %w", err)
		}
	}
	var version int64
	err = conn.QueryRowContext(ctx, "SELECT version FROM store").Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("%w: it has no version", ErrCorrupt)
	}
	return meta.Version(version), err
}

// checkSchema tells whose file it is; fresh says that nobody has written it.
func checkSchema(ctx context.Context, conn *sql.Conn) (fresh bool, err error) {
	var application, version, tables int64
	err = conn.QueryRowContext(ctx, "SELECT (SELECT application_id FROM pragma_application_id), "+
		"(SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)").
		Scan(&application, &version, &tables)
	switch {
	case err != nil:
		return false, err
	case application == 0 && version == 0 && tables == 0:
		return true, nil
	case application != applicationID:
		return false, fmt.Errorf("%w (application id %#x)", ErrForeign, application)
	case version > schemaVersion:
		return false, newer(ctx, conn, version)
	case version < 1:
		return false, fmt.Errorf("%w: schema %d", ErrCorrupt, version)
	default:
		return false, nil
	}
}

// newer is the refusal of a file with a schema above ours.
func newer(ctx context.Context, conn *sql.Conn, version int64) error {
	var needs string
	if err := conn.QueryRowContext(ctx, "SELECT needs FROM store").Scan(&needs); err != nil {
		return fmt.Errorf("%w: it has schema %d, this one knows up to %d", ErrNewer, version, schemaVersion)
	}
	return fmt.Errorf("%w: it has schema %d and needs freshet %s or later, this one knows up to schema %d",
		ErrNewer, version, needs, schemaVersion)
}
