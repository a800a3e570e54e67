// Package meta is the contract of the store for everything small: streams,
// consumers, keys, tables.
//
// A Store holds Documents: a key, a value, and the Version of the transaction
// that wrote it last. View and Update run a function in a transaction; Watch
// tells of new versions.
//
// The store is never on the path of a put: services read it at start, hold an
// immutable snapshot of their catalog, and write it when the catalog changes.
//
// Invariants that every driver keeps:
//  1. Transactions are serializable.
//  2. Update is durable when it returns nil.
//  3. Keys are ordered by their bytes.
//  4. A later transaction has a higher version.
//
// Goroutines: drivers start none that outlive a call.
//
// Start reading at store.go.
package meta
