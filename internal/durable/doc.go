// Package durable writes small files so that a power cut leaves the old or the
// new one, never less.
//
// WriteFile is all there is.
//
// Invariants:
//  1. At every moment, and after a power cut at every moment, the name holds the
//     whole old content or the whole new one.
//  2. Once WriteFile has returned nil it is the new one.
//
// Goroutines: none.
//
// Start reading at write_file.go.
package durable
