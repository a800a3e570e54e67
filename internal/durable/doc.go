// Package durable writes small files so that a power cut leaves the old or the
// new one, never less, and makes folders that stay.
//
// WriteFile writes a file, MkdirAll makes a folder.
//
// Invariants:
//  1. At every moment, and after a power cut at every moment, the name holds the
//     whole old content or the whole new one.
//  2. Once WriteFile has returned nil it is the new one.
//  3. Once MkdirAll has returned nil no folder that it made can be lost.
//
// Goroutines: none.
//
// Start reading at write_file.go.
package durable
