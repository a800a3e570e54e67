// Package redact keeps secrets out of logs, errors, dumps and answers.
//
// A type that embeds Always says "[redacted]" of itself, however it is formatted or
// encoded. Its secret must lie behind a pointer to what is no array, slice, map or
// structure: package fmt asks no method of a field that is not exported, and where
// the verb does not fit shows what such a pointer points to.
//
// Invariants:
//  1. Whatever prints or encodes a value that can be asked is given Text.
//
// Goroutines: none.
//
// Start reading at always.go.
package redact
