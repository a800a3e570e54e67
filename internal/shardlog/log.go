package shardlog

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"
)

// Log keeps the records of many shards. All methods but Run and Close may be
// called from any number of goroutines at once.
//
// A shard need not be created: one that was never appended to has the zero
// State, and the first entry makes it.
type Log interface {
	// Append makes entries durable and answers each one for itself, in the
	// order given: len(results) == len(entries) if err is nil. Entries of one
	// shard get offsets in the order in which they stand in entries.
	//
	// An engine may have an option to answer before that. Then a power cut, but
	// not the end of the process, may undo the newest appends: those after some
	// moment, in all shards. Their offsets are given to others.
	//
	// It returns when every entry is decided, blocking for a sync of the
	// engine, and longer while the engine holds writers back. The log keeps no
	// reference to entries, their Data or their Key after it returns.
	//
	// An error for the whole call says that no entry was appended: ctx ended
	// before the call joined a group, ErrNoSpace, or ErrClosed. Once entries
	// have joined a group ctx is not looked at again. When the engine fails
	// under a group, each of its entries gets ErrUnknown.
	Append(ctx context.Context, entries []Entry) (results []Result, err error)

	// Read returns records of shard at offsets ≥ from, in order, beginning at
	// the floor if from lies below it. It returns at most limit.Records, and
	// stops before the record that would take the sum of data and keys above
	// limit.Bytes; the first record is returned whatever its size. It does not
	// wait: at the tail it returns no records. It returns fewer records than
	// there are where that is cheaper, but none only if there are none from
	// there on; only Batch.Next tells the progress.
	//
	// The records' Data and Key belong to the log and never change; the caller
	// must not write to them and may keep them as long as it likes, which
	// keeps the engine's buffer behind them in memory. Data is never nil.
	Read(ctx context.Context, shard Shard, from Offset, limit Limit) (Batch, error)

	// Find returns the offset of the first record whose arrival is at or after
	// t: the floor at the lowest, State.Next if there is no such record.
	Find(ctx context.Context, shard Shard, t Millis) (Offset, error)

	// State returns what is known of shard now. It does not block on I/O. A
	// shard the log has never seen has the zero State.
	State(shard Shard) State

	// Wait blocks until a record at or beyond from may be read, the shard is
	// sealed, its stream is dropped (ErrDropped), the log ends (ErrClosed), or
	// ctx ends. Waiting costs no polling.
	Wait(ctx context.Context, shard Shard, from Offset) error

	// Seal ends shard and returns its end: every acknowledged record lies below
	// it and no later Append to the shard succeeds, on any gateway, from the
	// moment Seal returns. It is durable and idempotent: each call returns the
	// same end, whatever its generation. It may last as long as a lease.
	Seal(ctx context.Context, shard Shard, generation uint32) (end Offset, err error)

	// Trim raises the floor of every shard of stream to its first record that
	// arrived at or after before. Floors are durable when it returns. Space is
	// given back later.
	Trim(ctx context.Context, stream StreamID, before Millis) error

	// Drop forgets stream with all its shards, for good. It is durable and
	// idempotent. Later appends get ErrDropped, later reads ErrDropped or no
	// records. Space is given back later.
	Drop(ctx context.Context, stream StreamID) error

	// Configure says how a stream is kept from now on. It touches no record that
	// is there, and waits for no disk. An engine may forget it at Close: the
	// caller repeats it after opening, before it appends. A stream that was never
	// configured has the zero Settings. A dropped one gives ErrDropped.
	Configure(ctx context.Context, stream StreamID, s Settings) error

	// AddKey makes a data key of stream known, and returns the id by which Settings
	// name it; it encrypts nothing by itself. It is durable when AddKey returns: k
	// is kept, secret is not, and what was encrypted with it needs k for as long as
	// it is there. A stream may have any number of keys. A dropped one gives
	// ErrDropped. It keeps no reference to k.
	AddKey(ctx context.Context, stream StreamID, k WrappedKey, secret Secret) (KeyID, error)

	// Run does the log's work until ctx ends or the engine fails, and returns
	// when all its goroutines have. When ctx ends it first commits what has
	// joined a group, and returns nil. It is called once. Without it Append,
	// Seal, Trim, Drop and AddKey block.
	//
	// An error says that the engine can no longer promise durability: the
	// process must end and recover by reading.
	Run(ctx context.Context) error

	// Close frees what the constructor took. It is called after Run returned,
	// or without Run.
	Close() error
}

