// Package shardlog is the contract of the engine that keeps records.
//
// A Log holds shards. A shard is a sequence of records, each at an Offset; an
// Entry becomes a record when it is appended and durable. A shard can be sealed
// (nothing is appended any more), trimmed from its old end (its floor rises),
// and dropped with its whole stream. A stream's records may be encrypted on the
// disk, with a data key that somebody else wraps and unwraps (key.go). The log knows no lineage: which shard is
// whose child is the business of the service above.
//
// The drivers are disklog (one disk), memlog (the reference, in memory) and
// kafkalog (partitions of a Kafka cluster). Each passes shardlogtest.
//
// Invariants that every driver keeps:
//  1. An entry whose Result has no error is durable, and Read returns it at
//     Result.Offset until it is trimmed or dropped.
//  2. Offsets strictly increase within a shard, in the order of
//     acknowledgement; they may have gaps and start anywhere at or above 0.
//  3. Arrival never decreases within a shard.
//  4. No acknowledged record lies at or beyond the end that Seal returned.
//  5. A shard's floor never moves back.
//  6. A record is never visible to a reader before it is durable.
//  7. What is appended under a key reaches a disk encrypted only, data and
//     partition key, now and whenever it is written again.
//
// Goroutines: drivers start theirs in Run, which returns when all have ended.
//
// Start reading at log.go.
package shardlog
