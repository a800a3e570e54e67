// Package house tests the plan of the house.
//
// A room is a folder with Go files. The tests of this package read the sources
// of every room and compare them with rules that stand here as data, each with
// its reason: who may import whom, what a room says at its door, where an
// operation lies, how long functions and files are, and whether the documents
// still name things that exist. A rule that proves wrong is changed here, in the
// change that needs it, with an entry in docs/adr if it closes a door.
//
// Invariants:
//  1. Only sources are read: the rules hold for what is committed, whatever the
//     platform and the build tags.
//  2. Every room is named by a rule; one that is not fails the tests.
//
// Goroutines: none.
//
// Start reading at rules_test.go.
package house
