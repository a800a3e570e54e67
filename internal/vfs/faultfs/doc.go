// Package faultfs makes the calls of a file system fail on request.
//
// An FS passes every call on to the one that it wraps. A Rule says which call is
// to fail, and how; a Fault is a rule at work, and counts. To let each call of a
// program fail once, run it with a rule that only counts, then once per count
// with a rule that lets so many pass before it.
//
// Invariants:
//  1. A call that fails reaches the wrapped FS only as far as the rule's Short says.
//  2. Each fault sees every call that it matches, whether or not it fails it, in
//     one order for all faults.
//
// Goroutines: none. All methods may be called from any number of goroutines.
//
// Start reading at rule.go.
package faultfs
