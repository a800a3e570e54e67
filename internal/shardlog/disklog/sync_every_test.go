package disklog

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/shardlogtest"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

// killed returns the disk as a process left it that ended without a word while it
// did what live says. Everything that was written is there, synced or not.
func killed(t *testing.T, o Options, live func(r *rig)) *crashfs.FS {
	t.Helper()
	disk := crashfs.New()
	faulty := faultfs.New(disk)
	r := start(t, faulty, "data", o)
	live(r)
	faulty.Inject(faultfs.Rule{Match: faultfs.Mutating, Times: faultfs.Always})
	_ = r.stop()
	return disk
}

// untilSynced is a SyncEvery that no test waits for.
const untilSynced = time.Minute

func TestOperationsBetweenSyncs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := crashfs.New()
		r := start(t, fs, "data", Options{JournalMin: 256 << 10, SyncEvery: 10 * time.Millisecond})
		fs.StartTrace()
		r.put(shardOf(1), "a")
		time.Sleep(9 * time.Millisecond)
		r.put(shardOf(1), "b")
		time.Sleep(time.Millisecond)
		synctest.Wait()
		wantOperations(t, fs, `
			write data/journal-0000000001 4096+4096
			write data/journal-0000000001 8192+4096
			sync data/journal-0000000001
		`)
		// Nothing is synced that is.
		fs.StartTrace()
		time.Sleep(time.Second)
		synctest.Wait()
		wantOperations(t, fs, ``)
		// A seal is answered when it is durable, and so is what came before.
		r.put(shardOf(1), "c")
		if _, err := r.Seal(t.Context(), shardOf(1), 1); err != nil {
			t.Fatal(err)
		}
		r.put(shardOf(2), "d")
		r.stopped()
		wantOperations(t, fs, `
			write data/journal-0000000001 12288+4096
			write data/journal-0000000001 16384+4096
			sync data/journal-0000000001
			write data/journal-0000000001 20480+4096
			sync data/journal-0000000001
			write data/manifest 160+64
			sync data/manifest
		`)
	})
}

// A file has nothing before the one before it is durable.
func TestOperationsOfARotationBetweenSyncs(t *testing.T) {
	fs := crashfs.New()
	r := start(t, fs, "data", Options{JournalMin: 128 << 10, JournalMax: 128 << 10, SyncEvery: untilSynced})
	r.put(shardOf(1), strings.Repeat("x", 100<<10))
	r.waitNext()
	fs.StartTrace()
	r.put(shardOf(1), strings.Repeat("x", 20<<10)) // not so much that a third file is made
	wantOperations(t, fs, `
		sync data/journal-0000000001
		write data/journal-0000000002 4096+24576
	`)
	r.stopped()
}

