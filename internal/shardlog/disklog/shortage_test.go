package disklog

import (
	"errors"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

// A shortage that begins while another lasts is told to those who wait for a
// place, and to the flusher, which is the one to look when it ends.
func TestASecondShortageIsTold(t *testing.T) {
	f := func(first, second shortage) {
		t.Helper()
		l, err := Open(crashfs.New(), "data", tiny)
		if err != nil {
			t.Fatal(err)
		}
		l.report(first, vfs.ErrNoSpace)
		<-l.kicks.flusher
		l.mu.Lock()
		changed := l.changedLocked()
		l.mu.Unlock()
		l.report(second, vfs.ErrNoSpace)
		select {
		case <-changed:
		default:
			t.Error("who waits is not told")
		}
		if len(l.kicks.flusher) == 0 {
			t.Error("the flusher is not told")
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	f(lowSpace, noJournal)
	f(noJournal, lowSpace)
}

// Journal files that are kept for recycling are given back when the disk is
// nearly full, also if there is nothing to flush.
func TestSparesAreGivenBack(t *testing.T) {
	disk := crashfs.New()
	o, written := flushed(16 << 10)
	o.JournalMin, o.JournalMax, o.Retry = 16<<10, 16<<10, 1
	r := start(t, disk, "data", o)
	spares := func() int {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.mu.next == nil {
			return len(r.mu.spares) - 1 // it is to be the next one
		}
		return len(r.mu.spares)
	}
	for spares() < 1 {
		r.put(shardOf(1), strings.Repeat("x", 9<<10))
		r.put(shardOf(1), strings.Repeat("x", 9<<10))
		<-written
	}
	disk.SetQuota(disk.Used())
	r.checkSpace()
	for spares() > 0 {
		runtime.Gosched()
	}
	r.stopped()
}

// A journal file that was made, but could not be named durably on a full disk, is
// removed before the next one is made.
func TestUnnamedJournalFilesAreRemoved(t *testing.T) {
	disk := faultfs.New(crashfs.New())
	healed := make(chan struct{}, 10)
	o := Options{JournalMin: 64 << 10, JournalMax: 64 << 10, Retry: 1}
	o.Events.NoSpace = func(err error) {
		if err == nil {
			healed <- struct{}{}
		}
	}
	r := start(t, disk, "data", o)
	disk.Inject(faultfs.Rule{Match: faultfs.Kind(vfs.OpSyncDir), Times: 3, Err: vfs.ErrNoSpace})
	r.put(shardOf(1), strings.Repeat("x", 20<<10)) // the next file is made now
	<-healed
	names, err := disk.List("data")
	if n := numbersOf(names, journalPrefix); err != nil || len(n) != 2 {
		t.Errorf("journal files %v, %v; want the current and the next", n, err)
	}
	r.stopped()
}

// A spare that cannot be made the next file is removed: nobody would know of it.
func TestASpareThatFails(t *testing.T) {
	f := func(kind vfs.Kind) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			disk := faultfs.New(crashfs.New())
			o, _ := flushed(16 << 10)
			o.JournalMin, o.JournalMax, o.Retry = 16<<10, 16<<10, 1
			o.tidy.idleJournal, o.tidy.quietAfter = 1<<30, time.Hour
			r := start(t, disk, "data", o)
			fill := func() {
				t.Helper()
				for range 10 {
					r.put(shardOf(1), strings.Repeat("x", 9<<10))
					synctest.Wait()
				}
			}
			fill()
			fault := disk.Inject(faultfs.Rule{Err: syscall.EMFILE, Match: func(op vfs.Op) bool {
				return op.Kind == kind && strings.Contains(op.Name, journalPrefix) && op.Offset == 0
			}})
			fill()
			names, err := disk.List("data")
			if n := len(numbersOf(names, journalPrefix)); err != nil || n != r.Stats().JournalFiles || fault.Failed() != 1 {
				t.Errorf("%d journal files are in the folder, the log knows %d; %v, %d faults", n, r.Stats().JournalFiles, err, fault.Failed())
			}
			r.stopped()
		})
	}
	f(vfs.OpOpenWrite)
	f(vfs.OpWrite)
}

// A disk that does not say how much is free is no reason to end the log.
func TestFreeSpaceThatIsNotKnown(t *testing.T) {
	disk := faultfs.New(crashfs.New())
	r := start(t, disk, "data", tiny)
	disk.Inject(faultfs.Rule{Match: faultfs.Kind(vfs.OpFree), Times: faultfs.Always})
	for range 20 {
		r.put(shardOf(1), strings.Repeat("x", 10<<10))
	}
	r.stopped()
}

// Want of descriptors passes: it holds appends back where a file is to be made,
// and does not end the log.
func TestNoDescriptorIsLeft(t *testing.T) {
	f := func(prefix string) {
		t.Helper()
		disk := faultfs.New(crashfs.New())
		o, written := flushed(16 << 10)
		o.Retry = 1
		healed := make(chan struct{}, 100)
		o.Events.NoSpace = func(err error) {
			if err == nil {
				healed <- struct{}{}
			}
		}
		r := start(t, disk, "data", o)
		match := func(op vfs.Op) bool { return op.Kind == vfs.OpCreate && strings.Contains(op.Name, prefix) }
		disk.Inject(faultfs.Rule{Match: match, Times: 3, Err: syscall.EMFILE})
		// Fills a memtable, and needs a journal file of its size.
		appendThrough(r, strings.Repeat("x", 40<<10), healed)
		<-written
		r.stopped()
	}
	f(journalTemp)
	f(segmentPrefix)
}

// appendThrough appends data, again after each shortage.
func appendThrough(r *rig, data string, healed chan struct{}) {
	r.Helper()
	for {
		results, err := r.Append(r.Context(), []shardlog.Entry{{Shard: shardOf(1), Data: []byte(data)}})
		switch {
		case errors.Is(err, shardlog.ErrNoSpace):
			<-healed
		case err != nil || results[0].Err != nil:
			r.Fatalf("%+v, %v", results, err)
		default:
			return
		}
	}
}
