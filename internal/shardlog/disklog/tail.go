package disklog

import (
	"runtime/debug"
	"slices"
	"time"
)

// tail is the memtables that were flushed and are still in memory, oldest first,
// so that a reader that lags a little touches no disk. It belongs to the flusher.
type tail struct {
	tables []*memtable
	bytes  int64
	// seen is how far the log had come when it was last asked whether it rests,
	// due when it is asked again.
	seen uint64
	due  time.Time
}

// tailRest is how long the tail of a log stays in memory that nothing is appended
// to; up to twice as long, since it is looked at no more often.
const tailRest = time.Minute

// retire makes t, which was flushed, part of the tail, which lets go of its oldest
// tables to keep its bound.
func (l *Log) retire(t *memtable) {
	for _, ms := range t.shards {
		ms.shard.saved = ms.state
	}
	l.tail.tables = append(l.tail.tables, t)
	l.tail.bytes += t.bytes
	for l.tail.bytes > l.o.TailBytes {
		l.tail.shift()
	}
}

// shift lets go of the oldest table.
func (a *tail) shift() {
	t := a.tables[0]
	a.tables[0] = nil
	a.tables = a.tables[1:]
	a.bytes -= t.bytes
	t.release()
}

// resting returns a channel that gets a value when it is time to call rest; nil
// if there is no tail.
func (l *Log) resting() <-chan time.Time {
	if len(l.tail.tables) == 0 {
		return nil
	}
	return time.After(time.Until(l.tail.due))
}

// rest lets go of the tail if it is due and nothing was appended since the last
// time.
func (l *Log) rest() {
	if time.Now().Before(l.tail.due) {
		return
	}
	reached := l.written.Load()
	if reached == l.tail.seen && len(l.tail.tables) > 0 {
		for len(l.tail.tables) > 0 {
			l.tail.shift()
		}
		// The load before has left the process several times what it needs now,
		// and nothing would collect it soon.
		debug.FreeOSMemory()
	}
	l.tail.seen, l.tail.due = reached, time.Now().Add(tailRest)
}

// forgetDropped lets go of the tables of the tail whose streams were all dropped:
// no shard has them any more.
func (l *Log) forgetDropped() {
	l.tail.tables = slices.DeleteFunc(l.tail.tables, func(t *memtable) bool {
		gone := t.allDropped()
		if gone {
			l.tail.bytes -= t.bytes
		}
		return gone
	})
}

func (t *memtable) allDropped() bool {
	for _, ms := range t.shards {
		if _, dropped := ms.shard.published(); !dropped {
			return false
		}
	}
	return true
}
