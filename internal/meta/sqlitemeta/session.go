package sqlitemeta

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"strings"

	"github.com/freshet/freshet/internal/meta"
)

// session is one connection with its statements. It is used by one goroutine
// at a time, and is a meta.Reader while it has a transaction.
type session struct {
	path string
	conn *sql.Conn
	// ctx is that of the transaction; reads stop when it ends.
	ctx context.Context

	begin, rollback, get, scan *sql.Stmt
	// Writers have these besides.
	commit, put, remove, version, setVersion *sql.Stmt
	// prepared are all of them, for close.
	prepared []*sql.Stmt
}

// statement is the place of a prepared statement and its text.
type statement struct {
	place **sql.Stmt
	text  string
}

// newReader opens a session that only reads.
func newReader(ctx context.Context, db *sql.DB, path string) (*session, error) {
	s := &session{path: path}
	err := s.connect(ctx, db, func() error {
		return s.prepare(ctx, []statement{{&s.begin, "BEGIN"}})
	})
	return s, err
}

// newWriter opens a session that also writes. It makes the tables if there are
// none, and returns the version that the store has.
func newWriter(ctx context.Context, db *sql.DB, path string) (*session, meta.Version, error) {
	s := &session{path: path}
	var version meta.Version
	err := s.connect(ctx, db, func() (err error) {
		if version, err = prepareSchema(ctx, s.conn); err != nil {
			return err
		}
		return s.prepare(ctx, []statement{
			// IMMEDIATE takes the write lock now: what the transaction reads
			// stays true until it commits, and it never has to be run again.
			{&s.begin, "BEGIN IMMEDIATE"},
			{&s.commit, "COMMIT"},
			{&s.put, "INSERT INTO documents (key, value, version) VALUES (?1, ?2, ?3) " +
				"ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version"},
			{&s.remove, "DELETE FROM documents WHERE key = ?1"},
			{&s.version, "SELECT version FROM store"},
			{&s.setVersion, "UPDATE store SET version = ?1"},
		})
	})
	return s, version, err
}

// connect takes a connection and furnishes it.
func (s *session) connect(ctx context.Context, db *sql.DB, furnish func() error) error {
	var err error
	if s.conn, err = db.Conn(ctx); err != nil {
		return explain(s.path, err)
	}
	if err := furnish(); err != nil {
		return errors.Join(explain(s.path, err), s.close())
	}
	return nil
}

// prepare prepares statements, and those that every session has.
func (s *session) prepare(ctx context.Context, statements []statement) error {
	statements = append(statements,
		statement{&s.rollback, "ROLLBACK"},
		statement{&s.get, "SELECT value, version FROM documents WHERE key = ?1"},
		statement{&s.scan, "SELECT key, value, version FROM documents WHERE key >= ?1 AND key < ?2 ORDER BY key"})
	for _, st := range statements {
		prepared, err := s.conn.PrepareContext(ctx, st.text)
		if err != nil {
			return err
		}
		*st.place = prepared
		s.prepared = append(s.prepared, prepared)
	}
	return nil
}

// close ends the connection, and with it whatever it had begun.
func (s *session) close() error {
	var errs []error
	// database/sql does not close the statements of a Conn with it, and SQLite
	// keeps the file open until they are.
	for _, st := range s.prepared {
		errs = append(errs, st.Close())
	}
	// The pool of database/sql keeps no connection that is given back.
	return errors.Join(append(errs, s.conn.Close())...)
}

// Get implements meta.Reader.
func (s *session) Get(key string) (meta.Document, error) {
	if err := s.ctx.Err(); err != nil {
		return meta.Document{}, err
	}
	d := meta.Document{Key: key}
	err := s.get.QueryRowContext(untilDone, []byte(key)).Scan(&d.Value, &d.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return meta.Document{}, meta.ErrNotFound
	}
	if err != nil {
		return meta.Document{}, explain(s.path, err)
	}
	return d, nil
}

// Bounds of what a scan reads before it yields. A page ends after the document
// that takes it to one of them.
const (
	pageBytes     = 256 << 10
	pageDocuments = 512
)

// Scan implements meta.Reader. It holds a page in memory and no cursor, so that
// the caller may read and write as it likes between two documents.
func (s *session) Scan(prefix, after string) iter.Seq2[meta.Document, error] {
	return func(yield func(meta.Document, error) bool) {
		from, to := span(prefix, after)
		for {
			page, more, err := s.page(from, to)
			for _, d := range page {
				if !yield(d, nil) {
					return
				}
			}
			if err != nil {
				yield(meta.Document{}, err)
				return
			}
			if !more {
				return
			}
			from = above(page[len(page)-1].Key)
		}
	}
}

// page reads the first documents at or above from and below to; more says that
// there may be others.
func (s *session) page(from, to string) (page []meta.Document, more bool, err error) {
	if err := s.ctx.Err(); err != nil {
		return nil, false, err
	}
	rows, err := s.scan.QueryContext(untilDone, []byte(from), []byte(to))
	if err != nil {
		return nil, false, explain(s.path, err)
	}
	defer rows.Close()
	for size := 0; rows.Next(); {
		var d meta.Document
		if err := rows.Scan(&d.Key, &d.Value, &d.Version); err != nil {
			return page, false, explain(s.path, err)
		}
		page = append(page, d)
		size += len(d.Key) + len(d.Value)
		if size >= pageBytes || len(page) == pageDocuments {
			return page, true, nil
		}
	}
	return page, false, explain(s.path, rows.Err())
}

// span returns the keys that begin with prefix and lie above after, as all that
// are at or above from and below to.
func span(prefix, after string) (from, to string) {
	return max(prefix, above(after)), beyond(prefix)
}

// above is the lowest key above key.
func above(key string) string { return key + "\x00" }

// highest is above every key.
var highest = strings.Repeat("\xff", meta.MaxKeyBytes+1)

// beyond is the lowest string above all that begin with prefix: prefix with its
// last byte raised, which for 0xff carries over to the byte before.
func beyond(prefix string) string {
	for last := len(prefix) - 1; last >= 0; last-- {
		if prefix[last] != 0xff {
			return prefix[:last] + string([]byte{prefix[last] + 1})
		}
	}
	return highest
}
