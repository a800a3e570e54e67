package disklog

import (
	"cmp"
	"context"
	"slices"
)

// share is what of a memtable goes into one segment. A stream is in one share
// only (FORMAT.md, section 4).
type share struct {
	class  class
	shards []aliveShard // in the order of compareShards
	bytes  int64        // of the runs
}

// aliveShard is the part of a memShard that is at or above the floor.
type aliveShard struct {
	*shard
	runs []run
	// skip is how many entries of the first run are below the floor.
	skip  int
	bytes int64 // of the runs
}

// share divides what of t is alive: a share for each retention class, and one for
// each stream that is large. Only the flusher calls it.
func (l *Log) share(t *memtable) []*share {
	var shares []*share
	byClass := map[class]*share{}
	rest := aliveShards(t)
	for len(rest) > 0 {
		st := rest[0].stream
		n, bytes := 0, int64(0)
		for n < len(rest) && rest[n].stream == st {
			bytes += rest[n].bytes
			n++
		}
		// The settings are looked at once: they may change meanwhile, and a
		// stream must not be divided.
		into := &share{class: classOf(st.kept().Retention)}
		if st.isLarge(bytes, l.o.ownSegment) {
			shares = append(shares, into)
		} else if of := byClass[into.class]; of != nil {
			into = of
		} else {
			byClass[into.class] = into
			shares = append(shares, into)
		}
		into.shards = append(into.shards, rest[:n]...)
		into.bytes += bytes
		rest = rest[n:]
	}
	slices.SortStableFunc(shares, func(a, b *share) int { return cmp.Compare(a.class, b.class) })
	return shares
}

// isLarge reports whether a stream that has so many bytes in a flush gets a
// segment of its own: from more than own on, and until it has not more than half
// of that, so that one near the border keeps to one kind. It is the flusher's.
func (st *stream) isLarge(bytes, own int64) bool {
	if st.large {
		own /= 2
	}
	st.large = bytes > own
	return st.large
}

// aliveShards returns what of t segments must hold, sorted.
func aliveShards(t *memtable) []aliveShard {
	alive := make([]aliveShard, 0, len(t.shards))
	for _, ms := range t.sorted() {
		if len(ms.runs) == 0 {
			continue
		}
		state, dropped := ms.shard.published()
		from := searchOffset(ms.runs, state.Floor)
		if dropped || from == len(ms.runs) {
			continue
		}
		a := aliveShard{shard: ms.shard, runs: ms.runs[from:]}
		if first := a.runs[0].first; state.Floor > first {
			a.skip = int(state.Floor - first)
		}
		for i := range a.runs {
			a.bytes += int64(len(a.runs[i].body))
		}
		alive = append(alive, a)
	}
	return alive
}

// write writes the records of the share.
func (s *share) write(ctx context.Context, w *segmentWriter) error {
	for _, a := range s.shards {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.shard(a.id()); err != nil {
			return err
		}
		w.codec = codecOf(a.stream.kept().Compression)
		w.warmed += warmBodies(a.runs)
		skip := a.skip
		for _, r := range a.runs {
			if err := w.add(r, skip); err != nil {
				return err
			}
			skip = 0
		}
	}
	return nil
}
