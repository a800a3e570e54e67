package streams

import "sync/atomic"

// liveShard is what is known of a shard only while the process runs. All revisions
// of a shard share it: a shard that closes, or whose stream changes, keeps it. It
// begins anew when the process does, and in the rare case that the catalog had to
// be read again.
type liveShard struct {
	in traffic // what was put
	// looked is what in was when it was last looked at; measuring.go's.
	looked uint64
	// heat is nil while nothing is put, and until that is noticed.
	heat atomic.Pointer[heat]
	// crowded says that something is put, and that there is no room for a heat.
	crowded atomic.Bool
	// metered is nil until a limit asks for it: see meter.
	metered atomic.Pointer[meter]
}
