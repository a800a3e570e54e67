// Command soak loads the log engine at half its top speed for a while, and tells
// whether anything grows or slows down meanwhile.
//
//	go run ./internal/shardlog/soak -for 30m
//
// A soak opens a disklog in a new folder. For some seconds Appenders append as
// fast as they can: that is the top speed. From then on they keep to half of it.
// Each appender has Streams of its own, kept in different ways, with some hundred
// Shards in all; now and then it seals a shard and opens another, or drops a
// stream and makes another. Every shard has a Tail, a reader that waits for
// records and follows them; other readers look up times of the last minute. A
// trimmer keeps the retention of a minute. Each second gives a Sample.
//
// At the end the appenders stop, the tails read on to the last acknowledged
// record, the folder is verified, opened again and compared. The samples go to a
// table and a plot, and the summary sets the medians of the first third against
// those of the last.
//
// Invariants:
//  1. Record n of a shard is the n-th that was acknowledged for it, and tells n
//     and its shard: so a reader notices what is missing, doubled, foreign or out of
//     order without asking anybody.
//  2. A shard is appended to, sealed and dropped by one goroutine.
//
// Goroutines: the log's Run, for which Soak waits; and in one errgroup the
// appenders, the tails (which appenders start), the readers of times, the trimmer,
// the watcher of the engine's events, and the keeper of the time, who takes the
// samples. The first failure ends all.
//
// Start reading at soak.go.
package main
