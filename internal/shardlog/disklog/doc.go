// Package disklog keeps the records of many shards on one disk.
//
// An append joins the open group. A group becomes one frame of the journal,
// which is written and synced at once, whatever the number of shards in it; a
// frame holds sub-frames, each a run of one shard's entries, or a control (seal,
// trim, drop). What is durable is published to the memtable, which is the cache
// of the tail: its runs are slices of the frame's own buffer, or, of a stream that
// has a data key, what was encrypted into it. The keyring is the folder's data keys. A full memtable is
// sealed, divided into shares, by how long streams are kept, and flushed: each
// share to a segment, a file of blocks sorted by shard. The manifest names the
// segments and keeps each shard's state, and then the journal files are recycled.
// The newest flushed memtable stays in memory, the tail, for readers that lag.
// Recovery reads the manifest and the journal. A backup is made of a cut: the log
// at one moment, whose files stay as they are while they are copied.
//
// Invariants:
//  1. A record is published, and its append answered, only after its frame was
//     synced; with Options.SyncEvery, only after it was written. Frames are
//     written one after the other, and a frame says up to where those before it
//     are synced. Seals, trims, drops, and what a checkpoint covers are synced
//     always.
//  2. A group that was joined has its place in a journal file that exists.
//  3. A journal file is recycled only when the manifest durably says that its
//     frames are in segments and states; a segment file is removed only when
//     the manifest durably no longer names it, and its last reader has left. A
//     cut keeps both until it is released.
//  4. A shard's state in the manifest is that of the checkpoint exactly, so that
//     replay can check every offset.
//  5. After a failed write or sync of journal or manifest nothing is written
//     any more. A full disk while a file is being made only refuses appends.
//  6. Entries of a stream with a key are written encrypted only, with the key that
//     they came in under, to whatever file; the manifest has the key, durably and
//     wrapped, before anything names it. No two bodies have one salt and nonce.
//  7. Bytes that were published never change: buffers are not used again, the
//     garbage collector frees them when the last reader has let go.
//
// Readers get at segments through a version, the list of them at one moment, and
// through caches of open files, footers and blocks, each bounded (lru.go).
//
// Goroutines: Run starts four and waits for all: the writer (commit.go), the
// flusher (flush.go), the preparer of journal files (prepare.go), and the rewriter
// of segments (rewrite.go), to which the flusher gives one job at a time. Appenders
// copy, encrypt and checksum their entries in their own goroutines. On an idle log an
// appender also does the writer's work for its own group (lead.go): "the writer" is
// who has the turn. Run waits for it too.
//
// Caveats: removing the newest journal file by hand looks like an older state of
// the folder, and damage to its very last frame like a torn one (FORMAT.md,
// section 11).
//
// Start reading at append.go; collect.go tells how space is given back. FORMAT.md describes the bytes.
package disklog