// StreamID identifies a stream for ever: a stream that is made again under an
// old name has another id, so that it meets none of the old one's data. Ids are
// random and chosen by the caller.
type StreamID [16]byte

// String returns the id in 32 hexadecimal digits.
func (id StreamID) String() string { return hex.EncodeToString(id[:]) }

// ParseStreamID reads what String wrote.
func ParseStreamID(s string) (StreamID, error) {
	var id StreamID
	if len(s) != hex.EncodedLen(len(id)) {
		return id, fmt.Errorf("stream id %q: want 32 hexadecimal digits", s)
	}
	if _, err := hex.Decode(id[:], []byte(s)); err != nil {
		return id, fmt.Errorf("stream id %q: %w", s, err)
	}
	return id, nil
}

// Shard names one shard of one stream. Numbers are never used twice in a stream.
type Shard struct {
	Stream StreamID
	Number uint32
}

func (s Shard) String() string { return fmt.Sprintf("%s/%d", s.Stream, s.Number) }

// Offset is a record's place in its shard.
type Offset uint64

// Millis is a time in milliseconds since 1970, UTC.
type Millis int64

// MillisOf returns t, cut to the millisecond.
func MillisOf(t time.Time) Millis { return Millis(t.UnixMilli()) }

// Time returns m as a time in UTC.
func (m Millis) Time() time.Time { return time.UnixMilli(int64(m)).UTC() }

// Entry is a record that is to be appended.
type Entry struct {
	Shard Shard
	// Generation is the caller's view of the shard's generation; an engine that
	// several gateways share refuses one that is out of date with ErrSealed.
	Generation uint32
	// Key is the partition key, at most 1 KiB. The log does not look into it.
	Key string
	// Data is the payload, at most 10 MiB. It stays the caller's.
	Data []byte
}

// Result is what became of one entry.
type Result struct {
	Offset Offset
	// Stamp is the gateway's time for the entry. It is stored with the entry,
	// and every later Read returns the same: sequence numbers are made of it.
	Stamp Millis
	// Arrival is the engine's time for the entry. It never decreases within a
	// shard, and look-up by time and retention go by it.
	Arrival Millis
	// Err is nil, ErrSealed, ErrDropped, ErrKey, or ErrUnknown.
	Err error
}

// Record is an entry that was appended.
type Record struct {
	Offset  Offset
	Stamp   Millis
	Arrival Millis
	Key     string
	Data    []byte
	// Encrypted says that the record was appended under a data key.
	Encrypted bool
}

// Settings says how a stream is kept.
type Settings struct {
	// Retention is how long the stream's records are wanted; 0 is a day. It
	// trims nothing, Trim does that: it is for the engine to put together what
	// will be deleted together.
	Retention time.Duration
	// Compression is how records are kept once they have left memory.
	Compression Compression
	// Key is the data key that records are encrypted with which are appended from
	// now on, on the disk; 0 is none. Those that are there stay as they are.
	// AddKey gave it, for this stream.
	Key KeyID
}

// Limit bounds a Read. Both members must be at least 1.
type Limit struct {
	Records int
	Bytes   int
}

// Batch is what one Read returned.
type Batch struct {
	Records []Record
	// Next is where the next Read goes on: above the last record, or where the
	// reading began if there was none.
	Next Offset
	// State is the shard's state at the time of the read: Next == State.Next
	// says that the reader has reached the tail.
	State State
}

// State is what a log knows of a shard.
type State struct {
	// Floor is the lowest offset that may still be read.
	Floor Offset
	// Next is above every record: the next one gets this offset or a higher.
	// Between the newest record and Next there may be a gap, offsets that no
	// record has or will have, as between any two records.
	Next Offset
	// LastArrival is the arrival of the newest record, 0 if there never was one.
	LastArrival Millis
	// Sealed says that no record will follow; Next is then the shard's end.
	Sealed bool
}
