package disklog

import (
	"fmt"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

// Options says how a Log uses memory and disk. The zero value is good.
type Options struct {
	// MemtableBytes is when a memtable is flushed to a segment, overriding the
	// default 64 MiB. Up to three are in memory: one that fills, and two that
	// wait for the flush; beyond that Append waits.
	MemtableBytes int64
	// TailBytes bounds the flushed memtables that stay in memory for readers that
	// lag a little, overriding the default of one and a half times MemtableBytes,
	// which is the newest of them and no more. A minute after the last append
	// they are let go.
	TailBytes int64
	// JournalMin and JournalMax bound a journal file, overriding the defaults
	// 4 MiB and 128 MiB. Files begin at the minimum and double while they fill
	// quickly. A frame that is larger than the maximum gets a file of its size.
	JournalMin, JournalMax int64
	// Reserve is the free space that appends leave on the disk, overriding the
	// default 16 MiB, besides what flushing the memory needs.
	Reserve int64
	// Retry is how long a flush or a journal file that found the disk full
	// waits for room, overriding the default 1 s.
	Retry time.Duration
	// SyncEvery is how long a record that was acknowledged may be on its way to
	// the disk. 0, the default, is not at all: each group is synced before it is
	// answered. Otherwise groups are written and answered, and synced together so
	// often, from 1 ms to 1 min: a power cut may lose what was acknowledged since
	// the last sync, always from the end. The end of the process alone loses
	// nothing, and Seal, Trim and Drop are answered when they are durable.
	SyncEvery time.Duration
	// FooterCache bounds the memory of the segments' indexes, and BlockCache that
	// of the blocks that were read last, overriding the default 64 MiB each. In
	// a block of 256 KiB the next page of a reader mostly begins where the last
	// one ended, and readers of one shard mostly follow each other.
	FooterCache, BlockCache int64
	// RewriteRate is how many bytes a second may be rewritten to give space back,
	// overriding the default 64 MiB. Each segment that is made counts for 1 MiB more.
	RewriteRate int64
	// Unwrap opens the data keys of streams that are encrypted, each when it is
	// needed first. nil: none is opened, and what is encrypted cannot be read.
	Unwrap shardlog.Unwrap
	// Events are told what happens. By default nobody is.
	Events Events

	// ownSegment is how many bytes of a stream in one flush are worth a segment
	// of its own; see stream.isLarge. Tests make it smaller than 16 MiB.
	ownSegment int64
	// slabBytes is the size of a slab; one that is smaller than a group is made as
	// large as that. Tests make it smaller than 16 MiB, which take a while to zero.
	slabBytes int
	tidy      tidyOptions
}

// Events are the occasions that metrics and logs are made of. They are called by
// the log's goroutines and by those of appends, which wait for them: they must be
// quick and must not call the log. Those that are nil are not called.
type Events struct {
	// GroupCommitted follows each frame of the journal.
	GroupCommitted func(GroupCommitted)
	// JournalSynced follows each sync of the journal, which took so long: one for
	// each frame, or with SyncEvery for several.
	JournalSynced func(took time.Duration)
	// JournalRotated precedes the first frame in a journal file.
	JournalRotated func(JournalRotated)
	// SegmentWritten follows a flush, for each of its segments: the manifest
	// names them.
	SegmentWritten func(SegmentWritten)
	// SegmentRemoved says that nothing in the segment was alive any more. Its
	// file goes when its last reader has left.
	SegmentRemoved func(number uint64)
	// SegmentRewritten says that a segment was made of what is alive in others.
	// Their files go when their last readers have left.
	SegmentRewritten func(SegmentRewritten)
	// HolePunched says that the space of a part of a segment was given back.
	HolePunched func(HolePunched)
	// SpaceKept says that space could not be given back, and why. Nothing
	// depends on it.
	SpaceKept func(err error)
	// NoSpace says that appends are refused from now on, and why: a full disk, or
	// want of descriptors (EMFILE, ENFILE). While that lasts it is called again,
	// about every Options.Retry; with nil, appends are taken again.
	NoSpace func(err error)
	// Corruption is told each damage that a reader met. The reader got the
	// error too.
	Corruption func(*CorruptionError)
}

// GroupCommitted describes a frame of the journal.
type GroupCommitted struct {
	// Appends joined it with Entries; controls are counted as appends.
	Appends, Entries int
	// Bytes were written.
	Bytes int
}

// JournalRotated describes a journal file that begins to be used.
type JournalRotated struct {
	Sequence uint64
	Size     int64
}

// SegmentWritten describes a segment.
type SegmentWritten struct {
	Number uint64
	// Class is what the retention of its streams is at most: "day", "week",
	// "month", or "year".
	Class   string
	Records uint64
	// Bytes is the size of the file. Raw is what its records took in memory.
	Bytes, Raw int64
	// Duration is how long it took to write and sync the file.
	Duration time.Duration
}

// SegmentRewritten describes a segment that took the place of others.
type SegmentRewritten struct {
	// Number is the new segment's; 0, nothing was alive by then. Inputs are
	// those that it is made of: more than one were merged.
	Number uint64
	Inputs []uint64
	// Before is what the files of Inputs took, Read what of them was read, and
	// Written the size of the new file.
	Before, Read, Written int64
	Duration              time.Duration
}

// HolePunched describes space that was given back within a segment. After a start
// holes that are there already may be told of once more.
type HolePunched struct {
	Number uint64
	Bytes  int64
}

const (
	// maxFrame is the largest frame. Contract: an append holds at least 11 MiB.
	maxFrame = 16 << 20
	// groupTarget is the size at which a group is not joined any more.
	groupTarget = 8 << 20
	// smallFrame is up to where a frame's runs are copied to the memtable, so
	// that its padding does not stay in memory.
	smallFrame = 64 << 10
	// maxSealed is how many sealed memtables may wait for the flush.
	maxSealed = 2
	// minJournal has room for the header and a few controls.
	minJournal = 16 << 10
	// A shorter SyncEvery would be that of each group, a longer one a loss that
	// nobody can mean.
	minSyncEvery, maxSyncEvery = time.Millisecond, time.Minute
)

func (o Options) withDefaults() (Options, error) {
	setDefault(&o.MemtableBytes, 64<<20)
	setDefault(&o.TailBytes, o.MemtableBytes+o.MemtableBytes/2)
	setDefault(&o.JournalMin, 4<<20)
	setDefault(&o.JournalMax, max(128<<20, o.JournalMin))
	setDefault(&o.Reserve, 16<<20)
	setDefault(&o.Retry, time.Second)
	setDefault(&o.FooterCache, 64<<20)
	setDefault(&o.BlockCache, 64<<20)
	setDefault(&o.RewriteRate, 64<<20)
	setDefault(&o.ownSegment, 16<<20)
	setDefault(&o.slabBytes, maxFrame)
	o.tidy.setDefaults()
	switch {
	case o.MemtableBytes < 0:
		return o, fmt.Errorf("MemtableBytes: %d: must be positive", o.MemtableBytes)
	case o.JournalMin < minJournal || o.JournalMin%vfs.BlockSize != 0:
		return o, fmt.Errorf("JournalMin: %d: must be at least %d and a multiple of %d", o.JournalMin, minJournal, vfs.BlockSize)
	case o.JournalMax < o.JournalMin || o.JournalMax%vfs.BlockSize != 0:
		return o, fmt.Errorf("JournalMax: %d: must be at least JournalMin and a multiple of %d", o.JournalMax, vfs.BlockSize)
	case o.Reserve < 0:
		return o, fmt.Errorf("Reserve: %d: must not be negative", o.Reserve)
	case o.FooterCache < 0:
		return o, fmt.Errorf("FooterCache: %d: must be positive", o.FooterCache)
	case o.BlockCache < 0:
		return o, fmt.Errorf("BlockCache: %d: must be positive", o.BlockCache)
	case o.RewriteRate < 0:
		return o, fmt.Errorf("RewriteRate: %d: must be positive", o.RewriteRate)
	case o.Retry < 0:
		return o, fmt.Errorf("Retry: %s: must not be negative", o.Retry)
	case o.SyncEvery != 0 && (o.SyncEvery < minSyncEvery || o.SyncEvery > maxSyncEvery):
		return o, fmt.Errorf("SyncEvery: %s: must be 0, or from %s to %s", o.SyncEvery, minSyncEvery, maxSyncEvery)
	}
	return o, nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
