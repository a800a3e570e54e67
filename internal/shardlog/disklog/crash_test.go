package disklog

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/shardlogtest"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

// errDead is what the disk says after the power was cut.
var errDead = crashfs.ErrPowerCut

// crashes returns how many power cuts the test makes: $FRESHET_CRASHES, 10,000
// under make torture, else 1,000, and 100 in a short run.
func crashes(t *testing.T) int {
	if s := os.Getenv("FRESHET_CRASHES"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatalf("FRESHET_CRASHES: %v", err)
		}
		return n
	}
	switch {
	case os.Getenv("FRESHET_TORTURE") != "":
		return 10_000
	case testing.Short():
		return 100
	}
	return 1000
}

// TestCrashes runs a random load on a disk whose power is cut at a random call,
// keeps of the unsynced data some, recovers, and compares with the ledger: nothing
// that was acknowledged or visible may be missing, doubled, changed or out of
// order, and nothing may be there that was not asked for. Recovery itself is
// cut too. Now and then only the process ends, and the disk keeps everything.
func TestCrashes(t *testing.T) {
	var space reclaimed
	liveThrough(t, crashes(t), tiny, &space)
	space.wantAll(t)
}

// TestCrashesBetweenSyncs is TestCrashes where groups are synced together. What
// was synced when the power went is there; what is missing is the end of the
// log, in all shards from one frame on, and none of it comes back. The end of the
// process costs nothing.
func TestCrashesBetweenSyncs(t *testing.T) {
	o := Options{Unwrap: shardlogtest.Unwrap, MemtableBytes: 64 << 10, JournalMin: 32 << 10, JournalMax: 128 << 10, SyncEvery: time.Millisecond}
	if sum := liveThrough(t, crashes(t)/4, o, &reclaimed{}); sum.undone == 0 || sum.several == 0 {
		t.Errorf("the load missed the case: %+v", sum)
	}
}

// liveThrough lets folders with these options live through so many crashes.
func liveThrough(t *testing.T, want int, o Options, space *reclaimed) (sum losses) {
	t.Helper()
	const lives = 25 // of one data folder
	var total ledger
	for seed := uint64(1); want > 0; seed++ {
		story := newStory(rand.New(rand.NewPCG(seed, 0)), o)
		story.punches = seed%2 == 0
		for range min(lives, want) {
			if err := story.live(); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			want--
		}
		space.add(&story.reclaimed)
		p, q := &total.passed, story.ledger.passed
		p.records += q.records
		p.unknownFound += q.unknownFound
		p.unknownLost += q.unknownLost
		p.trimmed += q.trimmed
		p.sealed += q.sealed
		p.dropped += q.dropped
		sum.undone += story.losses.undone
		sum.several += story.losses.several
	}
	t.Logf("checked: %+v, %+v, space: %s", total.passed, sum, space)
	if p := total.passed; p.unknownFound == 0 || p.unknownLost == 0 || p.trimmed == 0 || p.sealed == 0 || p.dropped == 0 {
		t.Errorf("the load missed a case: %+v", p)
	}
	return sum
}

// story is a data folder's life over many crashes.
type story struct {
	rng       *rand.Rand
	o         Options
	fs        *crashfs.FS
	scribe    *scribe
	ledger    *ledger
	losses    losses
	stream    atomic.Uint32 // the newest
	reclaimed reclaimed
	// punches says that segments are larger, and not rewritten but punched.
	punches bool
	// backups says that they are made under the load.
	backups bool
	// killed says that the process ends and not the power, and whole that it
	// was so in every life since the last that could recover.
	killed, whole bool
}

// losses counts what crashes took: entries that were answered, and recoveries
// that missed more than one frame.
type losses struct{ undone, several int }

func newStory(rng *rand.Rand, o Options) *story {
	return &story{rng: rng, o: o, fs: crashfs.New(), scribe: &scribe{}, ledger: newLedger()}
}

// live recovers the folder, checks it, and runs a load until the next crash.
func (s *story) live() error {
	l, err := Open(s.disk(), "data", s.options())
	if err != nil {
		if !errors.Is(err, errDead) {
			return err
		}
		s.crash()
		return nil
	}
	if err := s.check(l); err != nil {
		return errors.Join(err, l.Close())
	}
	if _, err := Verify(s.fs, "data", shardlogtest.Unwrap); err != nil && !s.fs.Dead() {
		return fmt.Errorf("verify: %w", err)
	}
	if err := s.load(l); err != nil {
		return err
	}
	_ = l.Close()
	s.crash()
	return nil
}

func (s *story) options() Options {
	o := tellingOf(s.o, &s.reclaimed)
	if s.punches {
		o.MemtableBytes = 32 << 10
		o.ownSegment, o.tidy.rewriteGain = 1<<30, 1<<30
	}
	return o
}

// disk returns the disk for one life, and draws how and when it ends.
func (s *story) disk() vfs.FS {
	s.scribe.FS = s.fs
	s.killed = s.rng.IntN(4) == 0
	if !s.killed {
		s.fs.CrashAfter(s.cutAfter())
		return s.scribe
	}
	s.fs.CrashWhen(nil)
	mortal := faultfs.New(s.scribe)
	mortal.Inject(faultfs.Rule{Match: faultfs.Mutating, After: s.cutAfter(), Times: faultfs.Always, Err: errDead})
	return mortal
}

