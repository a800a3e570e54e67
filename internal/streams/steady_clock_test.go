package streams

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/freshet/freshet/internal/shardlog"
)

const (
	minute = time.Minute
	hour   = time.Hour
)

// clockStory is looks at a steady clock that began when both clocks said 0.
type clockStory struct {
	t *testing.T
	steadyClock
}

func newClockStory(t *testing.T, from, wall time.Duration) *clockStory {
	return &clockStory{t, steadyFrom(millisAt(from), millisAt(wall), 0)}
}

// millisAt is a time of day on some day.
func millisAt(d time.Duration) shardlog.Millis {
	return 1_700_000_000_000 + shardlog.Millis(d.Milliseconds())
}

// look looks when the wall clock says wall, so long after the beginning.
func (s *clockStory) look(elapsed, wall, want time.Duration, news clockNews) {
	s.t.Helper()
	before := s.at(millisAt(wall), elapsed)
	next, got := s.steadyClock.look(millisAt(wall), elapsed)
	if next.last != millisAt(want) || got != news {
		s.t.Errorf("after %v, the wall clock at %v: %v, news %d; want %v, news %d",
			elapsed, wall, time.Duration(next.last-millisAt(0))*time.Millisecond, got, want, news)
	}
	if got != clockAccepted && before != next.last {
		s.t.Errorf("after %v it is %v, and when looked at %v", elapsed, before, next.last)
	}
	s.steadyClock = next
}

func TestClockInGoodOrder(t *testing.T) {
	s := newClockStory(t, 0, 0)
	s.look(1*minute, 1*minute, 1*minute, clockAsBefore)
	s.look(2*minute, 2*minute+59*time.Second, 2*minute+59*time.Second, clockAsBefore) // stepped a little ahead
	s.look(3*minute, 3*minute, 3*minute, clockAsBefore)                               // and back
	s.look(9*hour, 9*hour, 9*hour, clockAsBefore)                                     // nobody looked for long
}

func TestClockSetBackIsFollowed(t *testing.T) {
	s := newClockStory(t, 0, 0)
	s.look(1*minute, -24*hour, -24*hour, clockAsBefore)
	s.look(2*minute, -24*hour+minute, -24*hour+minute, clockAsBefore)
}

func TestClockAheadAndMended(t *testing.T) {
	s := newClockStory(t, 0, 0)
	s.look(1*minute, 1*minute+24*hour, 1*minute, clockJumped)
	s.look(2*minute, 2*minute+24*hour, 2*minute, clockAsBefore) // said once
	s.look(59*minute, 59*minute+24*hour, 59*minute, clockAsBefore)
	s.look(60*minute, 60*minute, 60*minute, clockReturned)
	s.look(3*hour, 3*hour, 3*hour, clockAsBefore)
}

func TestClockAheadForGood(t *testing.T) {
	s := newClockStory(t, 0, 0)
	s.look(1*minute, 1*minute+24*hour, 1*minute, clockJumped)
	s.look(60*minute, 60*minute+24*hour, 60*minute, clockAsBefore)
	s.look(61*minute, 61*minute+24*hour, 61*minute+24*hour, clockAccepted)
	s.look(62*minute, 62*minute+24*hour, 62*minute+24*hour, clockAsBefore)
}

// A jump on top of another is believed an hour after the first was.
func TestClockThatJumpsAgain(t *testing.T) {
	s := newClockStory(t, 0, 0)
	s.look(1*minute, 1*minute+2*hour, 1*minute, clockJumped)
	s.look(50*minute, 50*minute+24*hour, 50*minute, clockAsBefore)
	s.look(61*minute, 61*minute+24*hour, 61*minute+2*hour, clockAccepted)
	s.look(120*minute, 120*minute+24*hour, 120*minute+2*hour, clockAsBefore)
	s.look(121*minute, 121*minute+24*hour, 121*minute+24*hour, clockAccepted)
}

