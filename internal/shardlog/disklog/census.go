package disklog

import (
	"fmt"

	"github.com/freshet/freshet/internal/shardlog"
)

// aliveFrom returns a shard that has records in a segment, and the lowest offset
// at which they may be read; nil if its stream was dropped.
func (l *Log) aliveFrom(id shardlog.Shard) (*shard, shardlog.Offset) {
	sh, err := l.shards.find(id)
	if err != nil {
		return nil, 0
	}
	if sh == nil {
		panic(fmt.Sprintf("BUG: shard %s has records in a segment and no state", id))
	}
	state, dropped := sh.published()
	if dropped {
		return nil, 0
	}
	return sh, state.Floor
}

// aliveBlocks returns the blocks from..to-1 of shard i of f that are alive: those
// whose last record is.
func (l *Log) aliveBlocks(f *footer, i int) (sh *shard, from, to int) {
	from, to = f.blocksOf(i)
	sh, floor := l.aliveFrom(f.shard(i))
	if sh == nil {
		return nil, to, to
	}
	return sh, f.searchBlocks(from, to, func(b blockEntry) bool { return b.lastOffset >= floor }), to
}

// census is what is alive in a segment at one moment.
type census struct {
	// live are the bytes of the blocks that are alive, dead those of the others,
	// in deadRanges, which are in the order of the file.
	live, dead int64
	deadRanges []byteRange
	// until is when the last of what is alive is wanted no more, by the
	// retention of its stream.
	until shardlog.Millis
}

// byteRange is a part of a file.
type byteRange struct{ from, to int64 }

// takeCensus counts what is alive in the segment with that footer.
func (l *Log) takeCensus(f *footer) census {
	var c census
	for i := range f.shardCount() {
		first, _ := f.blocksOf(i)
		sh, from, to := l.aliveBlocks(f, i)
		for b := first; b < from; b++ {
			c.addDead(f.block(b))
		}
		for b := from; b < to; b++ {
			e := f.block(b)
			c.live += int64(e.length)
			c.until = max(c.until, sh.stream.expiry(e.lastArrival))
		}
	}
	c.dead = sizeOfRanges(c.deadRanges)
	return c
}

func (c *census) addDead(e blockEntry) {
	end := e.position + int64(e.length)
	if n := len(c.deadRanges); n > 0 && c.deadRanges[n-1].to == e.position {
		c.deadRanges[n-1].to = end
		return
	}
	c.deadRanges = append(c.deadRanges, byteRange{e.position, end})
}

func sizeOfRanges(ranges []byteRange) (bytes int64) {
	for _, r := range ranges {
		bytes += r.to - r.from
	}
	return bytes
}

// worthRewriting reports whether the segment had better be rewritten now: less
// than half of it is alive, and that will stay for a while. Where all records are
// kept equally long a segment dies from one end to the other in the time in which it
// was filled, and a copy of the rest would be written for nothing; so it is also
// where the rest has not an eighth of its time before it.
func (c *census) worthRewriting(m *segmentMeta, now shardlog.Millis) bool {
	if c.live >= c.dead {
		return false
	}
	rest, age := c.until-now, now-m.firstArrival
	return rest > max(m.lastArrival-m.firstArrival, age/8)
}
