package disklog

import (
	"fmt"

	"github.com/freshet/freshet/internal/shardlog"
)

// change is a sub-frame whose shard was found. Commits and recovery make
// changes, and the same function applies them.
type change struct {
	kind       kind
	stream     *stream
	shard      *shard // nil for trim and drop
	generation uint32
	// offset is that of the first entry, or a sealed shard's end.
	offset shardlog.Offset
	at     shardlog.Millis
	count  uint32
	key    shardlog.KeyID
	body   []byte // decrypted
}

// apply publishes what is durable: from here on readers see it. The caller is
// the writer, or recovery before there is one. A body may be kept as it is if
// alias says so, else it is copied.
func (l *Log) apply(t *memtable, c *change, alias bool) {
	switch c.kind {
	case kindEntries:
		l.applyEntries(t, c, alias)
	case kindSeal:
		applySeal(t, c)
	case kindTrim:
		l.applyTrim(t, c)
	case kindDrop:
		l.applyDrop(t, c)
	default:
		panic(fmt.Sprintf("BUG: %s is applied", c.kind))
	}
}

func (l *Log) applyEntries(t *memtable, c *change, alias bool) {
	body := c.body
	if !alias {
		body = t.keep(body)
	}
	t.bytes += int64(len(body)) + runOverhead
	r := run{first: c.offset, arrival: c.at, count: c.count, key: c.key, body: body}
	s := c.shard
	s.mu.Lock()
	t.addLocked(t.ofLocked(s), r)
	s.state.Next = r.next()
	s.state.LastArrival = r.arrival
	s.state.generation = max(s.state.generation, c.generation)
	s.wakeLocked()
	s.mu.Unlock()
}

func applySeal(t *memtable, c *change) {
	s := c.shard
	s.mu.Lock()
	t.ofLocked(s)
	s.state.Sealed = true
	s.state.generation = max(s.state.generation, c.generation)
	s.wakeLocked()
	s.mu.Unlock()
}

func (l *Log) applyTrim(t *memtable, c *change) {
	eachFloor(c.body, func(f floor) {
		s, err := l.shards.find(shardlog.Shard{Stream: c.stream.id, Number: f.number})
		if s == nil || err != nil {
			return // dropped by an earlier change of the same frame
		}
		s.mu.Lock()
		t.ofLocked(s)
		s.state.Floor = max(s.state.Floor, f.offset)
		s.mu.Unlock()
	})
}

func (l *Log) applyDrop(t *memtable, c *change) {
	for _, s := range l.shards.drop(c.stream.id) {
		s.mu.Lock()
		s.dropped = true
		s.newest = nil
		if s.active != nil {
			s.active.runs = nil // the table may stay active for long
		}
		s.wakeLocked()
		s.mu.Unlock()
	}
	t.dropped = append(t.dropped, c.stream.id)
}
