// Package kinesiscodec reads and writes the bodies of Kinesis's hot operations
// by hand: PutRecord, PutRecords and GetRecords, and the events of
// SubscribeToShard, in JSON and in CBOR.
//
// Each is a fast.Codec. A decoder takes what SDKs send and declines the rest:
// escapes, nulls, duplicates, unknown members, anything the model forbids. The
// generic codec and the validator then say what is wrong, or that nothing is. A
// cursor is a place in a body; its methods return false where it declines. A
// decoder's input lives in a request structure (putRecord, putRecords), which is
// pooled with the memory for decoded payloads.
//
// Invariants:
//  1. A decoder that accepts gives what the generic codec gives, and the
//     validator finds nothing. An encoder writes what the generic codec writes,
//     byte for byte. Both are held by differential fuzz tests.
//  2. Bodies are not written to. Keys, and payloads in CBOR, alias the body;
//     payloads in JSON lie in pooled memory. Names of streams and shard
//     iterators are copies: they are the texts that get kept by accident.
//  3. Pointers of an input point into its request structure, whose arrays are
//     as large as the model allows, so that they never move.
//
// Goroutines: none.
//
// Start reading at codecs.go, then put_records_json.go.
package kinesiscodec
