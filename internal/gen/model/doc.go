// Package model reads AWS's published service models and keeps what a program
// needs of them.
//
// A Model has Operations and Shapes, named and ordered as AWS does. Extract
// makes one from a service-2.json of botocore; Write and Read keep it in a
// compact file, one operation or shape per line, which is committed and from
// which code is generated.
//
// Invariants:
//  1. A model holds facts alone: names, bounds, patterns, traits; no text of AWS's documentation.
//  2. Extract refuses a trait that it does not know, so that none is lost unseen.
//  3. Write is deterministic, and Read gives back what was written.
//
// Goroutines: none.
//
// Start reading at model.go.
package model
