// Package metatest is the suite that every driver of meta passes.
//
// Run holds a driver against each sentence of the contract; the name of a test
// is the rule. Reopen holds a durable driver against what must be there after
// its store was closed and opened again.
//
// Goroutines: tests start their own and wait for them.
//
// Start reading at run.go.
package metatest
