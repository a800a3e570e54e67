package shardlog

import "errors"

// Appending.
var (
	// ErrSealed is an entry's result when its shard was sealed before the entry
	// became durable, or when its generation is out of date. The entry is not
	// stored, and the seal is durable.
	ErrSealed = errors.New("shard is sealed")

	// ErrDropped is returned when the shard's stream was dropped.
	ErrDropped = errors.New("stream is dropped")

	// ErrUnknown is an entry's result when the engine failed while the entry
	// was on its way to the disk: it may or may not be found later. It is never
	// an acknowledgement.
	ErrUnknown = errors.New("outcome of the append is not known")

	// ErrNoSpace is returned when there is no room for the entries. Nothing was
	// appended, reads go on, and appends succeed again when there is room.
	ErrNoSpace = errors.New("no space left for new records")

	// ErrTooLarge is returned when the entries of one Append do not fit into
	// one group of the engine. Every driver takes at least 11 MiB of data, keys
	// and framing in up to 500 entries.
	ErrTooLarge = errors.New("entries exceed what one append can hold")
)

// Any method.
var (
	// ErrClosed is returned when the log was closed or has failed; the failure
	// itself is what Run returned.
	ErrClosed = errors.New("log is closed")

	// ErrKey is returned when records cannot be read, or are not appended, because
	// their data key is not to be had; the error of Unwrap is in it. Nothing is
	// damaged, and all other streams go on.
	ErrKey = errors.New("data key is not available")

	// ErrNoKey is returned by Configure for a key that AddKey did not give for the
	// stream.
	ErrNoKey = errors.New("stream has no such data key")
)
