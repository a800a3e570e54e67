// Package memlog keeps shards in memory.
//
// It is the reference of shardlog: the shortest code that keeps the contract, to
// read, to test other drivers against, and for servers that need not remember. A
// Log holds streams, a stream its shards, a shard its records.
//
// Durable means here: for as long as the Log lives. Memory is held by the records
// between floor and end alone; what is trimmed or dropped is free for the garbage
// collector, reader's slices apart. There is no other bound.
//
// Unlike the contract's engines it does not need Run: Append, Seal, Trim and Drop
// never block. Run only waits for its context and then ends the Log. So a Log
// works in a bubble of testing/synctest, if it is made there.
//
// Invariants:
//  1. The offsets of a shard's records are floor, floor+1 … next-1.
//  2. No lock is held while anything waits.
//
// Goroutines: none.
//
// Start reading at log.go.
package memlog
