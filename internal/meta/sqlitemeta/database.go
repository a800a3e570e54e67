package sqlitemeta

import (
	"context"
	"database/sql"
	"errors"

	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/meta/onewriter"
)

// untilDone is the context of statements that are never given up half-way: they
// take microseconds, and a transaction looks at its own context between them.
var untilDone = context.Background()

// database is the backend of a Store.
type database struct {
	path string
	db   *sql.DB

	// writer belongs to whoever has the turn. It is nil after it failed, until
	// the next Begin.
	writer  *session
	readers pool
}

// Snapshot implements onewriter.Backend.
func (d *database) Snapshot(ctx context.Context) (onewriter.Snapshot, error) {
	s, err := d.readers.take(ctx)
	if err != nil {
		return nil, err
	}
	if s == nil {
		if s, err = newReader(ctx, d.db, d.path); err != nil {
			d.readers.give(nil)
			return nil, err
		}
	}
	if _, err := s.begin.ExecContext(untilDone); err != nil {
		d.readers.give(nil)
		return nil, errors.Join(explain(d.path, err), s.close())
	}
	s.ctx = ctx
	return &snapshot{s, d}, nil
}

// snapshot is a reader's transaction. It sees the state at its first read.
type snapshot struct {
	*session
	database *database
}

// End implements onewriter.Snapshot.
func (s *snapshot) End() {
	reader := s.session
	if _, err := reader.rollback.ExecContext(untilDone); err != nil {
		// A connection that cannot end its transaction is of no more use, and
		// closing it ends it as well.
		_ = reader.close()
		reader = nil
	}
	s.database.readers.give(reader)
}

// Begin implements onewriter.Backend.
func (d *database) Begin(ctx context.Context) (onewriter.Draft, error) {
	if d.writer == nil {
		var err error
		if d.writer, _, err = newWriter(ctx, d.db, d.path); err != nil {
			d.writer = nil
			return nil, err
		}
	}
	w := &draft{session: d.writer, database: d}
	w.ctx = ctx
	if _, err := w.begin.ExecContext(ctx); err != nil {
		w.End()
		return nil, explain(d.path, err)
	}
	if err := w.version.QueryRowContext(untilDone).Scan(&w.base); err != nil {
		w.End()
		return nil, explain(d.path, err)
	}
	return w, nil
}

// draft is the writer's transaction. It has the write lock from its beginning,
// and writes only in Commit.
type draft struct {
	*session
	database  *database
	base      meta.Version
	committed bool
}

// Version implements onewriter.Draft.
func (d *draft) Version() meta.Version { return d.base }

// Commit implements onewriter.Draft. When COMMIT returns the write-ahead log
// has the writes and is synced.
func (d *draft) Commit(version meta.Version, writes onewriter.Writes) error {
	for key, w := range writes.From("") {
		if err := d.apply(key, w, version); err != nil {
			return explain(d.path, err)
		}
	}
	if _, err := d.setVersion.ExecContext(untilDone, int64(version)); err != nil {
		return explain(d.path, err)
	}
	if _, err := d.commit.ExecContext(untilDone); err != nil {
		return explain(d.path, err)
	}
	d.committed = true
	return nil
}

func (d *draft) apply(key string, w onewriter.Write, version meta.Version) error {
	if w.Delete {
		_, err := d.remove.ExecContext(untilDone, []byte(key))
		return err
	}
	value := w.Value
	if value == nil {
		value = []byte{} // nil would be NULL
	}
	_, err := d.put.ExecContext(untilDone, []byte(key), value, int64(version))
	return err
}

// End implements onewriter.Snapshot.
func (d *draft) End() {
	if d.committed {
		return
	}
	if _, err := d.rollback.ExecContext(untilDone); err != nil {
		// Either nothing had begun, or the connection is of no more use: the
		// next Begin makes a new one.
		_ = d.close()
		d.database.writer = nil
	}
}

// Close implements onewriter.Backend. The last connection that is closed moves
// the write-ahead log into the file and removes it.
func (d *database) Close() error {
	errs := []error{d.readers.close()}
	if d.writer != nil {
		errs = append(errs, d.writer.close())
	}
	return explain(d.path, errors.Join(append(errs, d.db.Close())...))
}