// One that comes back a part of the way has another hour to prove itself.
func TestClockThatComesBackAPart(t *testing.T) {
	s := newClockStory(t, 0, 0)
	s.look(1*minute, 1*minute+24*hour, 1*minute, clockJumped)
	s.look(50*minute, 50*minute+2*hour, 50*minute, clockJumped)
	s.look(109*minute, 109*minute+2*hour, 109*minute, clockAsBefore)
	s.look(110*minute, 110*minute+2*hour, 110*minute+2*hour, clockAccepted)
}

// A machine that sleeps every half an hour looks like a clock that jumps ahead
// again and again: the elapsed time stands still meanwhile.
func TestClockOfAMachineThatSleepsOften(t *testing.T) {
	c := steadyFrom(0, millisAt(0), 0)
	wall, elapsed := time.Duration(0), time.Duration(0)
	for range 30 * 24 {
		for range 30 {
			wall, elapsed = wall+minute, elapsed+minute
			c, _ = c.look(millisAt(wall), elapsed)
		}
		wall += 30 * minute
	}
	if behind := millisAt(wall) - c.at(millisAt(wall), elapsed); behind > millisAt(4*hour)-millisAt(0) {
		t.Errorf("after %v the clock is %v behind", wall, time.Duration(behind)*time.Millisecond)
	}
}

// A process that starts does not know how long it was off: the hour passes
// without a word.
func TestClockAtTheStart(t *testing.T) {
	week := 7 * 24 * hour
	s := newClockStory(t, -week, 0)
	s.look(1*minute, 1*minute, 1*minute-week, clockAsBefore)
	s.look(60*minute, 60*minute, 60*minute, clockAccepted)
	s.look(61*minute, 61*minute, 61*minute, clockAsBefore)

	s = newClockStory(t, -week, 0)
	s.look(1*minute, 1*minute-week, 1*minute-week, clockReturned) // it was the clock

	s = newClockStory(t, 24*hour, 0) // records of the future: the clock was ahead when they came
	s.look(1*minute, 1*minute, 1*minute, clockAsBefore)

	s = newClockStory(t, -30*time.Second, 0)
	s.look(1*minute, 1*minute, 1*minute, clockAsBefore)
}

// Whatever the wall clock does, a steady clock is never ahead of it, and goes
// ahead by more than the tolerance only when the wall clock has been about that far
// ahead, or more, for an hour.
func TestClockIsSteady(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := steadyFrom(0, millisAt(0), 0)
		elapsed, offset := time.Duration(0), time.Duration(0)
		var looks, offsets []time.Duration
		for range 100 {
			elapsed += time.Duration(rapid.Int64Range(1, int64(10*minute)).Draw(t, "pause"))
			if rapid.IntRange(0, 9).Draw(t, "jumps") == 0 {
				offset = time.Duration(rapid.Int64Range(-int64(48*hour), int64(48*hour)).Draw(t, "offset"))
			}
			looks, offsets = append(looks, elapsed), append(offsets, offset)
			wall := millisAt(elapsed + offset)
			due := c.due(elapsed)
			next, _ := c.look(wall, elapsed)
			if next.last > wall {
				t.Fatalf("%d, which is ahead of the wall clock, %d", next.last, wall)
			}
			if next.last-due > clockTolerance {
				believed := time.Duration(next.last-millisAt(elapsed)) * time.Millisecond
				for i := len(looks) - 1; i >= 0 && elapsed-looks[i] < clockPatience; i-- {
					if d := believed - offsets[i]; d > 2*minute+time.Second {
						t.Fatalf("a jump of %d ms is believed, although the clock was %v less ahead %v ago", next.last-due, d, elapsed-looks[i])
					}
				}
				if elapsed < clockPatience {
					t.Fatalf("a jump of %d ms is believed after %v", next.last-due, elapsed)
				}
			}
			c = next
		}
	})
}
