package disklog

import (
	"math"
	"slices"
	"sync"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
)

// Giving space back. A trim or a drop is a few bytes in the journal; what it kills
// lies in segments that it knows nothing of, and there may be ten thousand of
// them. So the space comes back in steps, each cheaper to skip than the next:
//
//	collect   which segments can a trim have touched? By stream and arrival, from
//	          what the manifest says: no I/O
//	witness   is the record still alive that was alive the last time? If so the
//	          segment is not dead: no I/O
//	remove    no witness is found in the footer: the segment goes as a whole
//	census    every few seconds: how much of a touched segment is alive, by its
//	          footer?
//	rewrite   less than half: what is alive is copied, by the rewriter
//	punch     otherwise: the dead ranges become holes, where the platform can
//
// What is dead stays dead: floors and drops are durable before anything here
// hears of them, and neither ever moves back (FORMAT.md, section 9).

// collection is what trims and drops have changed and what is to be looked at for
// it. All but changed is the flusher's.
type collection struct {
	changed struct {
		sync.Mutex
		// bounds are the streams that were trimmed since the flusher looked,
		// each with the time it was trimmed to; forever, it was dropped.
		bounds map[shardlog.StreamID]shardlog.Millis
	}
	// trimmed are the bounds that were looked at last.
	trimmed map[shardlog.StreamID]shardlog.Millis
	// suspects are the segments that may be dead.
	suspects []*segment
	// due is when those that were touched and live on are counted next; zero,
	// there is none.
	due time.Time
	// noHoles says that the platform cannot punch, short that space was short
	// when the flusher looked last.
	noHoles, short bool
}

// forever is later than every arrival.
const forever shardlog.Millis = math.MaxInt64

// upkeep is what is remembered of a segment for the sake of its space. It is the
// flusher's.
type upkeep struct {
	// known says that witness was alive when it was looked at last; false, the
	// segment was not looked at yet, or had none.
	known   bool
	witness witness
	// suspect says that it is among the suspects, touched that what is alive in
	// it is to be counted.
	suspect, touched bool
	// holes are the ranges that were punched, unpunched the bytes that could be
	// and were not by the last count; hurried says that it found no room for a
	// copy, so that these are a backup's.
	holes     []byteRange
	unpunched int64
	hurried   bool
	// rewrite says that it is to be rewritten by the last count: gain bytes come
	// back by it, live are copied.
	rewrite    bool
	gain, live int64
	// busy says that the rewriter has it, broken that it could not copy it.
	busy, broken bool
}

// witness is a record of a segment: the last one of some block.
type witness struct {
	shard  shardlog.Shard
	offset shardlog.Offset
}

// changed notes that records of a stream that arrived before bound may be dead.
// The trim or drop that did it is durable.
func (l *Log) changed(id shardlog.StreamID, bound shardlog.Millis) {
	c := &l.collection.changed
	c.Lock()
	if c.bounds == nil {
		c.bounds = map[shardlog.StreamID]shardlog.Millis{}
	}
	c.bounds[id] = max(c.bounds[id], bound)
	c.Unlock()
	signal(l.kicks.flusher)
}

// collect adds the segments that were touched since the last time to the
// suspects.
func (l *Log) collect() {
	c := &l.collection
	c.changed.Lock()
	bounds := c.changed.bounds
	c.changed.bounds = nil
	c.changed.Unlock()
	if len(bounds) == 0 {
		return
	}
	v := l.segments.acquire()
	for _, s := range v.segments {
		if !s.upkeep.suspect && c.touched(s, bounds) {
			l.suspect(s)
		}
	}
	l.segments.release(v)
	for id, bound := range bounds {
		if bound == forever {
			delete(c.trimmed, id) // it is not heard of again
		} else {
			c.trimmed[id] = bound
		}
	}
}

// touched reports whether records in s may have died by the trims and drops
// that bounds tells of. Those before the bound that was looked at last were dead
// by then, so that a trim by the minute touches no more than the segments whose
// minute has come. A clock that was set back may hide some dead records from it
// until the next start, which looks at everything.
func (c *collection) touched(s *segment, bounds map[shardlog.StreamID]shardlog.Millis) bool {
	if !s.upkeep.known {
		return true // new: trims came while it was written
	}
	for id, bound := range bounds {
		before := c.trimmed[id]
		if bound < before {
			before = 0
		}
		if s.firstArrival < bound && s.lastArrival >= before && s.mayHold(id) {
			return true
		}
	}
	return false
}

// forgetSuspects takes segments that are gone from the suspects.
func (c *collection) forgetSuspects(gone []*segment) {
	c.suspects = slices.DeleteFunc(c.suspects, func(s *segment) bool { return slices.Contains(gone, s) })
}

func (l *Log) suspect(s *segment) {
	s.upkeep.suspect = true
	l.collection.suspects = append(l.collection.suspects, s)
}

// suspectNew makes suspects of the segments that were not looked at. At the start
// these are all: a trim or a drop may have been the last thing before a crash.
func (l *Log) suspectNew() {
	v := l.segments.acquire()
	defer l.segments.release(v)
	for _, s := range v.segments {
		if !s.upkeep.known && !s.upkeep.suspect {
			l.suspect(s)
		}
	}
}
