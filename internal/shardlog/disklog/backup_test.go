package disklog

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/shardlogtest"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

// TestBackupUnderLoad makes backups while workers append, seal, trim and drop, and
// segments are flushed and removed. Each is opened and compared with the ledger.
func TestBackupUnderLoad(t *testing.T) {
	f := func(name string, o Options, link error) {
		t.Run(name, func(t *testing.T) {
			disk := crashfs.New()
			faulty := faultfs.New(disk)
			if link != nil {
				faulty.Inject(faultfs.Rule{Match: faultfs.Kind(vfs.OpLink), Err: link, Times: faultfs.Always})
			}
			r := start(t, faulty, "data", o)
			s := &story{rng: rand.New(rand.NewPCG(7, 7)), ledger: newLedger()}
			var workers sync.WaitGroup
			failures := make(chan error, 10)
			for w := range 3 {
				rng := rand.New(rand.NewPCG(uint64(w), 1))
				workers.Go(func() { failures <- s.work(rng, w, r.Log) })
			}
			var before []*ledger
			var linked, copied int64
			for n := range 12 {
				s.awaitEntries(uint64(n * 400))
				before = append(before, s.ledger.clone())
				report, err := backup(t.Context(), r.Log, fmt.Sprint("backup/", n))
				if err != nil {
					t.Fatal(err)
				}
				linked, copied = linked+report.LinkedBytes, copied+report.CopiedBytes
			}
			r.stopped()
			workers.Wait()
			close(failures)
			for err := range failures {
				if err != nil {
					t.Fatal(err)
				}
			}
			if (linked > 0) == (link != nil) || (copied > 0) != (link != nil) {
				t.Errorf("%d bytes linked, %d copied", linked, copied)
			}
			for n, known := range before {
				wantBackup(t, disk, fmt.Sprint("backup/", n), known, s.ledger)
			}
		})
	}
	late := tiny
	late.SyncEvery = time.Minute
	f("Links", tiny, nil)
	f("LateSyncs", late, nil)
	f("OtherDevice", tiny, vfs.ErrOtherDevice)
	f("NoLinks", tiny, errors.ErrUnsupported)
}

// backup makes one in target.
func backup(ctx context.Context, l *Log, target string) (BackupReport, error) {
	c, err := l.Cut(ctx)
	if err != nil {
		return BackupReport{}, err
	}
	defer c.Release()
	return c.CopyTo(ctx, target)
}

// awaitEntries waits until the load has made n entries. There is no event to wait
// for: who appends is not to be held up.
func (s *story) awaitEntries(n uint64) {
	made := func() uint64 {
		s.ledger.mu.Lock()
		defer s.ledger.mu.Unlock()
		return s.ledger.nextID
	}
	for made() < n {
		runtime.Gosched()
	}
}

// wantBackup opens a backup, as it is and as it may be found after a power cut,
// and checks it.
func wantBackup(t *testing.T, disk *crashfs.FS, dir string, before, after *ledger) {
	t.Helper()
	for _, disk := range []*crashfs.FS{disk, disk.CrashClone(nil)} {
		if _, err := Verify(disk, dir, shardlogtest.Unwrap); err != nil {
			t.Fatalf("%s: %v", dir, err)
		}
		// It is opened in a copy: recovery may write.
		l, err := Open(disk.CrashClone(nil), dir, tiny)
		if err != nil {
			t.Fatalf("%s: %v", dir, err)
		}
		if err := errors.Join(checkBackup(l, before, after), l.Close()); err != nil {
			t.Fatalf("%s: %v", dir, err)
		}
	}
}

