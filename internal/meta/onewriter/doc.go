// Package onewriter is what stores that write one transaction at a time share.
//
// A Store is a meta.Store over a Backend, and the Backend is where Documents
// lie. A View reads a Snapshot of the Backend. An Update waits for its turn,
// reads a Draft, collects its Writes beside it, and hands them to the Draft to
// commit. Since the Draft is not written before that, a scan never meets a
// write of its own loop, and there is nothing to undo when an Update fails.
//
// Invariants:
//  1. At most one Draft is open at any time, so that updates are serial.
//  2. The store's version rises after the Backend has the writes, never before.
//  3. Every Snapshot and Draft is ended, also when the caller's function panics.
//  4. The Backend is closed once, when nobody uses it any more.
//
// Goroutines: none. An Update or View that is called within the function of an
// Update of the same store may wait for itself for ever.
//
// Start reading at store.go.
package onewriter
