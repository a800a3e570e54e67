package disklog

import (
	"context"
	"slices"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
)

// Small runs of what is kept for long are put together, so that a shard that gets
// little is not spread over thousands of segments by the end of a year: so many
// neighbours of one class become one segment of the next level, once. What is
// kept for a day is not: it would be written a third time to die soon.

// pickMerge returns the oldest merge that may be made, nil if there is none.
func (l *Log) pickMerge(segments []*segment) *job {
	for c := classWeek; c <= classYear; c++ {
		var row []*segment
		for _, s := range segments {
			if s.class == c && s.level == 0 && !s.upkeep.broken && !s.upkeep.locked && !l.isOwn(s) {
				row = append(row, s)
			}
		}
		for n := l.o.tidy.merge; len(row) >= n; row = row[1:] {
			if extentOf(row[:n]) > c.mergeExtent() {
				continue
			}
			if set := l.mergeable(segments, row[:n]); set != nil {
				return mergeJob(c, set)
			}
		}
	}
	return nil
}

// isOwn reports whether s is large and has one stream only: its shards' runs are
// long already.
func (l *Log) isOwn(s *segment) bool { return len(s.streams) == 1 && s.size > l.o.ownSegment }

// mergeExtent bounds the time between the first record and the last of what is
// merged: a merged segment can be removed only when its last record has died.
func (c class) mergeExtent() time.Duration {
	switch c {
	case classWeek:
		return day
	case classMonth:
		return 4 * day
	default:
		return 31 * day
	}
}

func extentOf(set []*segment) time.Duration {
	first, last := forever, shardlog.Millis(0)
	for _, s := range set {
		first, last = min(first, s.firstArrival), max(last, s.lastArrival)
	}
	return time.Duration(last-first) * time.Millisecond
}

// mergeable returns set, and what must be merged with it, if the result may take
// the span from its first frame to its last: no segment besides that has frames
// there may hold a stream of the result. Otherwise it returns nil: a stream has
// changed its class meanwhile, or a footer is damaged.
func (l *Log) mergeable(segments, set []*segment) []*segment {
	streams := map[shardlog.StreamID]bool{}
	for _, s := range set {
		if l.eachStream(s, func(id shardlog.StreamID) bool { streams[id] = true; return true }) != nil {
			return nil
		}
	}
	span := spanOf(set)
	whole := slices.Clone(set)
	for _, s := range segments {
		if !s.span.overlaps(span) || slices.Contains(set, s) {
			continue
		}
		apart := true
		if l.eachStream(s, func(id shardlog.StreamID) bool { apart = !streams[id]; return apart }) != nil {
			return nil
		}
		switch {
		case apart:
		case l.isOwn(s) && s.class == set[0].class && s.level == 0 && !s.upkeep.broken:
			whole = append(whole, s)
		default:
			return nil
		}
	}
	slices.SortFunc(whole, func(a, b *segment) int { return a.compare(&b.segmentMeta) })
	return whole
}

// eachStream calls fn for each stream of s until it returns false. The caller is
// the flusher.
func (l *Log) eachStream(s *segment, fn func(shardlog.StreamID) bool) error {
	if s.streams != nil {
		for _, id := range s.streams {
			if !fn(id) {
				break
			}
		}
		return nil
	}
	f, err := l.upkeepFooter(s)
	if err != nil {
		return err
	}
	for i := range f.shardCount() {
		if !fn(f.shard(i).Stream) {
			break
		}
	}
	return nil
}

func spanOf(set []*segment) lsnSpan {
	span := set[0].span
	for _, s := range set {
		span.low, span.high = min(span.low, s.span.low), max(span.high, s.span.high)
	}
	return span
}

func (s lsnSpan) overlaps(o lsnSpan) bool { return s.low <= o.high && o.low <= s.high }

func mergeJob(c class, set []*segment) *job {
	j := &job{inputs: set, meta: segmentMeta{class: c, level: 1, span: spanOf(set)}}
	for _, s := range set {
		j.live += s.size
	}
	return j
}

// merge writes what is alive in the inputs, shard by shard, each shard's runs from
// input to input: that is the order of their offsets. It keeps the footers and a
// few blocks in memory.
func (r *rewriter) merge(ctx context.Context) error {
	var cursors []*mergeCursor
	for _, s := range r.job.inputs {
		f, err := r.log.footerOf(s)
		if err != nil {
			return err
		}
		cursors = append(cursors, &mergeCursor{segment: s, footer: f})
	}
	for {
		cursors = slices.DeleteFunc(cursors, func(c *mergeCursor) bool { return c.at == c.footer.shardCount() })
		if len(cursors) == 0 {
			return nil
		}
		id := slices.MinFunc(cursors, func(a, b *mergeCursor) int { return compareShards(a.shard(), b.shard()) }).shard()
		if err := r.mergeShard(ctx, id, cursors); err != nil {
			return err
		}
	}
}

// mergeCursor is how far an input was merged.
type mergeCursor struct {
	segment *segment
	footer  *footer
	at      int // the shard that comes next
}

func (c *mergeCursor) shard() shardlog.Shard { return c.footer.shard(c.at) }

func (r *rewriter) mergeShard(ctx context.Context, id shardlog.Shard, cursors []*mergeCursor) error {
	begun := false
	for _, c := range cursors {
		if c.shard() != id {
			continue
		}
		_, from, to := r.log.aliveBlocks(c.footer, c.at)
		c.at++
		for b := from; b < to; b++ {
			_, h, runs, err := r.block(ctx, c.segment, id, c.footer.block(b))
			if err != nil {
				return err
			}
			if !begun {
				begun = true
				if err := r.w.shard(id); err != nil {
					return err
				}
				r.w.codec = codecNone
			}
			// A shard that has a compressed block is compressed from there on.
			r.w.codec = max(r.w.codec, h.codec)
			if err := r.mergeRuns(id, runs); err != nil {
				return err
			}
		}
	}
	return nil
}

// mergeRuns adds what of runs is alive. A run stays whole if all is dead by now,
// so that the shard has records.
func (r *rewriter) mergeRuns(id shardlog.Shard, runs []run) error {
	_, floor := r.log.aliveFrom(id)
	from := min(searchOffset(runs, floor), len(runs)-1)
	for _, run := range runs[from:] {
		skip := 0
		if floor > run.first && floor < run.next() {
			skip = int(floor - run.first)
		}
		if err := r.w.add(run, skip); err != nil {
			return err
		}
	}
	return nil
}
