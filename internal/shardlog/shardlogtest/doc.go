// Package shardlogtest is the suite that every driver of shardlog passes.
//
// A Driver says how a test gets a log. Run checks the contract sentence by
// sentence; each test quotes the rule that it checks. Differential drives a log
// with random appends, reads, trims, seals and drops from several goroutines,
// cuts it off again and again, and compares it with a Ledger, which remembers
// what was acknowledged and knows what may be found. Linear knows less and asks for
// more: that the calls of all clients to a shard, over several lives of the log,
// have an order in which the simplest log there is would have answered the same.
//
// Invariants:
//  1. The suite asks for nothing that the contract does not promise: offsets may
//     have gaps, reads may be short.
//  2. It waits for events, never for time: where two arrivals must differ it
//     appends until they do.
//
// Goroutines: each rig runs one log in one goroutine, and its stop waits for it;
// tests start more and wait for them. A simulation runs a log and one to four
// workers a round, and waits for all before the next; so does Linear with its
// clients.
//
// Start reading at run.go, at differential.go, and at linear.go.
package shardlogtest
