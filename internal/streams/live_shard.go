package streams

import "sync/atomic"

// liveShard is what is known of a shard only while the process runs. All revisions
// of a shard share it: a shard that closes, or whose stream changes, keeps it. It
// begins anew when the process does, and in the rare case that the catalog had to
// be read again.
type liveShard struct {
	in traffic
}

// traffic counts what went through a shard since the process began. It is used by
// any number of goroutines at once.
type traffic struct {
	records atomic.Int64
	bytes   atomic.Int64 // data and partition keys
}

func (t *traffic) add(records, bytes int) {
	t.records.Add(int64(records))
	t.bytes.Add(int64(bytes))
}
