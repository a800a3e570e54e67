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
		// bounds are the streams that were trimmed since the flusher looked.
		bounds map[shardlog.StreamID]bound
	}
	// trimmed are the bounds that were looked at last, of the streams of which
	// nothing older is alive.
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

// bound is how far a stream was trimmed: its records that arrived before it may be
// dead. forever, it was dropped.
type bound struct {
	before shardlog.Millis
	// partly says that some shards were not trimmed, because of damage or because
	// the trim was given up: the next trim kills what is older than this one too.
	partly bool
}

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
	// locked says that it could not be merged for want of a data key.
	locked bool
	// damage is that of its footer, which is read once: it keeps the segment as it is.
	damage *CorruptionError
}

// witness is a record of a segment: the last one of some block.
type witness struct {
	shard  shardlog.Shard
	offset shardlog.Offset
}

// changed notes a trim or drop, which is durable.
func (l *Log) changed(id shardlog.StreamID, b bound) {
	c := &l.collection.changed
	c.Lock()
	if c.bounds == nil {
		c.bounds = map[shardlog.StreamID]bound{}
	}
	noted := c.bounds[id]
	c.bounds[id] = bound{max(noted.before, b.before), noted.partly || b.partly}
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
		if !s.upkeep.suspect && s.upkeep.damage == nil && c.touched(s, bounds) {
			l.suspect(s)
		}
	}
	l.segments.release(v)
	for id, b := range bounds {
		if b.before == forever || b.partly {
			delete(c.trimmed, id)
		} else {
			c.trimmed[id] = b.before
		}
	}
}

// touched reports whether records in s may have died by the trims and drops
// that bounds tells of. Those before the bound that was looked at last were dead
// by then, so that a trim by the minute touches no more than the segments whose
// minute has come. (A drop kills also what a trim had to leave.) A clock that was
// set back may hide some dead records from it until the next start, which looks at
// everything.
func (c *collection) touched(s *segment, bounds map[shardlog.StreamID]bound) bool {
	if !s.upkeep.known {
		return true // new: trims came while it was written
	}
	for id, b := range bounds {
		looked := c.trimmed[id]
		if b.before < looked || b.before == forever {
			looked = 0
		}
		if s.firstArrival < b.before && s.lastArrival >= looked && s.mayHold(id) {
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
		if !s.upkeep.known && !s.upkeep.suspect && s.upkeep.damage == nil {
			l.suspect(s)
		}
	}
}
