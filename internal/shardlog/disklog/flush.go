package disklog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

// flush is the flusher's goroutine: it writes sealed memtables to segments,
// oldest first, and removes segments in which nothing is alive. It owns the
// manifest.
func (l *Log) flush(ctx context.Context) error {
	l.collect.Store(true) // a drop may have been the last thing before a crash
	for {
		err := l.flushAll(ctx)
		if err != nil && !retry(err) && !errors.Is(err, ctx.Err()) {
			return err
		}
		if ctx.Err() != nil {
			return nil // the journal has it all
		}
		l.report(noSegment, err)
		if l.space.has(lowSpace) {
			l.recycle(l.manifest.firstJournal) // spares are given back
			l.checkSpace()
		}
		var again <-chan time.Time
		if err != nil || l.space.has(lowSpace) {
			again = time.After(l.o.Retry)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-l.kicks.flusher:
		case <-again:
		}
	}
}

// flushAll does what there is to do. Removing comes first: on a full disk it may
// make the room that the flush needs.
func (l *Log) flushAll(ctx context.Context) error {
	if l.collect.Swap(false) {
		if err := l.removeDead(); err != nil {
			return err
		}
	}
	for ctx.Err() == nil {
		l.mu.Lock()
		var t *memtable
		if len(l.mu.sealed) > 0 {
			t = l.mu.sealed[0]
		}
		l.mu.Unlock()
		if t == nil {
			return nil
		}
		if err := l.flushTable(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// flushTable moves one memtable from memory to disk. What a crash leaves at each
// step is in FORMAT.md, section 9.
func (l *Log) flushTable(ctx context.Context, t *memtable) error {
	began := time.Now()
	meta, err := l.writeSegment(ctx, t)
	if err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	// From here on the segment is durable, and garbage until the manifest names
	// it: the journal still has everything.
	e := l.manifest.current()
	if meta != nil {
		e.added = []segmentMeta{*meta}
	}
	e.states, e.dropped = l.statesOf(t)
	e.checkpoint = t.last
	e.reached = l.durable.Load()
	e.firstJournal = l.firstJournal(t.last)
	if err := l.manifest.commit(e, l.wholeEdit); err != nil {
		if meta != nil && retry(err) {
			err = errors.Join(err, removeIfThere(l.fs, segmentPath(l.dir, meta.number)))
		}
		return fmt.Errorf("flush: %w", err)
	}
	// From here on recovery reads the segment, and the frames are not needed.
	// Readers must find the segment before they miss the memtable.
	if meta != nil {
		l.segments.install([]*segment{l.newSegment(*meta)}, nil)
	}
	t.release()
	l.mu.Lock()
	l.mu.sealed = slices.Delete(l.mu.sealed, 0, 1)
	l.mu.Unlock()
	l.space.unflushed.Add(-t.bytes)
	signal(l.kicks.writer) // a full memtable may wait for the place
	l.recycle(e.firstJournal)
	if fn := l.o.Events.SegmentWritten; fn != nil && meta != nil {
		fn(SegmentWritten{Number: meta.number, Records: meta.records, Bytes: meta.size, Duration: time.Since(began)})
	}
	return nil
}

// statesOf returns the states of t's shards, and the streams that were dropped in
// t or are by now: a stream without states must be in the list, since replay
// meets its entries before it meets the drop.
func (l *Log) statesOf(t *memtable) (states []savedState, dropped []shardlog.StreamID) {
	gone := map[shardlog.StreamID]bool{}
	for _, id := range t.dropped {
		gone[id] = true
	}
	for _, ms := range t.shards {
		switch id := ms.shard.id(); {
		case gone[id.Stream]:
		case l.shards.isDropped(id.Stream):
			gone[id.Stream] = true
		default:
			states = append(states, savedState{id, ms.state})
		}
	}
	return states, slices.Collect(maps.Keys(gone))
}

func (l *Log) newSegment(m segmentMeta) *segment {
	return &segment{segmentMeta: m, path: segmentPath(l.dir, m.number)}
}

// writeSegment writes the records of t that are alive to a segment, durably, and
// returns nil if there are none. Of a segment that failed nothing stays.
func (l *Log) writeSegment(ctx context.Context, t *memtable) (*segmentMeta, error) {
	shards := l.aliveShards(t)
	if len(shards) == 0 {
		return nil, nil
	}
	l.segmentNumber++
	path := segmentPath(l.dir, l.segmentNumber)
	if err := removeIfThere(l.fs, path); err != nil {
		return nil, err
	}
	file, err := l.fs.Create(path, segmentMode)
	if err != nil {
		return nil, fmt.Errorf("create segment: %w", err)
	}
	m := segmentMeta{trailer: trailer{number: l.segmentNumber}, class: classDay, span: lsnSpan{t.first, t.last}}
	meta, err := writeShards(ctx, newSegmentWriter(file, l.id, m), shards)
	if err = errors.Join(err, file.Close()); err == nil {
		err = l.fs.SyncDir(l.dir)
	}
	if err != nil {
		return nil, errors.Join(err, removeIfThere(l.fs, path))
	}
	return &meta, nil
}

// segmentMode is direct: written-back pages of a segment would get in the way of
// the journal's syncs.
const segmentMode = vfs.Direct

// aliveShard is the part of a memShard that is at or above the floor.
type aliveShard struct {
	id   shardlog.Shard
	runs []run
	// skip is how many entries of the first run are below the floor.
	skip int
}

// aliveShards returns what of t a segment must hold, sorted.
func (l *Log) aliveShards(t *memtable) []aliveShard {
	var alive []aliveShard
	for _, ms := range t.shards {
		if len(ms.runs) == 0 {
			continue
		}
		state, dropped := ms.shard.published()
		from := searchOffset(ms.runs, state.Floor)
		if dropped || from == len(ms.runs) {
			continue
		}
		a := aliveShard{id: ms.shard.id(), runs: ms.runs[from:]}
		if first := a.runs[0].first; state.Floor > first {
			a.skip = int(state.Floor - first)
		}
		alive = append(alive, a)
	}
	slices.SortFunc(alive, func(a, b aliveShard) int { return compareShards(a.id, b.id) })
	return alive
}

func writeShards(ctx context.Context, w *segmentWriter, shards []aliveShard) (segmentMeta, error) {
	for _, s := range shards {
		if err := ctx.Err(); err != nil {
			return segmentMeta{}, err
		}
		if err := w.shard(s.id); err != nil {
			return segmentMeta{}, err
		}
		for i, r := range s.runs {
			from := 0
			if i == 0 {
				from = s.skip
			}
			if err := w.add(r, from); err != nil {
				return segmentMeta{}, err
			}
		}
	}
	return w.finish()
}

// wholeEdit says everything that the manifest says.
func (l *Log) wholeEdit() *edit {
	e := l.manifest.current()
	e.added = l.manifest.segments
	e.dropped = l.shards.droppedStreams()
	l.shards.each(func(s *shard) {
		if s.saved != (shardState{}) {
			e.states = append(e.states, savedState{s.id(), s.saved})
		}
	})
	return e
}
