// Package awscbor reads and writes the bodies of application/x-amz-cbor-1.1.
//
// The shapes and the names of members are those of JSON. An item is a head,
// which tells a major type and an argument, and what the head announces: bytes,
// other items, or nothing. A tag is an item around another one.
//
// AWS's dialect: blobs are byte strings; a timestamp is tag 1 around a whole
// number of milliseconds, against the standard, which means seconds; answers
// have maps and lists of indefinite length.
//
// Invariants:
//  1. Decode never writes to the body, and what it returns does not alias it.
//  2. A malformed body is malformed wherever the flaw lies, as in awsjson.
//  3. A length is compared with what is left of the body before it is believed:
//     no memory is taken for bytes or items that did not arrive.
//  4. Memory is bounded by a small multiple of the body, as convert.Room says;
//     nesting ends at maxDepth.
//
// Choices where AWS's behaviour is not known: timestamps may lack the tag or be
// floats, and count milliseconds then too; other tags are ignored; undefined is
// null; a blob may be base64 text, as in JSON; a text must be UTF-8.
//
// Goroutines: none.
//
// Start reading at decode.go.
package awscbor
