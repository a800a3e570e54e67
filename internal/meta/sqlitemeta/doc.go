// Package sqlitemeta keeps documents in a SQLite database, in one file.
//
// Sessions are connections with their statements. One session writes, a few
// read; SQLite's write-ahead log lets each reader see one state while the
// writer goes on. A document is a row of the table documents, ordered by the
// bytes of its key; the one row of the table store has the version.
//
// Invariants:
//  1. A commit is synced before Update returns: synchronous=FULL on every
//     session, and the file's name is synced when it is made.
//  2. Every commit writes the store's version together with its documents.
//  3. No statement is left half read while the caller's function runs: a scan
//     reads a page and closes it before it yields.
//  4. A file of another program, or of a later release, is not written.
//
// One process owns the file while it is open. Another one that writes is waited
// for, and its changes are seen, but Watch does not tell of them.
//
// Goroutines: none of its own. SQLite's driver runs one while a statement with
// a context that can end waits for a lock, and waits for it.
//
// Start reading at open.go.
package sqlitemeta
