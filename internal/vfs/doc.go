// Package vfs is the seam between the engine and the file system.
//
// An FS makes and opens Files, and its few methods are exactly what the engine
// asks of a disk: positioned reads and writes, direct I/O where the platform has
// it, a data sync, a sync of a folder, a rename, a second name, and the free
// space. OS is the real one; crashfs forgets what was not synced, faultfs fails
// on request.
//
// Invariants:
//  1. A write is durable only after File.Sync returned nil.
//  2. A created, linked, renamed or removed name is durable only after
//     FS.SyncDir of its folder returned nil.
//
// Goroutines: none.
//
// Start reading at fs.go.
package vfs
