// Package awsjson reads and writes the bodies of AWS's JSON protocols.
//
// Decode reads a request into a Go structure, guided by its Shape; Append
// writes an answer. A body is malformed if it is not JSON or not an object, and
// has a mismatch if it is JSON but a member is of the wrong type: the first
// gives a SerializationException without a message, the second one with.
//
// Invariants:
//  1. Decode never writes to the body, and what it returns does not alias it.
//  2. A malformed body is malformed wherever the flaw lies: a mismatch is
//     reported only after the whole body was read.
//  3. Memory is bounded by a small multiple of the body, as convert.Room says;
//     nesting ends at maxDepth.
//  4. Append writes JSON without blanks; a timestamp is a plain decimal.
//
// Choices where AWS's behaviour is not known: a body must be UTF-8 to the
// letter; half a surrogate pair in an escape becomes U+FFFD; of two mismatches
// the one that stands first is reported, though a later duplicate of the member
// may be right; null in a list is the element's zero value, which the validator
// judges, and null in a map drops the entry.
//
// Goroutines: none.
//
// Start reading at decode.go.
package awsjson
