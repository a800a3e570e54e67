// Package wiretest has a structure with a member of every kind, for the tests
// of the codecs.
//
// Goroutines: none.
//
// Start reading at everything.go.
package wiretest