func TestOperationsOfABackup(t *testing.T) {
	fs := crashfs.New()
	o, written := flushed(1 << 10)
	o.JournalMin, o.JournalMax = 1<<20, 1<<20
	r := start(t, fs, "data", o)
	r.put(shardOf(1), strings.Repeat("x", 1000))
	<-written
	r.put(shardOf(1), "in the journal")
	fs.StartTrace()
	report, err := backup(t.Context(), r.Log, "backups/today")
	if err != nil {
		t.Fatal(err)
	}
	if want := (BackupReport{Segments: 1, LinkedBytes: 4096, JournalBytes: 8192, LastFrame: 2}); report != want {
		t.Errorf("report %+v, want %+v", report, want)
	}
	wantOperations(t, fs, `
		mkdir backups/today
		syncdir backups
		syncdir .
		link data/segment-0000000001 backups/today/segment-0000000001
		create backups/today/journal-0000000001
		write backups/today/journal-0000000001 4096+4096
		write backups/today/journal-0000000001 0+4096
		sync backups/today/journal-0000000001
		syncdir backups/today
		remove backups/today/manifest.new: file does not exist
		create backups/today/manifest.new
		write backups/today/manifest.new 0+256
		sync backups/today/manifest.new
		rename backups/today/manifest.new backups/today/manifest
		syncdir backups/today
	`)
	r.stopped()
}

// While a backup reads the journal no file of it is used again, and afterwards
// those that had to stay are.
func TestBackupKeepsJournalFiles(t *testing.T) {
	fs := crashfs.New()
	o, written := flushed(20 << 10)
	o.JournalMin, o.JournalMax = 16<<10, 16<<10
	r := start(t, fs, "data", o)
	r.put(shardOf(1), "first")
	c, err := r.Cut(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 30 {
		r.put(shardOf(1), strings.Repeat("x", 3000))
	}
	<-written
	<-written
	p := &placer{ctx: t.Context(), fs: fs, target: "backup"}
	if err := p.begin(); err != nil {
		t.Fatal(err)
	}
	if _, err := p.journal(c); err != nil {
		t.Errorf("the journal of the cut: %v", err)
	}
	held := c.journals[0].path
	if _, err := vfs.SizeOf(fs, held); err != nil {
		t.Errorf("the cut's journal file: %v", err)
	}
	c.Release()
	r.waitRecycled(c.journals[0].sequence)
	r.stopped()
}

// waitRecycled waits until the journal file is not kept for its frames any more.
// There is no event to wait for: nobody need know.
func (r *rig) waitRecycled(sequence uint64) {
	kept := func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return slices.ContainsFunc(r.mu.old, func(f *journalFile) bool { return f.sequence == sequence })
	}
	for kept() {
		runtime.Gosched()
	}
}

// A backup that fails or is cut off (a folder that cannot be listed is taken for
// one that is there) leaves a folder that is no log, and the
// source as it was.
func TestBackupCutShort(t *testing.T) {
	for n := 0; ; n++ {
		disk := crashfs.New()
		faulty := faultfs.New(disk)
		o, written := flushed(1 << 10)
		r := start(t, faulty, "data", o)
		r.put(shardOf(1), strings.Repeat("x", 1000))
		<-written
		r.put(shardOf(1), "tail")
		fault := faulty.Inject(faultfs.Rule{After: n, Match: func(op vfs.Op) bool {
			return op.Kind != vfs.OpClose && op.Kind != vfs.OpList && strings.HasPrefix(op.Name+op.To, "backup") || op.Kind == vfs.OpLink
		}})
		_, err := backup(t.Context(), r.Log, "backup")
		if fault.Failed() == 0 {
			if err != nil {
				t.Fatal(err)
			}
			r.stopped()
			t.Logf("%d calls", n)
			return
		}
		if err == nil {
			t.Errorf("call %d failed, and the backup says that it is well", n)
		}
		r.put(shardOf(1), "later")
		r.stopped()
		if _, err := Verify(disk, "data", shardlogtest.Unwrap); err != nil {
			t.Errorf("call %d: the source: %v", n, err)
		}
		if names, _ := disk.Crash(nil).List("backup"); slices.Contains(names, manifestName) && n < 10 {
			t.Errorf("call %d: a backup that failed has a manifest", n)
		}
	}
}

