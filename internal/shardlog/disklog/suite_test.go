package disklog

import (
	"testing"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/shardlogtest"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// tiny makes a flush of every few records and a journal file of every few
// frames, a segment of its own for a stream of some, caches that are too small for
// most, and gives back whatever space it can at once and at any pace, so that a
// short test walks all paths.
var tiny = Options{
	MemtableBytes: 8 << 10, JournalMin: 16 << 10, JournalMax: 64 << 10, ownSegment: 4 << 10, slabBytes: 256 << 10,
	FooterCache: 4 << 10, BlockCache: 32 << 10, RewriteRate: 1 << 40, Unwrap: shardlogtest.Unwrap,
	tidy: tidyOptions{every: 1, rewriteGain: 1, punchRange: 1, punchStep: 1, merge: 3, idleJournal: 1, quietAfter: 100 * time.Microsecond},
}

func TestContract(t *testing.T) {
	drivers := []struct {
		name string
		o    Options
		fs   func() vfs.FS
	}{
		{"OnDisk", Options{Unwrap: shardlogtest.Unwrap}, func() vfs.FS { return vfs.OS }},
		{"TinyOnDisk", tiny, func() vfs.FS { return vfs.OS }},
		{"TinyInMemory", tiny, func() vfs.FS { return crashfs.New() }},
		{"BetweenSyncs", Options{SyncEvery: 10 * time.Millisecond, Unwrap: shardlogtest.Unwrap}, func() vfs.FS { return vfs.OS }},
	}
	for _, d := range drivers {
		t.Run(d.name, func(t *testing.T) {
			shardlogtest.Run(t, shardlogtest.Driver{New: func(t *testing.T) func() (shardlog.Log, error) {
				fs, dir := d.fs(), "data"
				if fs == vfs.OS {
					dir = t.TempDir()
				}
				return func() (shardlog.Log, error) { return Open(fs, dir, d.o) }
			}})
		})
	}
}
