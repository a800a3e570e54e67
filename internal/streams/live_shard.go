package streams

import "sync/atomic"

// liveShard is what is known of a shard only while the process runs. All revisions
// of a shard share it: a shard that closes, or whose stream changes, keeps it. It
// begins anew when the process does, and in the rare case that the catalog had to
// be read again.
type liveShard struct {
	in  traffic // what was put
	out traffic // what GetRecords returned
	// looked is what in was when it was last looked at; measuring.go's.
	looked uint64
	// heat is nil while nothing is put, and until that is noticed.
	heat atomic.Pointer[heat]
	// metered is nil until a limit asks for it: see meter.
	metered atomic.Pointer[meter]
}
