package disklog

import (
	"context"
	"fmt"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
)

// write is the writer's goroutine. It commits the groups that nobody leads until
// ctx ends, and leaves nothing that is not synced. It keeps the turn then.
func (l *Log) write(ctx context.Context) error {
	l.checkSpace()
	err := l.commitAll(ctx)
	if err == nil {
		err = l.syncJournal()
	}
	if err != nil {
		l.end()
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

// commitAll commits group after group, and gives the turn away while there is
// none, until ctx ends; then it lets nobody join and commits the last. It has the
// turn when it returns nil.
func (l *Log) commitAll(ctx context.Context) error {
	for {
		last := ctx.Err() != nil // looked at once: who joins before it is committed
		found, err := l.commitOpen(last)
		if err == nil && !found {
			if last {
				return nil
			}
			err = l.idle(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// commitOpen takes the open group and commits it, if there is one. After an error
// the caller must keep the turn: whatever the disk says later, what it holds is
// unknown, so nothing is written any more (invariant 5). The process must end and
// recover by reading.
func (l *Log) commitOpen(last bool) (found bool, err error) {
	if err := l.sealFull(); err != nil {
		return false, err
	}
	g := l.take(last)
	if g == nil {
		return false, nil
	}
	return true, l.commit(g)
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

// commit writes g, makes it durable unless that may come later, and publishes it.
func (l *Log) commit(g *group) error {
	g.leave(0)
	<-g.written
	frame, err := l.writeFrame(g)
	if err == nil && (l.o.SyncEvery == 0 || g.fence) {
		err = l.syncJournal()
	}
	if err != nil {
		g.end(shardlog.ErrUnknown)
		return err
	}
	// From here on a crash of the process loses nothing of the group, and unless
	// its sync comes later none of the machine does.
	l.written.Store(g.lsn)
	committed := GroupCommitted{Appends: g.appends, Entries: g.entries, Bytes: len(frame)}
	l.publish(g, frame)
	g.end(nil)
	if fn := l.o.Events.GroupCommitted; fn != nil {
		fn(committed)
	}
	l.spendSpace(int64(len(frame)))
	return l.syncIfDue()
}

// writeFrame writes the frame of g behind the last one.
func (l *Log) writeFrame(g *group) (frame []byte, err error) {
	if g.pos == journalHeader {
		// What the files before have must be durable before this one has
		// anything: only one file has frames that a power cut may take.
		if err := l.syncJournal(); err != nil {
			return nil, err
		}
		l.rotated(g.file)
	}
	w := &l.writer
	frame, crc := g.finish(w.prev, w.synced)
	// A crash from here on may leave any part of the frame, and of those before
	// that are not synced: a torn tail. What is there of them recovery takes,
	// though perhaps nobody was answered.
	if _, err := g.file.file.WriteAt(frame, g.pos); err != nil {
		return nil, fmt.Errorf("write frame: %w", err)
	}
	w.prev, w.last, w.unsynced = crc, g.lsn, g.file
	return frame, nil
}

// syncJournal makes all frames durable.
func (l *Log) syncJournal() error {
	w := &l.writer
	if w.unsynced == nil {
		return nil
	}
	began := time.Now()
	if err := w.unsynced.file.Sync(); err != nil {
		return fmt.Errorf("sync frame: %w", err)
	}
	// From here on no crash loses anything of them.
	w.synced, w.unsynced, w.due = w.last, nil, nil
	l.durable.Store(w.synced)
	if fn := l.o.Events.JournalSynced; fn != nil {
		fn(time.Since(began))
	}
	return nil
}

// syncIfDue syncs what was written SyncEvery ago, or sees to it that it will be.
func (l *Log) syncIfDue() error {
	w := &l.writer
	if w.unsynced == nil {
		return nil
	}
	if w.due == nil {
		w.due = time.After(l.o.SyncEvery)
	}
	select {
	case <-w.due:
		return l.syncJournal()
	default:
		return nil
	}
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
// remembers that it waits for a place. Its frames are durable then: the checkpoint
// never is above what was synced.
func (l *Log) sealFull() error {
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
		return nil // when there is a place the flusher signals
	}
	if err := l.syncJournal(); err != nil {
		return err
	}
	t.seal()
	l.writer.active = &memtable{first: t.last + 1, last: t.last}
	l.mu.Lock()
	l.mu.sealed = append(l.mu.sealed, t)
	l.broadcastLocked()
	l.mu.Unlock()
	signal(l.kicks.flusher)
	return nil
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
