package disklog

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// errDead is what the disk says after the power was cut.
var errDead = crashfs.ErrPowerCut

// crashes returns how many power cuts the test makes: $FRESHET_CRASHES, 10,000
// under make torture, else 1,200, and 100 in a short run.
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
	return 1200
}

// TestCrashes runs a random load on a disk whose power is cut at a random call,
// keeps of the unsynced data some, recovers, and compares with the ledger: nothing
// that was acknowledged or visible may be missing, doubled, changed or out of
// order, and nothing may be there that was not asked for. Recovery itself is
// cut too.
func TestCrashes(t *testing.T) {
	const lives = 25 // of one data folder
	want := crashes(t)
	var total ledger
	var space reclaimed
	for seed := uint64(1); want > 0; seed++ {
		story := &story{rng: rand.New(rand.NewPCG(seed, 0)), fs: crashfs.New(), ledger: newLedger(), punches: seed%2 == 0}
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
	}
	t.Logf("checked: %+v, space: %s", total.passed, &space)
	space.wantAll(t)
	if p := total.passed; p.unknownFound == 0 || p.unknownLost == 0 || p.trimmed == 0 || p.sealed == 0 || p.dropped == 0 {
		t.Errorf("the load missed a case: %+v", p)
	}
}

// story is a data folder's life over many crashes.
type story struct {
	rng       *rand.Rand
	fs        *crashfs.FS
	ledger    *ledger
	stream    atomic.Uint32 // the newest
	reclaimed reclaimed
	// punches says that segments are larger, and not rewritten but punched.
	punches bool
	// backups says that they are made under the load.
	backups bool
}

// live recovers the folder, checks it, and runs a load until the next power cut.
func (s *story) live() error {
	s.fs.CrashAfter(s.cutAfter())
	l, err := Open(s.fs, "data", s.options())
	if err != nil {
		if !errors.Is(err, errDead) {
			return err
		}
		s.fs = s.fs.Crash(s.rng)
		return nil
	}
	if err := s.ledger.check(l); err != nil {
		return errors.Join(err, l.Close())
	}
	if _, err := Verify(s.fs, "data"); err != nil && !s.fs.Dead() {
		return fmt.Errorf("verify: %w", err)
	}
	if err := s.load(l); err != nil {
		return err
	}
	_ = l.Close()
	s.fs = s.fs.Crash(s.rng)
	return nil
}

func (s *story) options() Options {
	o := tellingOf(tiny, &s.reclaimed)
	if s.punches {
		o.MemtableBytes = 32 << 10
		o.ownSegment, o.tidy.rewriteGain = 1<<30, 1<<30
	}
	return o
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
		failures <- fmt.Errorf("Run returned %v, want that the power was cut", err)
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
			_ = l.Configure(context.Background(), s.shard(rng).Stream, anySettings(rng))
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
