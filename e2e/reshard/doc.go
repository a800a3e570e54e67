// Package reshard splits, merges and scales a stream while records are put to it
// and read from it, and checks that consumers survive it.
//
// A writer numbers the records of each of its keys and puts them with PutRecords. A
// reader follows the lineage as the Kinesis Client Library does: it begins with the
// shards that were open at the trim horizon, or at an instant, whose hash keys must
// divide the ring; it reads a shard to its end, and the children that the end names
// when it has read all their parents. Run lets both work while it reshards. Each
// reader must see the records of every key in the order of their numbers, none
// missing and none twice, with rising sequence numbers; one that begins at an
// instant, all that arrived since.
//
// The load works against any endpoint; the conformance tests use it against a server
// in the same process. The tests of this package need the tag e2e, and build the
// command themselves.
//
// Goroutines: a writer each, a reader each, and one for each shard that a reader
// reads. Run waits for all of them.
//
// Start reading at run.go.
package reshard
