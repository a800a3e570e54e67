package disklog

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
)

// Group commit. The simple way to make an append durable is to write it and
// sync. A sync takes as long for 8 MiB as for 4 KiB, nearly, so appends share
// one: while the writer syncs a group, appends join the next one, and it is
// taken as soon as the sync returns. No timer: a single append on an idle log
// costs one sync, and under load groups grow by themselves.
//
// What an append does, in order:
//
//	plan     without a lock: sort the entries by shard, add up their sizes, find
//	         what those of streams with a key are encrypted with
//	join     under Log.mu, briefly: check each shard, assign offsets and
//	         arrivals, take a region of the open group's buffer
//	write    without a lock: copy (or encrypt) and checksum the entries into the region,
//	         while the group before is being synced and others copy beside
//	wait     until the group is done; or commit it (lead.go)
//
// The order of joining is the order of offsets, of sub-frames in the frame, of
// frames, of publishing and of replay. A seal or a drop joins in the same way,
// so it stands exactly between the appends before and after it.
//
// An offset that was assigned is not taken back: if its group fails, the log
// ends (invariant 5), and the next process continues from what it finds.

// Append makes entries durable; see shardlog.Log.
func (l *Log) Append(ctx context.Context, entries []shardlog.Entry) ([]shardlog.Result, error) {
	b := newBatch(entries)
	defer b.release()
	if err := b.plan(); err != nil {
		return nil, err
	}
	l.shards.resolve(b.runs)
	if err := b.encrypt(ctx); err != nil {
		return nil, err
	}
	p, err := l.join(ctx, b)
	if err != nil {
		return nil, err
	}
	results := make([]shardlog.Result, len(entries))
	if p.group == nil {
		b.answer(results, nil)
		return results, nil
	}
	err = l.await(p, b.write(p.region))
	b.answer(results, err)
	return results, nil
}

// joiner is what can join a group: the entries of an Append, or a control.
type joiner interface {
	// sizeLocked returns how many bytes of the group are wanted. 0: there is
	// nothing to join for, because of what the frames up to refusedBy hold.
	sizeLocked() (n int, refusedBy uint64)
	// assignLocked fixes what the place in the log decides and adds to
	// g.changes. region has the size that sizeLocked just returned.
	assignLocked(g *group, region []byte)
	// urgent says that it passes where entries are held back: controls are
	// small, and some of them give space back.
	urgent() bool
}

// place is what joining gives: a region of a group, which the joiner must write
// before it calls await. With nothing to join for, group is nil.
type place struct {
	group  *group
	region []byte
	// leads says that the joiner opened the group and may commit it.
	leads bool
}

// join gives j a place in the open group, and blocks without a lock until there
// is one.
func (l *Log) join(ctx context.Context, j joiner) (place, error) {
	if err := ctx.Err(); err != nil {
		return place{}, err
	}
	for {
		p, wait, err := l.tryJoin(j)
		if wait == nil {
			return p, err
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return place{}, ctx.Err()
		}
	}
}

// await waits until the group of p is decided, and returns nil or ErrUnknown. The
// region is written; sum is that of its sub-frames' checksums.
func (l *Log) await(p place, sum uint64) error {
	p.group.leave(sum)
	if p.leads {
		l.lead()
	}
	l.refillSpare()
	<-p.group.done
	return p.group.err
}

// tryJoin is join, but where that would block it returns what to wait for.
func (l *Log) tryJoin(j joiner) (p place, wait <-chan struct{}, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.mu.closed {
		return place{}, nil, shardlog.ErrClosed
	}
	n, refusedBy := j.sizeLocked()
	if n == 0 {
		return place{}, l.undecidedLocked(refusedBy), nil
	}
	g, wait, err := l.placeLocked(n, j.urgent())
	if g == nil {
		return place{}, wait, err
	}
	opened := g.appends == 0
	p = place{group: g, region: g.buf[g.size : g.size+n : g.size+n], leads: opened && l.leadsLocked(n)}
	g.size += n
	g.appends++
	g.writing.Add(1)
	j.assignLocked(g, p.region)
	if opened && !p.leads {
		signal(l.kicks.writer)
	}
	return p, nil, nil
}

// undecidedLocked returns what to wait for until the frame lsn is durable; nil if
// it is. Nobody may be told of a seal or a drop before: a crash may still undo it.
func (l *Log) undecidedLocked(lsn uint64) <-chan struct{} {
	switch {
	case lsn <= l.durable.Load():
		return nil
	case l.mu.open != nil && l.mu.open.lsn <= lsn:
		return l.mu.open.done
	}
	return l.mu.taken.done
}

// placeLocked returns the open group if it can take n bytes more, opening it if
// need be. Otherwise it returns what to wait for, or why waiting is no use.
func (l *Log) placeLocked(n int, urgent bool) (*group, <-chan struct{}, error) {
	switch {
	case urgent:
	case l.space.short.Load() != 0:
		return nil, nil, shardlog.ErrNoSpace
	case l.mu.full:
		return nil, l.changedLocked(), nil
	}
	g := l.mu.open
	size := headerSize + n
	if g != nil {
		size = g.size + n
		if size > groupTarget || size > len(g.buf) {
			return nil, l.changedLocked(), nil
		}
	}
	if !l.roomLocked(int64(alignUp(size)), urgent) {
		if g == nil {
			l.mu.want = max(l.mu.want, int64(alignUp(size))+journalHeader)
		}
		signal(l.kicks.preparer)
		if l.space.has(noJournal) {
			return nil, nil, shardlog.ErrNoSpace
		}
		return nil, l.changedLocked(), nil
	}
	if g == nil {
		g = l.openLocked(size)
	}
	return g, nil, nil
}

// openLocked opens a group that can hold size bytes.
func (l *Log) openLocked(size int) *group {
	if l.mu.slab == nil || len(l.mu.slab.rest()) < max(size, l.o.slabBytes/slabShare) {
		if l.mu.slab = l.spare.Swap(nil); l.mu.slab == nil || len(l.mu.slab.rest()) < size {
			l.mu.slab = newSlab(max(l.o.slabBytes, size))
		}
	}
	g := newGroup(l.mu.nextLSN, l.mu.slab.rest(), l.mu.changes)
	l.mu.changes = nil
	l.mu.nextLSN++
	l.mu.open = g
	return g
}

// refillSpare makes the next slab ahead of its use, where nobody waits for it:
// zeroing memory that was used before takes a while.
func (l *Log) refillSpare() {
	if l.spare.Load() == nil && l.refilling.CompareAndSwap(false, true) {
		if l.spare.Load() == nil {
			l.spare.Store(newSlab(l.o.slabBytes))
		}
		l.refilling.Store(false)
	}
}

// now is the arrival of what joins at this moment, before the shard's last
// arrival is looked at.
func now() shardlog.Millis { return shardlog.MillisOf(time.Now()) }