// TestCrashesDuringBackup cuts the power while backups are made under load: the
// source recovers as ever, and a target is a sound log or none.
func TestCrashesDuringBackup(t *testing.T) {
	sound, none := 0, 0
	for seed := range uint64(max(crashes(t)/100, 10)) {
		s := newStory(rand.New(rand.NewPCG(seed, 5)), tiny)
		s.backups = true
		for range 5 {
			if err := s.live(); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			after := s.fs.CrashClone(nil) // if only the process had ended
			names, err := after.List("backups")
			if err != nil {
				continue // the power went before the first
			}
			for _, name := range names {
				ok, err := soundOrNone(after, "backups/"+name)
				if err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				if ok {
					sound++
				} else {
					none++
				}
			}
		}
	}
	t.Logf("%d backups, %d cut short", sound, none)
	if sound == 0 || none == 0 {
		t.Errorf("the load missed a case: %d backups, %d cut short", sound, none)
	}
}

func soundOrNone(disk *crashfs.FS, dir string) (sound bool, err error) {
	names, err := disk.List(dir)
	if err != nil || !slices.Contains(names, manifestName) {
		return false, err
	}
	if _, err := Verify(disk, dir, shardlogtest.Unwrap); err != nil {
		return false, fmt.Errorf("%s: %w", dir, err)
	}
	l, err := Open(disk.CrashClone(nil), dir, tiny)
	if err != nil {
		return false, fmt.Errorf("%s: %w", dir, err)
	}
	return true, l.Close()
}

// makeBackups makes one backup after the other until the log ends.
func (s *story) makeBackups(l *Log, life string) error {
	for n := 0; ; n++ {
		_, err := backup(context.Background(), l, fmt.Sprintf("backups/%s-%d", life, n))
		if errors.Is(err, shardlog.ErrClosed) || errors.Is(err, errDead) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func TestBackupRefusals(t *testing.T) {
	fs := crashfs.New()
	r := start(t, fs, "data", tiny)
	r.put(shardOf(1), "a")
	if _, err := backup(t.Context(), r.Log, "data"); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("into its own folder: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := backup(ctx, r.Log, "cancelled"); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that has ended: %v", err)
	}
	c, err := r.Cut(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.CopyTo(ctx, "cancelled"); !errors.Is(err, context.Canceled) {
		t.Errorf("of a cut, with a context that has ended: %v", err)
	}
	r.stopped()
	if _, err := c.CopyTo(t.Context(), "cut"); !errors.Is(err, shardlog.ErrClosed) {
		t.Errorf("of a cut of a log that has ended: %v", err)
	}
	c.Release()
	if _, err := backup(t.Context(), r.Log, "late"); !errors.Is(err, shardlog.ErrClosed) {
		t.Errorf("of a log that has ended: %v", err)
	}
}

// A restored log goes its own way: nothing that it does touches the backup.
func TestRestoredLogLeavesTheBackupAlone(t *testing.T) {
	fs := crashfs.New()
	o, written := flushed(1 << 10)
	r := start(t, fs, "data", o)
	r.put(shardOf(1), strings.Repeat("x", 1000))
	<-written
	r.put(shardOf(1), "tail")
	if _, err := backup(t.Context(), r.Log, "backup"); err != nil {
		t.Fatal(err)
	}
	r.put(shardOf(1), "after the backup")
	r.stopped()

	fs.StartTrace()
	report, err := Restore(t.Context(), fs, "backup", "restored")
	if err != nil {
		t.Fatal(err)
	}
	if report.Segments != 1 || report.LinkedBytes == 0 || report.LastFrame != 2 {
		t.Errorf("report %+v", report)
	}
	r = start(t, fs, "restored", o)
	r.wantData(shardOf(1), strings.Repeat("x", 1000)+" tail")
	r.put(shardOf(1), strings.Repeat("y", 2000))
	<-written
	if err := r.Drop(t.Context(), streamOf(1)); err != nil {
		t.Fatal(err)
	}
	r.stopped()
	for _, line := range fs.Trace() {
		if words := strings.Fields(line); words[0] != "link" && strings.HasPrefix(words[1], "backup/") {
			t.Errorf("the backup is changed: %s", line)
		}
	}
	if _, err := Verify(fs, "backup", shardlogtest.Unwrap); err != nil {
		t.Error(err)
	}
	if _, err := Restore(t.Context(), fs, "backup", "restored"); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("over a folder that is in use: %v", err)
	}
}
