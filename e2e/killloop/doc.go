// Command killloop kills a server under load, again and again, and looks for
// what it lost.
//
//	go run ./e2e/killloop -n 50 -binary bin/freshet
//
// In each round a server is started on the same data folder; what it holds is
// compared with the ledger; Writers put batches over HTTP, Readers follow the
// shards, the control loop makes and deletes streams, and now and then the stream is
// encrypted, under another key, or no more; and at a random moment
// the process is killed as kill -9 does. Some rounds kill it while it starts.
//
// The Ledger is in this process, which is never killed. It holds after every
// round, for each shard:
//
//  1. Every acknowledged record is there, under the sequence number and in the
//     shard that the acknowledgement named, with its key and its bytes.
//  2. So is every record that a reader was shown before the kill.
//  3. Nothing is there twice, and nothing that nobody sent.
//  4. A writer's records stand in the order in which it sent them.
//  5. What was found after a restart is found after all later ones, the same and
//     in the same place; what was not found then never comes back.
//  6. Streams whose creation was acknowledged are there, those whose deletion
//     was are not.
//
// A record that was sent and not acknowledged may be there or not.
//
// Goroutines: a round starts the writers, the readers, and the control loop, and
// waits for them after the kill.
//
// Start reading at loop.go.
package main
