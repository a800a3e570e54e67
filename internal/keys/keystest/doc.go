// Package keystest is the suite that every driver of keys passes.
//
// Run holds the driver of a Rig against each sentence of the contract; the name of
// a test is the rule.
//
// Goroutines: tests start their own and wait for them.
//
// Start reading at run.go.
package keystest
