package disklog

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// The new segment is durable before the manifest names it, and the old one goes
// after that.
func TestOperationsOfARewriting(t *testing.T) {
	inBubble(t, func(t *testing.T, fs *crashfs.FS, r *rig, _ *diary) {
		appendAll(t, r.Log, []shardlog.Entry{sized(1, 10<<10), sized(2, 60<<10)})
		settle()
		fs.StartTrace()
		r.dropped(2)
		settle()
		wantOperations(t, fs, `
			write data/journal-0000000001 77824+4096
			sync data/journal-0000000001
			remove data/segment-0000000002: file does not exist
			create data/segment-0000000002
			write data/segment-0000000002 0+12288
			sync data/segment-0000000002
			syncdir data
			write data/manifest 456+176
			sync data/manifest
			remove data/segment-0000000001
		`)
	})
}

func TestOperationsOfAMerge(t *testing.T) {
	inBubble(t, func(t *testing.T, fs *crashfs.FS, r *rig, _ *diary) {
		r.kept(7*day, 1)
		for range 2 {
			appendAll(t, r.Log, []shardlog.Entry{sized(1, 2000)})
			settle()
		}
		fs.StartTrace()
		appendAll(t, r.Log, []shardlog.Entry{sized(1, 2000)})
		settle()
		wantOperations(t, fs, `
			write data/journal-0000000001 12288+4096
			sync data/journal-0000000001
			remove data/segment-0000000003: file does not exist
			create data/segment-0000000003
			write data/segment-0000000003 0+4096
			sync data/segment-0000000003
			syncdir data
			write data/manifest 608+224
			sync data/manifest
			remove data/segment-0000000004: file does not exist
			create data/segment-0000000004
			write data/segment-0000000004 0+8192
			sync data/segment-0000000004
			syncdir data
			write data/manifest 832+192
			sync data/manifest
			remove data/segment-0000000001
			remove data/segment-0000000002
			remove data/segment-0000000003
		`)
	})
}

// A hole needs no sync: one that a crash undoes is of no harm.
func TestOperationsOfAHole(t *testing.T) {
	inBubble(t, func(t *testing.T, fs *crashfs.FS, r *rig, _ *diary) {
		appendAll(t, r.Log, []shardlog.Entry{sized(1, 60<<10), sized(2, 20<<10)})
		settle()
		fs.StartTrace()
		r.dropped(2)
		settle()
		wantOperations(t, fs, `
			write data/journal-0000000001 90112+4096
			sync data/journal-0000000001
			punch data/segment-0000000001 65536+16384
		`)
	})
}

// The journal shrinks: a small file first, then the flush, and the large files
// last, when the manifest does not need them.
func TestOperationsOfAShrinkingJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := crashfs.New()
		o := Options{JournalMin: 64 << 10, JournalMax: 512 << 10, tidy: tidyOptions{idleJournal: 1, quietAfter: 30 * time.Second}}
		r := start(t, fs, "data", o)
		for range 7 {
			appendAll(t, r.Log, []shardlog.Entry{sized(1, 55<<10)})
			time.Sleep(time.Millisecond)
		}
		fs.StartTrace()
		settle()
		wantOperations(t, fs, `
			remove data/journal.new: file does not exist
			create data/journal.new
			write data/journal.new 0+65536
			write data/journal.new 0+4096
			sync data/journal.new
			rename data/journal.new data/journal-0000000006
			syncdir data
			remove data/journal-0000000005
			remove data/segment-0000000001: file does not exist
			create data/segment-0000000001
			write data/segment-0000000001 0+397312
			sync data/segment-0000000001
			syncdir data
			write data/manifest 160+224
			sync data/manifest
			remove data/journal-0000000004
			remove data/journal-0000000003
		`)
		r.stopped()
	})
}
