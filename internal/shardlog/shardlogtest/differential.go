package shardlogtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

// Simulation says what Differential does.
type Simulation struct {
	// Open opens the log on a disk, which is new at first.
	Open func(disk vfs.FS) (shardlog.Log, error)
	// Seed draws everything but the order of goroutines: with one of them, a seed
	// repeats what it did.
	Seed uint64
	// Rounds is how often the log is opened, worked on and ended, by a stop or a
	// power cut. A log that forgets gets one.
	Rounds int
}

// Outcome counts what a simulation has met, so that a test can see that it met
// anything.
type Outcome struct {
	Acked    int // entries that were acknowledged
	Doubtful int // entries that were in doubt when the log ended
	PowerCut int // power cuts, at work or at rest
	Faults   int // rounds in which the disk failed or was full
}

// Differential lets a log live through rounds and compares it with a Ledger. A
// round draws a hazard: none, a power cut at some call to the disk (opening
// included), one call that fails, a disk that fills up. It opens the log and
// compares all that it holds with what it must hold; then goroutines append, read,
// follow, find, trim, seal and drop, and compare each answer. Then the log is
// stopped, or the power is cut. It runs in a bubble of testing/synctest, so that
// arrivals are apart at no cost of time and a log that hangs is found.
func Differential(t *testing.T, o Simulation) Outcome {
	t.Helper()
	var outcome Outcome
	synctest.Test(t, func(t *testing.T) {
		s := &simulation{
			T: t, Simulation: o,
			rng:    rand.New(rand.NewPCG(o.Seed, 1)),
			ledger: newLedger(),
			disk:   crashfs.New(),
		}
		s.world.fill(s.rng)
		for s.number = range o.Rounds {
			s.round()
			if err := s.ledger.err(); err != nil {
				s.fail("%v", err)
			}
		}
		outcome = s.outcome
	})
	return outcome
}

// simulation is one run of Differential.
type simulation struct {
	*testing.T
	Simulation
	rng     *rand.Rand
	ledger  *Ledger
	world   world
	outcome Outcome

	disk   *crashfs.FS
	number int
	// story tells the rounds so far, for who must understand a failure.
	story  []string
	hazard hazard
	fault  *faultfs.Fault // of this round, or nil
	full   bool           // the disk was made small in this round

	log shardlog.Log
	end context.CancelFunc
	ran chan error
}

// tell adds to the story of the round.
func (s *simulation) tell(format string, args ...any) {
	s.story = append(s.story, fmt.Sprintf("round %d: ", s.number)+fmt.Sprintf(format, args...))
}

// fail ends the test with the story of the last rounds.
func (s *simulation) fail(format string, args ...any) {
	s.Helper()
	story := s.story[max(len(s.story)-20, 0):]
	s.Fatalf("seed %d, round %d: %s\n%s", s.Seed, s.number, fmt.Sprintf(format, args...), strings.Join(story, "\n"))
}

// hazard is what a round has in store.
type hazard string

const (
	noHazard  hazard = "nothing happens"
	cutPower  hazard = "the power is cut"
	failCall  hazard = "a call to the disk fails"
	fillsDisk hazard = "the disk fills up"
)

// round is one life of the log.
func (s *simulation) round() {
	s.hazard, s.fault, s.full = s.draw(), nil, false
	s.tell("%s", s.hazard)
	if !s.open() {
		s.rest()
		return
	}
	s.compare()
	if s.hazard == fillsDisk {
		s.disk.SetQuota(s.disk.Used() + s.rng.Int64N(1<<20))
		s.full = true
		s.outcome.Faults++
	}
	s.work()
	if s.full {
		s.makeRoom()
	}
	if s.alive() {
		s.compare()
	}
	s.stop()
	s.rest()
}

func (s *simulation) draw() hazard {
	return []hazard{noHazard, cutPower, cutPower, cutPower, failCall, failCall, fillsDisk}[s.rng.IntN(7)]
}

// open opens the log and lets it run. It returns false if the hazard came first.
func (s *simulation) open() bool {
	calls := s.rng.IntN(2 << s.rng.IntN(9))
	var disk vfs.FS = s.disk
	switch s.hazard {
	case cutPower:
		s.disk.CrashAfter(calls)
		s.tell("the power goes after %d changing calls", calls)
	case failCall:
		faulty := faultfs.New(s.disk)
		rule := s.drawFault(calls)
		s.fault = faulty.Inject(rule)
		s.tell("after %d calls fail %d with %v, short %d", calls, rule.Times, rule.Err, rule.Short)
		disk = faulty
	}
	log, err := s.Open(disk)
	if err != nil {
		if !s.happened() {
			s.fail("open: %v", err)
		}
		s.tell("open: %v", err)
		return false
	}
	var ctx context.Context
	s.log, s.ran = log, make(chan error, 1)
	ctx, s.end = context.WithCancel(context.Background())
	go func() { s.ran <- log.Run(ctx) }()
	return true
}

