// Package access says who is calling.
//
// A Caller is an account, a region and a principal. It is made here and
// nowhere else, so that no operation can run without one: every operation of
// every service takes a Caller, and its zero value is refused.
//
// Invariants:
//  1. A Caller's fields cannot be set from outside this package.
//  2. State is kept per account and region; both come from the Caller alone.
//
// Goroutines: none.
//
// Start reading at caller.go.
package access
