package disklog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
)

// flush is the flusher's goroutine: it writes sealed memtables to segments,
// oldest first, and removes segments in which nothing is alive. It owns the
// manifest.
func (l *Log) flush(ctx context.Context) error {
	l.suspectNew()
	for {
		err := l.flushAll(ctx)
		if err == nil {
			err = l.tidy()
		}
		if err == nil {
			err = l.letOldGo()
		}
		if err != nil && !retry(err) && !errors.Is(err, ctx.Err()) {
			return err
		}
		if ctx.Err() != nil {
			return nil // the journal has it all
		}
		l.report(noSegment, err)
		l.recycle(l.manifest.firstJournal) // a backup may have ended, or spares are to be given back
		l.rest()
		if l.space.has(lowSpace) {
			l.checkSpace()
		}
		var again <-chan time.Time
		if err != nil || l.space.has(lowSpace) {
			again = time.After(l.o.Retry)
		} else if in := l.tidyIn(); in > 0 {
			again = time.After(in)
		}
		select {
		case <-ctx.Done():
			return nil
		case answer := <-l.cuts:
			answer <- l.takeCut()
		case r := <-l.keyRequests:
			if err := l.addKey(r); err != nil {
				return err
			}
		case <-l.kicks.flusher:
		case <-l.resting():
		case <-again:
		}
	}
}

// flushAll does what there is to do. Removing comes first: on a full disk it may
// make the room that the flush needs.
func (l *Log) flushAll(ctx context.Context) error {
	l.forgetDropped()
	if err := l.removeDead(); err != nil {
		return err
	}
	for ctx.Err() == nil {
		if err := l.answerRequests(); err != nil {
			return err
		}
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
	made, err := l.writeSegments(ctx, t)
	if err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	// From here on the segments are durable, and garbage until the manifest
	// names them: the journal still has everything.
	e := l.manifest.current()
	e.added = metasOf(made)
	e.states, e.dropped = l.statesOf(t)
	e.checkpoint = t.last
	e.reached = l.durable.Load()
	e.firstJournal = l.firstJournal(t.last)
	if err := l.manifest.commit(e, l.wholeEdit); err != nil {
		if retry(err) {
			err = errors.Join(err, l.unmake(e.added))
		}
		return fmt.Errorf("flush: %w", err)
	}
	// From here on recovery reads the segments, and the frames are not needed.
	// Readers must find the segments before they miss the memtable.
	l.install(e.added)
	l.retire(t)
	l.keys.forget(t.dropped) // later memtables have nothing of these streams
	l.mu.Lock()
	l.mu.sealed = slices.Delete(l.mu.sealed, 0, 1)
	l.mu.Unlock()
	l.space.unflushed.Add(-t.bytes)
	signal(l.kicks.writer) // a full memtable may wait for the place
	l.recycle(e.firstJournal)
	if fn := l.o.Events.SegmentWritten; fn != nil {
		for _, w := range made {
			fn(w.event())
		}
	}
	return nil
}

// madeSegment is a segment that a flush has made.
type madeSegment struct {
	segmentMeta
	raw  int64
	took time.Duration
}

func (m *madeSegment) event() SegmentWritten {
	return SegmentWritten{
		Number: m.number, Class: m.class.String(), Records: m.records,
		Bytes: m.size, Raw: m.raw, Duration: m.took,
	}
}

func metasOf(made []madeSegment) []segmentMeta {
	metas := make([]segmentMeta, len(made))
	for i := range made {
		metas[i] = made[i].segmentMeta
	}
	return metas
}

// writeSegments writes the records of t that are alive to segments, durably. Of
// segments that failed, or one of which failed, nothing stays.
func (l *Log) writeSegments(ctx context.Context, t *memtable) (made []madeSegment, err error) {
	for _, s := range l.share(t) {
		began := time.Now()
		var meta segmentMeta
		meta, err = l.makeSegment(segmentMeta{class: s.class, span: lsnSpan{t.first, t.last}}, func(w *segmentWriter) error {
			return s.write(ctx, w)
		})
		if err != nil {
			break
		}
		made = append(made, madeSegment{meta, s.bytes, time.Since(began)})
	}
	if err == nil && len(made) > 0 {
		err = l.fs.SyncDir(l.dir)
	}
	if err != nil {
		return nil, errors.Join(err, l.unmake(metasOf(made)))
	}
	return made, nil
}

// install lets readers see segments that the manifest names.
func (l *Log) install(added []segmentMeta) {
	if len(added) == 0 {
		return
	}
	segments := make([]*segment, len(added))
	for i, m := range added {
		segments[i] = l.newSegment(m)
	}
	l.segments.install(segments, nil)
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

// newSegment is called by the flusher, or by recovery.
func (l *Log) newSegment(m segmentMeta) *segment {
	l.rewriting.mergeDue = l.rewriting.mergeDue || m.class > classDay && m.level == 0
	return &segment{segmentMeta: m, path: segmentPath(l.dir, m.number)}
}

// wholeEdit says everything that the manifest says.
func (l *Log) wholeEdit() *edit {
	e := l.manifest.current()
	e.added = l.manifest.segments
	// The keys of what was dropped are forgotten: nobody reads that any more.
	e.keys = slices.DeleteFunc(slices.Clone(l.manifest.keys), func(k savedKey) bool { return l.shards.isDropped(k.stream) })
	l.shards.each(func(s *shard) {
		if s.saved != (shardState{}) {
			e.states = append(e.states, savedState{s.id(), s.saved})
		}
	})
	// Looked at last: a stream that is being dropped meanwhile, and has its states or
	// its keys no more, must be in the list, since replay meets its entries before it
	// meets the drop.
	e.dropped = l.shards.droppedStreams()
	return e
}
