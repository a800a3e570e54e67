package disklog

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

// journalOnDisk adds up the sizes of a folder's journal files.
func journalOnDisk(t *testing.T, dir string) (bytes int64, files int) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "journal*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		bytes += info.Size()
	}
	return bytes, len(names)
}

// With the sizes that a server has: after a load that has made the journal's
// files grow to 128 MiB, the folder becomes small while nothing is written, or a
// little; nothing is lost, and the next load makes the files grow again.
func TestIdleFolderBecomesSmall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		var largest int64
		o := Options{Events: Events{JournalRotated: func(j JournalRotated) { largest = max(largest, j.Size) }}}
		r := start(t, vfs.OS, dir, o)
		load := func() {
			for largest < 64<<20 {
				appendAll(t, r.Log, batchOf(4000, 4, 0))
			}
			synctest.Wait()
		}
		load()
		if bytes, _ := journalOnDisk(t, dir); bytes < 100<<20 {
			t.Errorf("the journal has %d bytes under load", bytes)
		}
		for range 90 {
			time.Sleep(10 * time.Second)
			r.put(shardOf(1), "a little")
		}
		synctest.Wait()
		bytes, files := journalOnDisk(t, dir)
		t.Logf("%d bytes in %d journal files while little is written", bytes, files)
		if bytes > 8<<20 {
			t.Errorf("%d bytes in %d journal files", bytes, files)
		}
		before := r.State(batchOf(1, 1, 0)[0].Shard)
		r.stopped()
		r = start(t, vfs.OS, dir, o)
		if after := r.State(batchOf(1, 1, 0)[0].Shard); after != before {
			t.Errorf("state %+v, was %+v", after, before)
		}
		r.wantData(shardOf(1), strings.TrimSuffix(strings.Repeat("a little ", 90), " "))
		largest = 0
		load()
		r.stopped()
	})
}

// A log that is opened after a load becomes small as well.
func TestIdleFolderBecomesSmallAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := crashfs.New()
		o := Options{JournalMin: 64 << 10, JournalMax: 1 << 20, tidy: tidyOptions{idleJournal: 1, quietAfter: 30 * time.Second}}
		r := start(t, fs, "data", o)
		for range 60 {
			r.put(shardOf(1), strings.Repeat("x", 60<<10))
		}
		r.stopped()
		r = start(t, fs, "data", o)
		r.mu.Lock()
		loaded := r.journalSizeLocked()
		r.mu.Unlock()
		settle()
		r.mu.Lock()
		if idle := r.journalSizeLocked(); idle > 6*o.JournalMin || loaded < 2<<20 {
			t.Errorf("%d bytes of journal, %d after the load", idle, loaded)
		}
		r.mu.Unlock()
		r.wantData(shardOf(1), strings.TrimSuffix(strings.Repeat(strings.Repeat("x", 60<<10)+" ", 60), " "))
		r.stopped()
	})
}

// Appends that come while the journal shrinks find their place.
func TestAppendsWhileTheJournalShrinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := Options{JournalMin: 64 << 10, JournalMax: 1 << 20, tidy: tidyOptions{idleJournal: 1, quietAfter: time.Millisecond}}
		r := start(t, crashfs.New(), "data", o)
		var want []string
		for n := range 300 {
			data := strings.Repeat("x", n*n%200_000)
			want = append(want, data)
			r.put(shardOf(1), data)
			time.Sleep(time.Duration(n%5) * time.Millisecond)
		}
		r.wantData(shardOf(1), strings.Join(want, " "))
		r.stopped()
	})
}

// While the disk is full nothing is made small, and nothing is refused for it.
func TestNoRoomToShrink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := crashfs.New()
		o := Options{JournalMin: 64 << 10, JournalMax: 1 << 20, tidy: tidyOptions{idleJournal: 1, quietAfter: 30 * time.Second}}
		r := start(t, fs, "data", o)
		for range 40 {
			r.put(shardOf(1), strings.Repeat("x", 60<<10))
		}
		synctest.Wait()
		fs.SetQuota(fs.Used() + int64(r.space.needed(r.o.Reserve)))
		settle()
		if _, err := r.Append(t.Context(), []shardlog.Entry{{Shard: shardOf(2), Data: []byte("taken")}}); err != nil {
			t.Error(err)
		}
		r.stopped()
	})
}

// The journal shrinks also if the last append filled the memtable, so that there is
// nothing to flush.
func TestTheJournalShrinksWithNothingToFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := crashfs.New()
		o, written := flushed(600 << 10)
		o.JournalMin, o.JournalMax = 64<<10, 4<<20
		o.tidy.idleJournal, o.tidy.quietAfter = 1, 30*time.Second
		r := start(t, fs, "data", o)
		var want []string
		for len(written) == 0 {
			want = append(want, strings.Repeat("x", 30<<10))
			r.put(shardOf(1), want[0])
			synctest.Wait()
		}
		settle()
		r.mu.Lock()
		if idle := r.journalSizeLocked(); idle > o.JournalMin || len(r.mu.old) > 0 {
			t.Errorf("%d bytes of journal, %d old files", idle, len(r.mu.old))
		}
		r.mu.Unlock()
		crashed := fs.CrashClone(nil)
		r.stopped()
		r = start(t, crashed, "data", o)
		r.wantData(shardOf(1), strings.Join(want, " "))
		r.stopped()
	})
}

// While the journal shrinks a file that was made for an append that waits is kept
// for it; not for ever, since the append may have been given up.
func TestAWantedFileOutlivesShrinking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := Options{JournalMin: 64 << 10, JournalMax: 1 << 20, tidy: tidyOptions{idleJournal: 1}}
		l, err := Open(crashfs.New(), "data", o)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		l.shrinking.Store(true)
		l.mu.want = 300 << 10
		if err := l.prepareNext(l.nextSize()); err != nil {
			t.Fatal(err)
		}
		f := func(want bool) {
			t.Helper()
			if err := l.shrink(); err != nil {
				t.Fatal(err)
			}
			if got := l.mu.next != nil; got != want {
				t.Errorf("there is a next file: %t", got)
			}
		}
		f(true)
		time.Sleep(l.o.tidy.quietAfter - 1)
		f(true)
		time.Sleep(time.Nanosecond)
		f(false)
	})
}

// Bursts with quiet times between them do not make the journal's files anew each
// time: that would be as much in zeros as in records. The sizes are a sixty-fourth
// of those of a server.
func TestBurstsMakeFewFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := faultfs.New(crashfs.New())
		var zeros, appended int64
		fs.Inject(faultfs.Rule{After: faultfs.Never, Before: func(op vfs.Op) { zeros += op.Length }, Match: func(op vfs.Op) bool {
			return op.Kind == vfs.OpWrite && strings.HasSuffix(op.Name, journalTemp)
		}})
		o := Options{MemtableBytes: 1 << 20, JournalMin: 64 << 10, JournalMax: 2 << 20, tidy: tidyOptions{idleJournal: 512 << 10}}
		r := start(t, fs, "data", o)
		for range 50 {
			for range 30 {
				r.put(shardOf(1), strings.Repeat("x", 31<<10))
				appended += 31 << 10
			}
			time.Sleep(15 * time.Minute)
		}
		r.stopped()
		t.Logf("%d bytes appended, %d of journal files made", appended, zeros)
		if zeros > appended/2 {
			t.Errorf("journal files of %d bytes were made for %d", zeros, appended)
		}
	})
}
