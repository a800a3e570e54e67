package streams

import (
	"time"

	"github.com/freshet/freshet/internal/shardlog"
)

// steadyClock follows the wall clock, but does not believe a jump ahead until the
// wall clock has kept to it for a while. It is what retention goes by: by a clock
// that is a day ahead all records of a day are too old, and what is deleted by it
// does not come back when the clock is mended; what is deleted late does no harm.
//
// It has no clock inside: every method is told what the wall clock says, and
// elapsed, the time since some beginning by a clock that only runs (Go's
// monotonic one). Values do not change; look returns the next.
type steadyClock struct {
	// last is the time that was right at elapsed.
	last    shardlog.Millis
	elapsed time.Duration
	// ahead is how far the wall clock has been ahead of this one, at least, since
	// it was first seen there; 0 while it is believed.
	ahead shardlog.Millis
	since time.Duration // by elapsed
}

const (
	// clockTolerance is the largest step ahead that is believed at once: clocks
	// are stepped by seconds, after a pause or a slow sync.
	clockTolerance = shardlog.Millis(60 * 1000)
	// clockPatience is for how long the wall clock must keep to a jump.
	clockPatience = time.Hour
)

// clockNews is what a look at the clock found.
type clockNews uint8

const (
	clockAsBefore clockNews = iota
	// clockJumped: the wall clock is ahead and is not believed; or it came back a
	// part of the way, and the patience begins anew.
	clockJumped
	// clockAccepted: the wall clock kept to where it jumped, and is believed. What
	// it has jumped since then must be kept to as well.
	clockAccepted
	// clockReturned: the wall clock came back before it was believed.
	clockReturned
)

// steadyFrom returns a clock for a process that has just started: nothing tells
// how long it was off. If the wall clock is ahead of from, a time that the one
// before has surely reached, it must prove itself. from 0: it is believed.
func steadyFrom(from, wall shardlog.Millis, elapsed time.Duration) steadyClock {
	c := steadyClock{last: wall, elapsed: elapsed}
	if from > 0 && wall-from > clockTolerance {
		c.last, c.ahead, c.since = from, wall-from, elapsed
	}
	return c
}

// at returns the time.
func (c steadyClock) at(wall shardlog.Millis, elapsed time.Duration) shardlog.Millis {
	if due := c.due(elapsed); wall-due > clockTolerance {
		return due
	}
	return wall
}

// due is what the wall clock says if all is well.
func (c steadyClock) due(elapsed time.Duration) shardlog.Millis {
	return c.last + shardlog.Millis((elapsed - c.elapsed).Milliseconds())
}

// look returns the clock that knows also what is the case now, and what is new
// about that. It is to be called about every minute.
func (c steadyClock) look(wall shardlog.Millis, elapsed time.Duration) (steadyClock, clockNews) {
	next := steadyClock{last: c.at(wall, elapsed), elapsed: elapsed, ahead: c.ahead, since: c.since}
	ahead := wall - next.last
	switch {
	case ahead <= 0: // believed, or come back
		next.ahead, next.since = 0, 0
		if c.ahead > 0 {
			return next, clockReturned
		}
		return next, clockAsBefore
	case c.ahead == 0 || c.ahead-ahead > clockTolerance:
		next.ahead, next.since = ahead, elapsed
		return next, clockJumped
	case elapsed-c.since >= clockPatience:
		return next.believe(wall, c.ahead), clockAccepted
	}
	// A jump on top of the first does not begin the patience anew: a machine that
	// sleeps every half an hour would never be believed.
	return next, clockAsBefore
}

// believe returns c as it is once ahead is believed of what the wall clock is
// ahead of it.
func (c steadyClock) believe(wall, ahead shardlog.Millis) steadyClock {
	c.last, c.ahead, c.since = c.last+ahead, 0, 0
	if rest := wall - c.last; rest > clockTolerance {
		c.ahead, c.since = rest, c.elapsed
	} else {
		c.last = wall
	}
	return c
}