// A memtable is flushed when its frames are durable.
func TestOperationsOfAFlushBetweenSyncs(t *testing.T) {
	fs := crashfs.New()
	o, written := flushed(1 << 10)
	o.JournalMin, o.JournalMax = 1<<20, 1<<20
	o.SyncEvery = untilSynced
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

// Recovery makes durable what it found, and erases what it cut off.
func TestOperationsOfRecoveryBetweenSyncs(t *testing.T) {
	w := newTail(t)
	w.zero(journal1, tailFrameAt(9)+64, 100)
	w.zero(journal1, tailFrameAt(10), 4096)
	w.fs.StartTrace()
	l, err := Open(w.fs, "data", Options{})
	if err != nil {
		t.Fatal(err)
	}
	wantOperations(t, w.fs, `
		mkdir data
		syncdir data
		write data/journal-0000000001 36864+4096
		write data/journal-0000000001 45056+4096
		sync data/journal-0000000001
		write data/journal-0000000001 28672+8192
		sync data/journal-0000000001
		write data/manifest 96+64
		sync data/manifest
	`)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// newTail returns a folder whose journal has frames 1 to 5 with the records 0 to
// 4 of shard 1, frame 6 with a seal, up to which it was synced, and 7 to 11 with
// the records 5 to 9, of which no sync is known.
func newTail(t *testing.T) *wreck {
	o := Options{Unwrap: shardlogtest.Unwrap, JournalMin: 256 << 10, SyncEvery: untilSynced}
	return &wreck{T: t, fs: killed(t, o, func(r *rig) {
		data, _ := numbered(0, 10)
		for _, d := range data[:5] {
			r.put(shardOf(1), d)
		}
		if _, err := r.Seal(t.Context(), shardOf(2), 1); err != nil {
			t.Fatal(err)
		}
		for _, d := range data[5:] {
			r.put(shardOf(1), d)
		}
	})}
}

// tailFrameAt returns where a frame of newTail lies.
func tailFrameAt(lsn int64) int64 { return lsn * 4096 }

// damageBetweenSyncs: what was certainly durable and is missing is damage.
func damageBetweenSyncs(t *testing.T) {
	f := onWreck(t, newTail)
	behind7 := refused(journal1, "no good frame, and frame 7 lies behind it at byte 28672, written when frame 6 was durable")
	f("hole before the sync", erased(3), behind7)
	f("bit before the sync", flipped(journal1, tailFrameAt(1)+80), behind7)
	f("last frame before the sync", erased(6), behind7)
	f("holes before and behind the sync", erased(2, 7, 8, 9, 10), refused(journal1, "no good frame, and frame 11 lies behind it"))
	f("frame in another's place", moved(10, 8), refused(journal1, "frame 10 follows frame 7"))
	f("frame behind those that it comes before", func(w *wreck) {
		moved(7, 11)(w)
		erased(10)(w)
	}, refused(journal1, "no good frame, and frame 7 lies behind it"))
	f("synced when it was written", func(w *wreck) {
		w.reseal(journal1, tailFrameAt(9), func(p []byte) { p[48] = 9 })
	}, refused(journal1, "frame 9 says that frame 9 was durable before it"))
	f("newer format behind a hole", func(w *wreck) {
		erased(9)(w)
		w.reseal(journal1, tailFrameAt(10), func(p []byte) { p[4] = 2 })
	}, newerFormat(journal1, "format 2"))
	f("hole after a stop in good order", func(w *wreck) {
		w.stopWell()
		erased(9)(w)
	}, refused(journal1, "journal ends with frame 8, and had reached frame 11"))
}

// erased takes frames of newTail away, and moved puts one in another's place.
func erased(lsns ...int64) func(*wreck) {
	return func(w *wreck) {
		for _, lsn := range lsns {
			w.zero(journal1, tailFrameAt(lsn), 4096)
		}
	}
}

func moved(from, to int64) func(*wreck) {
	return func(w *wreck) {
		frame := w.bytesOf(journal1)[tailFrameAt(from):][:4096]
		w.edit(journal1, tailFrameAt(to), func(p []byte) { copy(p, frame) }, 4096)
	}
}

// TestTornTailBetweenSyncs: from the first frame on that a power cut took nothing
// counts, even if it is whole.
func TestTornTailBetweenSyncs(t *testing.T) {
	f := func(name string, damage func(w *wreck), left int) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			w := newTail(t)
			damage(w)
			if report, err := Verify(w.fs, "data", shardlogtest.Unwrap); err != nil {
				t.Errorf("Verify: %+v, %v", report, err)
			}
			data, want := numbered(0, left)
			r := start(t, w.fs, "data", Options{SyncEvery: untilSynced})
			r.wantData(shardOf(1), want)
			if report, err := Verify(w.fs, "data", shardlogtest.Unwrap); err != nil || report.TornTail {
				t.Errorf("Verify after recovery: %+v, %v", report, err)
			}
			// Recovery has made durable what it found, and what comes next takes
			// the place of what it cut off.
			w.fs = w.fs.CrashClone(nil)
			_ = r.stop()
			for _, size := range []int{9000, 1, 5000} {
				more := strings.Repeat("x", size)
				data = append(data, more)
				r = start(t, w.fs, "data", Options{SyncEvery: untilSynced})
				r.put(shardOf(1), more)
				r.stopped()
			}
			r = start(t, w.fs, "data", Options{})
			r.wantData(shardOf(1), strings.Join(data, " "))
			r.stopped()
		})
	}
	f("nothing", func(*wreck) {}, 10)
	f("last", erased(11), 9)
	f("hole", erased(9), 7)
	f("two holes", erased(8, 10), 6)
	f("first behind the sync", erased(7), 5)
	f("all behind the sync", erased(7, 8, 9, 10, 11), 5)
	f("torn, no body", func(w *wreck) { w.zero(journal1, tailFrameAt(9)+64, 4096-64) }, 7)
	f("torn, half a header", func(w *wreck) { w.zero(journal1, tailFrameAt(9)+32, 32) }, 7)
}