func (s *simulation) drawFault(calls int) faultfs.Rule {
	r := faultfs.Rule{Err: faultfs.ErrIO, After: calls, Short: s.rng.IntN(20_000), Times: 1 + s.rng.IntN(2)}
	if s.rng.IntN(3) > 0 {
		r.Match = faultfs.Mutating
	}
	if s.rng.IntN(2) == 0 {
		r.Err = vfs.ErrNoSpace
	}
	return r
}

// happened reports whether the hazard has come, so that errors are excused.
func (s *simulation) happened() bool {
	return s.full || s.disk.Dead() || (s.fault != nil && s.fault.Failed() > 0)
}

// alive reports whether the log goes on after all goroutines came to rest. One
// that ended without reason is a fault.
func (s *simulation) alive() bool {
	synctest.Wait()
	if s.fault != nil {
		s.fault.Remove()
	}
	select {
	case err := <-s.ran:
		if !s.happened() || err == nil {
			s.ledger.fault("Run returned %v, for no reason", err)
		}
		s.ran <- err
		s.tell("Run returned %v", err)
		return false
	default:
		return !s.disk.Dead()
	}
}

// stop ends the log, perhaps by cutting the power first.
func (s *simulation) stop() {
	if s.Rounds > 1 && s.rng.IntN(2) == 0 {
		s.disk.Crash(nil) // which disk is left is drawn when all has ended
		s.tell("the power is cut before the log is stopped")
	}
	s.end()
	if err := <-s.ran; err != nil && !s.happened() {
		s.ledger.fault("Run returned %v when its context ended", err)
	}
	if err := s.log.Close(); err != nil && !s.happened() {
		s.ledger.fault("Close: %v", err)
	}
}

// rest leaves the disk for the next round: as it is, or as after a power cut.
func (s *simulation) rest() {
	if s.fault != nil && s.fault.Failed() > 0 {
		s.outcome.Faults++
	}
	s.disk.CrashWhen(nil)
	if s.disk.Dead() || s.rng.IntN(2) == 0 {
		s.outcome.PowerCut++
		s.tell("the power is cut")
		s.disk = s.disk.Crash(s.rng)
	}
	s.disk.SetQuota(1 << 40)
	acked, doubtful := s.ledger.count()
	s.outcome.Acked, s.outcome.Doubtful = acked, s.outcome.Doubtful+doubtful
}

// compare compares, while nobody works, all that the log holds with the ledger,
// and ends all doubt.
func (s *simulation) compare() {
	shards, droppedStreams := s.ledger.names()
	for _, name := range droppedStreams {
		// Drop is idempotent: so ends the doubt about one that failed.
		if err := s.log.Drop(ctx(), name); err != nil {
			if !s.happened() {
				s.ledger.fault("Drop of %v again: %v", name, err)
			}
			continue
		}
		s.ledger.dropped(name)
	}
	for _, name := range shards {
		rd := s.ledger.reading(name, 0)
		records, state, err := readAll(s.log, name, 0, s.limit(s.rng))
		if err != nil {
			excused := s.happened()
			if errors.Is(err, shardlog.ErrDropped) {
				excused = s.ledger.isDropping(name.Stream)
			}
			if !excused {
				s.ledger.fault("compare: %w, for no reason", err)
			}
			continue
		}
		s.ledger.read(rd, records, state)
		if !s.ledger.isDropping(name.Stream) {
			s.ledger.settle(name, records, state)
			s.compareFind(name, records, state)
		}
	}
}

// compareFind looks up some arrivals in a shard at rest.
func (s *simulation) compareFind(name shardlog.Shard, records []shardlog.Record, state shardlog.State) {
	for range min(len(records), 3) {
		at := records[s.rng.IntN(len(records))].Arrival + shardlog.Millis(s.rng.IntN(3)-1)
		want := state.Next
		if since := arrivedSince(records, at); len(since) > 0 {
			want = since[0].Offset
		}
		if got, err := s.log.Find(ctx(), name, at); (err != nil || got != want) && !s.happened() {
			s.ledger.fault("%v, state %+v: Find %d = %d, %v; want %d", name, state, at, got, err, want)
		}
	}
}

// work lets goroutines work on the log until each has done its share or the log
// has ended.
func (s *simulation) work() {
	share := 1 + s.rng.IntN(4<<s.rng.IntN(6))
	var all sync.WaitGroup
	for n := range uint64(1 + s.rng.IntN(4)) {
		w := worker{simulation: s, rng: rand.New(rand.NewPCG(s.rng.Uint64(), n))}
		all.Go(func() {
			for range share {
				if !w.step() {
					return
				}
			}
		})
	}
	all.Wait()
}

func (s *simulation) limit(rng *rand.Rand) shardlog.Limit {
	return shardlog.Limit{Records: 1 + rng.IntN(200), Bytes: 1 << rng.IntN(20)}
}
