// Command soak loads a server through its API for a while, with everything in
// motion, and tells whether anything is lost, grows or slows down meanwhile.
//
//	go run ./e2e/soak -for 30m
//
// A soak starts the command on a new folder. Each Stream has Writers, which put
// at a steady pace records that are numbered by their keys; a Resharder, which
// splits and merges its shards; a Trimmer, which lets nothing be kept longer than
// a minute or so; and two Followers, one that polls with GetRecords, one that is
// pushed to by SubscribeToShard. A follower goes from shard to shard along the
// lineage, a child after all its parents, as the KCL does. A Passer makes a stream,
// uses and deletes it, again and again. Each second gives a row of a series.
//
// At the end the writers stop, and the followers read on until they have met
// every acknowledged record.
//
// Invariants:
//  1. Record n of a key is the n-th that was put with it: so a follower that meets
//     every key's numbers in order has missed nothing and met nothing twice.
//  2. A key belongs to one writer, which has one call under way.
//
// Goroutines: all in one errgroup, which the soak waits for. The first failure ends
// all.
//
// Start reading at soak.go.
package main