// A frame that goes to the next file says that the one before has no torn tail.
func TestTornFrameBeforeAnotherFile(t *testing.T) {
	o := Options{Unwrap: shardlogtest.Unwrap, JournalMin: 64 << 10, JournalMax: 64 << 10, SyncEvery: untilSynced}
	w := &wreck{T: t}
	w.fs = killed(t, o, func(r *rig) {
		r.put(shardOf(1), strings.Repeat("x", 50<<10))
		r.waitNext()
		r.put(shardOf(1), strings.Repeat("x", 12<<10))
	})
	whole := w.bytesOf(journal1)
	torn := frameHeader{subs: 1, lsn: 2, length: 100, synced: 1}
	torn.generation, torn.prev = le.Uint64(whole[24:]), le.Uint32(whole[4096+60:])
	w.edit(journal1, 4096+52<<10, func(p []byte) { torn.put(p) }, headerSize)
	_, err := Open(w.fs, "data", Options{})
	if c, ok := errors.AsType[*CorruptionError](err); !ok || !strings.Contains(c.Reason, "no good frame, and frame 2 lies behind it at byte 57344, frame 2 in the next file") {
		t.Errorf("Open: %v", err)
	}
}

// A sync that fails after its records were acknowledged ends the log; they are
// read nevertheless, and found again.
func TestFailedSyncBetweenSyncs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := crashfs.New()
		faulty := faultfs.New(disk)
		r := start(t, faulty, "data", Options{SyncEvery: time.Second})
		r.put(shardOf(1), "acknowledged")
		faulty.Inject(faultfs.Rule{Match: faultfs.Kind("sync")})
		time.Sleep(time.Second)
		synctest.Wait()
		if err := <-r.ran; !errors.Is(err, faultfs.ErrIO) {
			t.Errorf("Run: %v", err)
		}
		r.ran <- nil
		if _, err := r.Append(t.Context(), batchOf(1, 1, 0)); !errors.Is(err, shardlog.ErrClosed) {
			t.Errorf("Append afterwards: %v", err)
		}
		r.wantData(shardOf(1), "acknowledged")
		r.stopped()
		r = start(t, disk, "data", Options{})
		r.wantData(shardOf(1), "acknowledged")
		r.stopped()
	})
}

// TestEveryJournalFaultBetweenSyncs lets each write and sync of the journal fail
// once, after some records were acknowledged that are not synced. The log ends, and
// the next one finds them and makes them durable.
func TestEveryJournalFaultBetweenSyncs(t *testing.T) {
	f := func(name string, rule faultfs.Rule) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			for n := 0; ; n++ {
				rule.After = n
				met, err := journalFault(uint64(n), rule)
				if err != nil {
					t.Fatalf("call %d: %v", n, err)
				}
				if !met {
					t.Logf("%d calls", n)
					return
				}
			}
		})
	}
	journal := func(kinds ...vfs.Kind) func(vfs.Op) bool {
		is := faultfs.Kind(kinds...)
		return func(op vfs.Op) bool { return is(op) && strings.Contains(op.Name, journalPrefix) }
	}
	f("failed", faultfs.Rule{Match: journal(vfs.OpWrite, vfs.OpSync)})
	f("cut short", faultfs.Rule{Match: journal(vfs.OpWrite), Short: 512})
}

// journalFault runs the load in two lives with one fault, and reports whether it
// was met.
func journalFault(seed uint64, rule faultfs.Rule) (met bool, err error) {
	rng := rand.New(rand.NewPCG(seed, 1))
	disk, g := crashfs.New(), newLedger()
	faulty := faultfs.New(disk)
	fault := faulty.Inject(rule)
	o := tiny
	o.SyncEvery = untilSynced
	for life := range byte(2) {
		if _, err := faultyLife(rng, faulty, g, life, o); err != nil {
			return false, err
		}
	}
	for range 2 {
		l, err := Open(disk, "data", o)
		if err != nil {
			return false, fmt.Errorf("recover: %w", err)
		}
		if err := errors.Join(g.check(l), l.Close()); err != nil {
			return false, err
		}
		disk = disk.Crash(rng)
	}
	return fault.Failed() > 0, nil
}

func TestSyncEveryIsInBounds(t *testing.T) {
	f := func(every time.Duration, ok bool) {
		t.Helper()
		if _, err := (Options{SyncEvery: every}).withDefaults(); (err == nil) != ok {
			t.Errorf("%v: %v", every, err)
		}
	}
	f(0, true)
	f(time.Millisecond, true)
	f(time.Minute, true)
	f(-1, false)
	f(time.Microsecond, false)
	f(time.Minute+1, false)
}
