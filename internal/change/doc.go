// Package change lets an operation say what it altered, to whoever listens.
//
// A Change is a thing, and how it was before and after. Changes gather those of one
// operation: who wants to know puts them into its context with Gather, and the
// operation says what it knows with Say. Nobody needs to listen: then Say does
// nothing, and costs a look at the context.
//
// Invariants:
//  1. A Change holds no secret: what is said is written down for others to read.
//     An operation says names, states and policies; never a key's secret.
//  2. Before and After are copies: they alias nothing of the operation's.
//
// Goroutines: none.
//
// Start reading at change.go.
package change