func (s *story) crash() {
	if !s.killed {
		s.fs = s.fs.Crash(s.rng)
		s.scribe.powerCut()
		s.whole = false
	}
}

// check compares a log that was recovered with the scribe's book and the ledger.
func (s *story) check(l *Log) error {
	ends, gone, err := s.scribe.compare(l, s.whole)
	if err != nil {
		return err
	}
	s.whole = true
	undone := s.ledger.undo(ends)
	if undone > 0 && s.o.SyncEvery == 0 {
		return fmt.Errorf("%d entries were acknowledged and are gone with %d frames", undone, gone)
	}
	s.losses.undone += undone
	if gone > 1 {
		s.losses.several++
	}
	return s.ledger.check(l)
}

// cutAfter draws how many calls pass: often few, so that recovery is cut too.
func (s *story) cutAfter() int {
	if s.rng.IntN(4) == 0 {
		return s.rng.IntN(12)
	}
	return 10 + s.rng.IntN(250)
}

// load runs the log with several workers until it fails.
func (s *story) load(l *Log) error {
	ran := make(chan error, 1)
	go func() { ran <- l.Run(context.Background()) }()
	var workers sync.WaitGroup
	failures := make(chan error, 8)
	for w := range 3 {
		rng := rand.New(rand.NewPCG(s.rng.Uint64(), uint64(w)))
		workers.Go(func() { failures <- s.work(rng, w, l) })
	}
	rng := rand.New(rand.NewPCG(s.rng.Uint64(), 99))
	workers.Go(func() { failures <- s.watch(rng, l) })
	if s.backups {
		life := fmt.Sprint(s.rng.Uint64())
		workers.Go(func() { failures <- s.makeBackups(l, life) })
	}
	workers.Wait()
	err := <-ran
	if !errors.Is(err, errDead) {
		failures <- fmt.Errorf("Run returned %v, want that the disk was gone", err)
	}
	close(failures)
	for err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}

// shard draws one of a few shards of the two newest streams.
func (s *story) shard(rng *rand.Rand) shardlog.Shard {
	stream := s.stream.Load()
	if rng.IntN(3) == 0 && stream > 0 {
		stream--
	}
	return shardlog.Shard{Stream: shardlog.StreamID{7, byte(stream >> 8), byte(stream)}, Number: uint32(rng.IntN(6))}
}

// work appends, and now and then seals, trims and drops, until the log ends.
func (s *story) work(rng *rand.Rand, worker int, l *Log) error {
	for {
		switch draw := rng.IntN(200); {
		case draw == 0:
			s.ledger.drop(l, s.shard(rng).Stream)
		case draw < 4:
			s.ledger.seal(l, s.shard(rng))
		case draw < 12:
			s.ledger.trim(rng, l, s.shard(rng).Stream)
		case draw < 20:
			// An error says that the log or the stream is gone.
			stream, settings := s.shard(rng).Stream, anySettings(rng)
			if rng.IntN(2) == 0 {
				settings.Key, _ = addKey(l, stream, byte(rng.IntN(256)))
			}
			_ = l.Configure(context.Background(), stream, settings)
		}
		var entries []shardlog.Entry
		for range 1 + rng.IntN(12) {
			entries = append(entries, s.ledger.entry(rng, worker, s.shard(rng)))
		}
		taken, err := s.ledger.append(l, entries)
		if errors.Is(err, shardlog.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		if taken == 0 { // all are sealed or dropped by now
			s.stream.Add(1)
		}
	}
}

// watch reads the tails until the log ends.
func (s *story) watch(rng *rand.Rand, l *Log) error {
	ends := map[shardlog.Shard]shardlog.Offset{}
	for {
		select {
		case <-l.ended:
			return nil
		default:
		}
		sh := s.shard(rng)
		next, err := s.ledger.read(l, sh, ends[sh])
		if err != nil {
			return err
		}
		ends[sh] = next
	}
}

// A process may end between a rename and the sync that makes the name durable.
// The next one finds the name, and must not rely on it before it is durable.
func TestNameThatAProcessDidNotSync(t *testing.T) {
	disk := crashfs.New()
	faulty := faultfs.New(disk)
	renamed, ended := false, make(chan struct{})
	isRename := func(op vfs.Op) bool { return op.Kind == vfs.OpRename && strings.HasSuffix(op.To, journal2) }
	faulty.Inject(faultfs.Rule{Times: faultfs.Always, Match: func(op vfs.Op) bool {
		if renamed && op.Kind == vfs.OpSyncDir {
			closeOnce(ended)
		}
		renamed = renamed || isRename(op)
		return op.Mutates() && isClosed(ended)
	}})
	held := holdCalls(faulty, isRename) // until there is a record that must survive
	o := Options{Unwrap: shardlogtest.Unwrap, JournalMin: 64 << 10, JournalMax: 64 << 10}
	r := start(t, held, "data", o)
	held.hold()
	r.put(shardOf(1), strings.Repeat("x", 50<<10))
	<-held.reached
	held.release()
	<-ended
	_ = r.stop()
	r = start(t, disk, "data", o)
	r.put(shardOf(1), strings.Repeat("y", 20<<10))
	after := disk.CrashClone(nil)
	r.stopped()
	r = start(t, after, "data", o)
	r.wantData(shardOf(1), strings.Repeat("x", 50<<10)+" "+strings.Repeat("y", 20<<10))
	r.stopped()
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func closeOnce(c chan struct{}) {
	if !isClosed(c) {
		close(c)
	}
}
