package disklog

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// A journal file is made while the one before it is being filled: no commit waits
// for it.
func TestOperationsOfARotation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := crashfs.New()
		held := holdCalls(fs, func(op vfs.Op) bool { return op.Kind == vfs.OpRemove && strings.HasSuffix(op.Name, journalTemp) })
		r := start(t, held, "data", Options{JournalMin: 16 << 10, JournalMax: 16 << 10})
		synctest.Wait()
		fs.StartTrace()
		for n := range 4 {
			held.hold() // or the next file would be made beside the commit
			r.put(shardOf(1), fmt.Sprint(n))
			held.release()
			synctest.Wait()
		}
		wantOperations(t, fs, `
			write data/journal-0000000001 4096+4096
			sync data/journal-0000000001
			remove data/journal.new: file does not exist
			create data/journal.new
			write data/journal.new 0+16384
			write data/journal.new 0+4096
			sync data/journal.new
			rename data/journal.new data/journal-0000000002
			syncdir data
			write data/journal-0000000001 8192+4096
			sync data/journal-0000000001
			write data/journal-0000000001 12288+4096
			sync data/journal-0000000001
			write data/journal-0000000002 4096+4096
			sync data/journal-0000000002
			remove data/journal.new: file does not exist
			create data/journal.new
			write data/journal.new 0+16384
			write data/journal.new 0+4096
			sync data/journal.new
			rename data/journal.new data/journal-0000000003
			syncdir data
		`)
		r.stopped()
	})
}

// A frame that a crash has cut off is erased, and the erasure is durable, before
// anything else is written.
func TestOperationsOfRecoveryFromATornFrame(t *testing.T) {
	w := newWreck(t)
	w.zero(journal1, w.frame(29)+64, 4096-64)
	w.fs.StartTrace()
	l, err := Open(w.fs, "data", Options{})
	if err != nil {
		t.Fatal(err)
	}
	wantOperations(t, w.fs, `
		mkdir data
		syncdir data
		write data/journal-0000000001 49152+4096
		sync data/journal-0000000001
		write data/journal-0000000001 45056+4096
		sync data/journal-0000000001
		write data/manifest 496+280
		sync data/manifest
	`)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// A manifest with a torn record is written anew beside, before it is relied on.
func TestOperationsOfRecoveryFromATornManifest(t *testing.T) {
	w := newWreck(t)
	w.truncate(manifestName, w.size(manifestName)-20)
	w.fs.StartTrace()
	l, err := Open(w.fs, "data", Options{})
	if err != nil {
		t.Fatal(err)
	}
	wantOperations(t, w.fs, `
		mkdir data
		syncdir data
		write data/journal-0000000001 53248+4096
		sync data/journal-0000000001
		write data/journal-0000000001 49152+4096
		sync data/journal-0000000001
		remove data/manifest.new: file does not exist
		create data/manifest.new
		write data/manifest.new 0+368
		sync data/manifest.new
		rename data/manifest.new data/manifest
		syncdir data
		remove data/segment-0000000002
	`)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}
