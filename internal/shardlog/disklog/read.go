package disklog

import (
	"context"
	"fmt"
	"slices"

	"github.com/freshet/freshet/internal/shardlog"
)

// Read returns records of a shard; see shardlog.Log. Those in memory cost no
// I/O. A damaged block gives a *CorruptionError, and costs no more than the reads
// that touch it.
func (l *Log) Read(ctx context.Context, id shardlog.Shard, from shardlog.Offset, limit shardlog.Limit) (shardlog.Batch, error) {
	if err := l.readable(ctx); err != nil {
		return shardlog.Batch{}, err
	}
	s, err := l.shards.find(id)
	if err != nil {
		return shardlog.Batch{}, err
	}
	if s == nil {
		return shardlog.Batch{Next: from}, nil
	}
	for {
		view, err := s.view()
		if err != nil {
			return shardlog.Batch{}, err
		}
		batch, err := l.readView(ctx, id, view, from, limit)
		if err == nil || !l.judge(s, err) {
			return unlessEmpty(batch, err)
		}
	}
}

// unlessEmpty lets records that were read before an error hide it: the next read
// begins with it.
func unlessEmpty(batch shardlog.Batch, err error) (shardlog.Batch, error) {
	if err != nil && len(batch.Records) == 0 {
		return shardlog.Batch{}, err
	}
	return batch, nil
}

// readView reads records of a shard as it was when view was taken. With an error
// it returns those before the damage.
func (l *Log) readView(ctx context.Context, id shardlog.Shard, view *view, from shardlog.Offset, limit shardlog.Limit) (shardlog.Batch, error) {
	from = max(from, view.state.Floor)
	c := newCollector(from, view.memory(), limit)
	var err error
	if from < c.below {
		err = l.readSegments(ctx, id, c)
	}
	for _, runs := range view.runs {
		c.take(runs, view.state.Next)
	}
	return shardlog.Batch{Records: c.records, Next: c.next, State: view.state}, err
}

// view is a shard at one moment: its state, and its runs in memory, by memtable,
// oldest first. They do not change.
type view struct {
	state shardlog.State
	runs  [][]run
	few   [6][]run // what runs usually is a slice of
}

// view returns the shard as it is now. Who wants the segments too must acquire
// their version afterwards: what left the memtables meanwhile is there.
func (s *shard) view() (*view, error) {
	v := &view{}
	v.runs = v.few[:0]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dropped {
		return nil, shardlog.ErrDropped
	}
	v.state = s.state.State
	for ms := s.newest; ms != nil; ms = ms.older {
		if len(ms.runs) > 0 {
			v.runs = append(v.runs, ms.runs)
		}
	}
	slices.Reverse(v.runs)
	return v, nil
}

// memory returns the offset from which all records are in memory.
func (v *view) memory() shardlog.Offset {
	if len(v.runs) == 0 {
		return v.state.Next
	}
	return v.runs[0][0].first
}

// collector gathers the records of one Read.
type collector struct {
	records []shardlog.Record
	// next is the offset that is wanted next, below where memory begins.
	next, below shardlog.Offset
	count       int // how many more may be taken
	bytes       int // and how large
	full        bool
	warmed      int // what warmEntries returned; nobody reads it
}

func newCollector(from, below shardlog.Offset, limit shardlog.Limit) *collector {
	return &collector{next: from, below: below, count: limit.Records, bytes: limit.Bytes}
}

// makeRoom makes room for what take will add, at the most, so that a large page
// is not copied while it grows.
func (c *collector) makeRoom(runs []run) {
	count, bytes := 0, 0
	for _, r := range runs {
		if count >= c.count || bytes >= c.bytes {
			break
		}
		count += int(r.count)
		bytes += len(r.body)
	}
	c.records = slices.Grow(c.records, min(count, c.count))
}

// take adds the records of runs from c.next on that lie below end, as far as the
// limit goes.
func (c *collector) take(runs []run, end shardlog.Offset) {
	if c.full {
		return
	}
	runs = runs[searchOffset(runs, c.next):]
	c.makeRoom(runs)
	if len(runs) == 0 {
		return
	}
	i := 0
	if first := runs[0].first; c.next > first {
		i = int(c.next - first)
	}
	c.warmed += warmEntries(runs, i, c.count)
	for _, r := range runs {
		for ; i < int(r.count); i++ {
			offset := r.first + shardlog.Offset(i)
			if offset >= end || !c.fits(r.size(i)) {
				c.full = true
				return
			}
			c.records = append(c.records, r.record(i))
			c.next = offset + 1
		}
		i = 0
	}
}

// fits counts a record that is about to be taken. The first one always fits.
func (c *collector) fits(size int) bool {
	if c.count == 0 || size > c.bytes && len(c.records) > 0 {
		return false
	}
	c.count--
	c.bytes -= size
	return true
}

// readSegments takes the records below memory that are in segments. With an
// error it has taken those before the damage.
func (l *Log) readSegments(ctx context.Context, id shardlog.Shard, c *collector) error {
	v := l.segments.acquire()
	defer l.segments.release(v)
	reached := func(b blockEntry) bool { return b.lastOffset >= c.next }
	segments := v.holding(id.Stream)
	i, err := l.locate(segments, id, reached)
	for ; err == nil && i < len(segments) && !c.stops(); i++ {
		err = l.readSegment(ctx, segments[i], id, c)
	}
	if err == nil && !c.stops() {
		err = l.missing(id, c.next, c.below)
	}
	if err != nil {
		// Records behind the damage must not follow those before it.
		c.full = true
		return err
	}
	c.full = c.full || c.stops() && c.next < c.below // nor those in memory
	return nil
}

// missing is the error of a reader that finds no record at the offsets from..to-1,
// though offsets have no gaps here. Mostly the floor has passed them, or the
// stream was dropped, after the reader's view was taken, and the segment is gone
// since: judge knows. All else is a loss, and must not look like a gap.
func (l *Log) missing(id shardlog.Shard, from, to shardlog.Offset) error {
	return &blockError{
		&CorruptionError{File: l.path(manifestName), Reason: fmt.Sprintf("no segment has the records %d to %d of shard %s", from, to-1, id)},
		to - 1,
	}
}

// stops reports whether nothing more is wanted of segments.
func (c *collector) stops() bool { return c.full || c.count == 0 || c.bytes <= 0 || c.next >= c.below }

func (l *Log) readSegment(ctx context.Context, s *segment, id shardlog.Shard, c *collector) error {
	f, from, to, err := l.blocksOf(s, id)
	if err != nil || from == to {
		return err
	}
	for i := f.searchBlocks(from, to, func(b blockEntry) bool { return b.lastOffset >= c.next }); i < to && !c.stops(); i++ {
		b := f.block(i)
		if b.firstOffset >= c.below {
			return nil
		}
		if b.firstOffset > c.next {
			return l.missing(id, c.next, b.firstOffset)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		runs, err := l.blockOf(s, id, b)
		if err != nil {
			return err
		}
		c.take(runs, c.below)
	}
	return nil
}
