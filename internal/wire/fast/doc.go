// Package fast is the seam between wire and hand-written codecs.
//
// A Codec reads and writes the bodies of one operation in one encoding. It may
// decline any body or answer, and then the generic codec does the work: a Codec
// changes how long a request takes, never what comes of it.
//
// Goroutines: none.
//
// Start reading at codec.go.
package fast
