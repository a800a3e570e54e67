package disklog

import (
	"context"
	"fmt"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
)

// write is the writer's goroutine. It takes the open group, commits it, and
// takes the next, until ctx ends; then it lets nobody join and commits the last.
func (l *Log) write(ctx context.Context) error {
	l.checkSpace()
	for {
		l.sealFull()
		last := ctx.Err() != nil // looked at once: who joins before it is committed
		g := l.take(last)
		if g == nil {
			if last {
				return nil
			}
			select {
			case <-l.kicks.writer:
			case <-ctx.Done():
			}
			continue
		}
		if err := l.commit(g); err != nil {
			return err
		}
	}
}

// take closes the open group to appends and gives it its place in the journal;
// nil if nobody joined one. The last take closes the log to appends too.
func (l *Log) take(last bool) *group {
	l.mu.Lock()
	defer l.mu.Unlock()
	if last {
		l.mu.closed = true
		l.broadcastLocked()
	}
	g := l.mu.open
	if g == nil {
		return nil
	}
	l.mu.open, l.mu.taken = nil, g
	size := alignUp(g.size)
	l.mu.slab.used += size
	g.file, g.pos = l.reserveLocked(int64(size), g.lsn)
	l.broadcastLocked()
	return g
}

// commit makes g durable and publishes it.
func (l *Log) commit(g *group) error {
	g.leave(0)
	<-g.written
	w := &l.writer
	frame, crc := g.finish(w.prev)
	if g.pos == journalHeader {
		l.rotated(g.file)
	}
	// A crash from here on may leave any part of the frame: a torn tail, since
	// the frame before is synced. If all of it is there, recovery takes it,
	// though nobody will have been answered.
	synced, err := l.writeFrame(g.file, frame, g.pos)
	if err != nil {
		// Whatever the disk says later, what it holds of this frame is unknown:
		// no retry (invariant 5). The process must end and recover by reading.
		g.end(shardlog.ErrUnknown)
		l.end()
		return fmt.Errorf("journal: %w", err)
	}
	// From here on the group is durable, and a crash loses nothing of it.
	w.prev, w.last = crc, g.lsn
	l.durable.Store(g.lsn)
	l.publish(g, frame)
	committed := GroupCommitted{Appends: g.appends, Entries: g.entries, Bytes: len(frame), Sync: synced}
	g.end(nil)
	if fn := l.o.Events.GroupCommitted; fn != nil {
		fn(committed)
	}
	l.spendSpace(int64(len(frame)))
	return nil
}

// writeFrame writes and syncs, and returns how long that took.
func (l *Log) writeFrame(f *journalFile, frame []byte, pos int64) (time.Duration, error) {
	began := time.Now()
	if _, err := f.file.WriteAt(frame, pos); err != nil {
		return 0, fmt.Errorf("write frame: %w", err)
	}
	if err := f.file.Sync(); err != nil {
		return 0, fmt.Errorf("sync frame: %w", err)
	}
	return time.Since(began), nil
}

// publish lets readers see g, in the order of joining. A small frame's runs are
// copied, so that its padding is not kept in memory; a large one's are kept where
// they are.
func (l *Log) publish(g *group, frame []byte) {
	t := l.writer.active
	before := t.bytes
	alias := len(frame) > smallFrame
	for rest := g.changes; len(rest) > 0; {
		part := rest[:min(warmAtOnce, len(rest))]
		rest = rest[len(part):]
		l.writer.warmed += warmChanges(part)
		for i := range part {
			l.apply(t, &part[i], alias)
		}
	}
	t.last = g.lsn
	t.journal += int64(len(frame))
	l.space.unflushed.Add(t.bytes - before)
	clear(g.changes)
	l.mu.Lock()
	l.mu.changes = g.changes
	l.mu.Unlock()
	g.changes = nil
}

// sealFull hands the active memtable to the flusher if it wants a flush, or
// remembers that it waits for a place.
func (l *Log) sealFull() {
	t := l.writer.active
	wanted := l.leaveLarge() || l.wantsFlush(t)
	l.mu.Lock()
	full := wanted && len(l.mu.sealed) >= maxSealed
	if l.mu.full && !full {
		l.broadcastLocked()
	}
	l.mu.full = full
	l.mu.Unlock()
	if !wanted || full {
		return // when there is a place the flusher signals
	}
	t.seal()
	l.writer.active = &memtable{first: t.last + 1, last: t.last}
	l.mu.Lock()
	l.mu.sealed = append(l.mu.sealed, t)
	l.broadcastLocked()
	l.mu.Unlock()
	signal(l.kicks.flusher)
}

// wantsFlush reports whether t is full, or whether entries are refused for want
// of space: then a flush is worth its while at once. It lets journal files go,
// and what was dropped or trimmed it does not write at all.
func (l *Log) wantsFlush(t *memtable) bool {
	if l.space.short.Load() != 0 {
		return len(t.shards) > 0 || len(t.dropped) > 0
	}
	return t.bytes >= l.o.MemtableBytes || t.journal >= l.maxUnflushedJournal()
}

// maxUnflushedJournal bounds what of the journal one memtable may stand for:
// small frames take 4 KiB there and little in memory, and recovery reads it all.
func (l *Log) maxUnflushedJournal() int64 { return max(4*l.o.MemtableBytes, l.o.JournalMin) }
