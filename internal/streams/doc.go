// Package streams is Kinesis Data Streams.
//
// A stream has shards; a shard has a range of the hash keys, and its records in
// the log. The lineage says which shard took over from which: parents close at
// the instant at which their children open. A consumer is registered with a
// stream, for enhanced fan-out. The catalog holds the documents of all streams,
// shards, consumers and queues, and its snapshot, which never changes, is what
// operations look at. A resource is what an ARN names, a stream, a consumer or a
// queue: it has tags and a policy. What an operation touches are the resources that
// policies judge it by, before it is called. A queue hands the records of a stream out one by
// one until they are acknowledged; its delivery is what was received and is still
// wanted, letter by letter, and a receipt handle names one receive of a letter. A sequence number names a record, a shard iterator a place
// to go on from, a token a page of a listing. A cursor is the one reader over
// the log: it hides what retention has passed, and knows how far behind it is
// and where a shard ends. A subscription pushes what a cursor reads. Keeping
// tells the log how a stream is kept. A data key is what its records are encrypted
// with. The clock is what retention goes by; it is
// slow to believe that it is much later. A profile says which rates hold for a
// stream or an account; a shard's meter is the buckets by which its rates are
// kept. Traffic is what went through a shard; measuring looks at it, and knows the
// heat of the shards that are written to, and the demand that on-demand streams
// follow.
//
// Invariants:
//  1. Only this package writes its documents, one change at a time; the
//     snapshot is replaced after the store has committed, never before.
//  2. The ranges of the shards that are open at an instant divide the ring, 0
//     to 2^128 - 1, without a hole or an overlap. Load fails on a stream of which
//     that is not true, and no change is written that would break it.
//  3. A parent is CLOSED and its children are OPEN by the same commit, after
//     the log has sealed the parent.
//  4. A shard's number is never used twice in a stream, a stream's id never.
//  5. What is kept of an input is copied: the input may alias buffers of the
//     wire.
//  6. Puts and reads take no lock, but for those of a stream whose rates are
//     limited: they take the lock of the shard's meter, for some arithmetic. The lock
//     of a shard's heat they take if nobody has it, and else do without.
//  7. A seal and a drop of the log are the work of a transition that the store
//     has: so the store and then the log, copied while the catalog is held, are a
//     state that Load and Run go on from (hold.go).
//  8. The log knows how a stream is kept before the stream takes puts.
//  9. What retention has hidden is not shown again when it is changed, and
//     nothing is hidden or deleted by a clock that jumped ahead less than an
//     hour ago.
//  10. A record that a queue has not handed out lies at or beyond the delivery's
//     progress; one below it is a letter, or was acknowledged. Both are written by one
//     transaction, and an acknowledgement is answered after it (deliveries.go).
//  11. No record is put to, or read of, a stream whose key its provider is known to
//     refuse (key_checks.go).
//
// Goroutines: Run starts one for transitions (transition.go), one for trimming
// (retention.go), one for measuring (measuring.go), one for clones (clones.go), one that
// asks for keys (key_checks.go) and one that writes deliveries down (deliveries.go), and returns when all have ended. There
// are no others that outlive an operation, which runs in its caller's goroutine; Reset,
// Records that waits and receiving that waits (receive.go) have some for the time that
// they take, and a reshard that seals several shards has one for each (reshard.go).
//
// What AWS has not (extapi) is methods of Service too, each in a file named after
// it; they take the stream's name and a shape of extapi.
//
// Start reading at service.go.
package streams
