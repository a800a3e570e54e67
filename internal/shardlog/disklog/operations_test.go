package disklog

import (
	"fmt"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// wantOperations compares the calls that changed the disk with a list, one line
// each. FORMAT.md, section 8, says the same in words; a change here is a change
// of what a crash may leave behind.
func wantOperations(t *testing.T, fs *crashfs.FS, want string) {
	t.Helper()
	var lines []string
	for line := range strings.Lines(want) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	got := fs.Trace()
	if strings.Join(got, "\n") != strings.Join(lines, "\n") {
		t.Errorf("operations:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(lines, "\n  "))
	}
}

func TestOperationsOfANewFolder(t *testing.T) {
	fs := crashfs.New()
	fs.StartTrace()
	l, err := Open(fs, "data", tiny)
	if err != nil {
		t.Fatal(err)
	}
	wantOperations(t, fs, `
		mkdir data
		syncdir .
		syncdir .
		remove data/manifest.new: file does not exist
		create data/manifest.new
		write data/manifest.new 0+96
		sync data/manifest.new
		rename data/manifest.new data/manifest
		syncdir data
		remove data/journal-0000000001: file does not exist
		remove data/journal.new: file does not exist
		create data/journal.new
		write data/journal.new 0+16384
		write data/journal.new 0+4096
		sync data/journal.new
		rename data/journal.new data/journal-0000000001
		syncdir data
		write data/manifest 96+64
		sync data/manifest
	`)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// A commit is one write and one sync, whatever the number of shards; a control
// is a commit like any other.
func TestOperationsOfACommit(t *testing.T) {
	fs := crashfs.New()
	r := start(t, fs, "data", Options{JournalMin: 256 << 10})
	fs.StartTrace()
	r.put(shardOf(1), "a")
	appendAll(t, r.Log, batchOf(10, 5, 0))
	if _, err := r.Seal(t.Context(), shardOf(1), 1); err != nil {
		t.Fatal(err)
	}
	wantOperations(t, fs, `
		write data/journal-0000000001 4096+4096
		sync data/journal-0000000001
		write data/journal-0000000001 8192+12288
		sync data/journal-0000000001
		write data/journal-0000000001 20480+4096
		sync data/journal-0000000001
	`)
	r.stopped()
}

func TestOperationsOfAFlush(t *testing.T) {
	fs := crashfs.New()
	o, written := flushed(1 << 10)
	o.JournalMin, o.JournalMax = 1<<20, 1<<20
	r := start(t, fs, "data", o)
	fs.StartTrace()
	r.put(shardOf(1), strings.Repeat("x", 1000))
	<-written
	wantOperations(t, fs, `
		write data/journal-0000000001 4096+4096
		sync data/journal-0000000001
		remove data/segment-0000000001: file does not exist
		create data/segment-0000000001
		write data/segment-0000000001 0+4096
		sync data/segment-0000000001
		syncdir data
		write data/manifest 160+224
		sync data/manifest
	`)
	r.stopped()
}

// Segments of one flush share the folder's sync and the manifest's edit.
func TestOperationsOfAFlushOfTwoClasses(t *testing.T) {
	fs := crashfs.New()
	o, written := flushed(1 << 10)
	o.JournalMin, o.JournalMax = 1<<20, 1<<20
	r := start(t, fs, "data", o)
	if err := r.Configure(t.Context(), streamOf(2), shardlog.Settings{Retention: 31 * day}); err != nil {
		t.Fatal(err)
	}
	fs.StartTrace()
	appendAll(t, r.Log, []shardlog.Entry{
		{Shard: shardlog.Shard{Stream: streamOf(2)}, Data: make([]byte, 1000)},
		{Shard: shardOf(1), Data: make([]byte, 100)},
	})
	<-written
	<-written
	wantOperations(t, fs, `
		write data/journal-0000000001 4096+4096
		sync data/journal-0000000001
		remove data/segment-0000000001: file does not exist
		create data/segment-0000000001
		write data/segment-0000000001 0+4096
		sync data/segment-0000000001
		remove data/segment-0000000002: file does not exist
		create data/segment-0000000002
		write data/segment-0000000002 0+4096
		sync data/segment-0000000002
		syncdir data
		write data/manifest 160+384
		sync data/manifest
	`)
	r.stopped()
}

func TestOperationsOfJournalFiles(t *testing.T) {
	fs := crashfs.New()
	l, err := Open(fs, "data", tiny)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	fs.StartTrace()
	f, err := l.createJournal(2, 32<<10)
	if err != nil {
		t.Fatal(err)
	}
	l.closeJournal(f)
	if f, err = l.recycleJournal(f, 5); err != nil {
		t.Fatal(err)
	}
	l.closeJournal(f)
	wantOperations(t, fs, `
		remove data/journal.new: file does not exist
		create data/journal.new
		write data/journal.new 0+32768
		write data/journal.new 0+4096
		sync data/journal.new
		rename data/journal.new data/journal-0000000002
		syncdir data
		write data/journal-0000000002 0+4096
		sync data/journal-0000000002
		rename data/journal-0000000002 data/journal-0000000005
		syncdir data
	`)
}

func TestOperationsOfRecovery(t *testing.T) {
	fs := crashfs.New()
	r := start(t, fs, "data", Options{JournalMin: 64 << 10})
	r.put(shardOf(1), "a")
	r.put(shardOf(1), strings.Repeat("b", 5000))
	r.stopped()
	fs.StartTrace()
	l, err := Open(fs, "data", Options{JournalMin: 64 << 10})
	if err != nil {
		t.Fatal(err)
	}
	wantOperations(t, fs, `
		mkdir data
		syncdir data
		write data/journal-0000000001 16384+4096
		sync data/journal-0000000001
		write data/manifest 160+64
		sync data/manifest
	`)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// Removing a segment: the manifest first, then the file, and not while a reader
// has it.
func TestOperationsOfRemoval(t *testing.T) {
	fs := crashfs.New()
	o, written := flushed(1 << 10)
	o.JournalMin, o.JournalMax = 1<<20, 1<<20
	removed := make(chan uint64, 1)
	o.Events.SegmentRemoved = func(n uint64) { removed <- n }
	r := start(t, fs, "data", o)
	r.put(shardOf(1), strings.Repeat("x", 1000))
	<-written
	v := r.segments.acquire()
	fs.StartTrace()
	if err := r.Drop(t.Context(), streamOf(1)); err != nil {
		t.Fatal(err)
	}
	<-removed
	wantOperations(t, fs, `
		write data/journal-0000000001 8192+4096
		sync data/journal-0000000001
		write data/manifest 384+72
		sync data/manifest
	`)
	fs.StartTrace()
	r.segments.release(v)
	wantOperations(t, fs, `
		remove data/segment-0000000001
	`)
	r.stopped()
}

// One sync per group and one per segment: what appends ask of the disk while
// their sync is under way goes into one frame.
func TestAppendsShareASync(t *testing.T) {
	fs := crashfs.New()
	groups := make(chan GroupCommitted, 100)
	held := holdSyncs(fs)
	r := start(t, held, "data", Options{Events: Events{GroupCommitted: func(g GroupCommitted) { groups <- g }}})
	held.hold()
	answers := make(chan string, 10)
	appending := func(n int) {
		go func() {
			_, err := r.Append(t.Context(), batchOf(2, 2, n))
			answers <- fmt.Sprint(err)
		}()
	}
	appending(0)
	<-held.reached // the first group is being synced
	for n := range 9 {
		appending(n)
	}
	r.waitJoined(9)
	held.release()
	for range 10 {
		if got := <-answers; got != "<nil>" {
			t.Error(got)
		}
	}
	for _, want := range []int{1, 9} {
		if g := <-groups; g.Appends != want || g.Entries != 2*want {
			t.Errorf("group of %d appends with %d entries, want %d", g.Appends, g.Entries, want)
		}
	}
	r.stopped()
}
