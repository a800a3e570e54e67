// Package convert turns values of the wire into members of a Go structure, or
// says in AWS's words why it cannot.
//
// A Given is what stood on the wire: a boolean, a number, a text, bytes, a list
// or a map. A mismatch is the SerializationException for a Given where the
// shape wants something else. Room is the memory that one body may still take.
// The JSON and the CBOR codec share them, so that the same mistake gets the same
// answer in either encoding.
//
// Invariants:
//  1. Nothing here keeps or aliases what it is given.
//  2. Every *awsapi.Error made here has the code SerializationException.
//
// Goroutines: none.
//
// Start reading at mismatch.go.
package convert
