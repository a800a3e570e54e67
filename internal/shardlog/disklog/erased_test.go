package disklog

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

// TestErasureThatWasNotSynced: a recovery erases the header of a torn frame and
// cannot sync; the next one sees zeros. If it took them for what is on the disk, a
// power cut would bring the header back, beside the frame that has its LSN now.
func TestErasureThatWasNotSynced(t *testing.T) {
	o := Options{JournalMin: 32 << 10, JournalMax: 32 << 10}
	w := &wreck{T: t, fs: crashfs.New()}
	r := start(t, w.fs, "data", o)
	r.put(shardOf(1), "small")
	r.put(shardOf(1), strings.Repeat("large", 5000)) // goes to the next file
	w.fs = w.fs.CrashClone(nil)
	r.stopped()
	w.zero(journal2, journalHeader+512, 1024) // its header stands
	w.sync(journal2)

	faulty := faultfs.New(w.fs)
	faulty.Inject(faultfs.Rule{Match: func(op vfs.Op) bool {
		return op.Kind == vfs.OpSync && filepath.Base(op.Name) == journal2
	}})
	if _, err := Open(faulty, "data", o); err == nil {
		t.Fatal("the sync that fails was not met")
	}

	r = start(t, w.fs, "data", o)
	r.put(shardOf(1), "more") // goes to the first file
	w.fs = w.fs.CrashClone(nil)
	r.stopped()
	r = start(t, w.fs, "data", o)
	r.wantData(shardOf(1), "small more")
	r.stopped()
}
