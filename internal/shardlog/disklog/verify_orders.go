package disklog

import (
	"fmt"

	"github.com/freshet/freshet/internal/shardlog"
)

// orders follows what segments hold of each shard, in the order of their spans,
// which must be that of the shard's offsets: none twice, none missing but below
// the floor.
type orders struct {
	log  *Log // as recovery leaves it, so that floors and drops are known
	held map[shardlog.Shard]*held
	// found are the first places that are wrong.
	found []error
}

// held is what the segments up to here hold of a shard.
type held struct {
	next    shardlog.Offset
	arrival shardlog.Millis
}

func (o *orders) init(l *Log) {
	o.log = l
	o.held = map[shardlog.Shard]*held{}
}

// block takes in the next block of a shard.
func (o *orders) block(path string, id shardlog.Shard, e blockEntry) {
	s, err := o.log.shards.find(id)
	if err != nil {
		return // dropped
	}
	h := o.held[id]
	if h == nil {
		h = &held{}
		o.held[id] = h
	}
	wrong := func(format string, args ...any) {
		o.found = append(o.found, &CorruptionError{File: path, Offset: e.position, Reason: fmt.Sprintf("shard %s: ", id) + fmt.Sprintf(format, args...)})
	}
	switch {
	case s == nil:
		wrong("it has records, and the manifest does not know it")
	case e.firstOffset < h.next:
		wrong("offsets %d to %d, and an earlier segment has those below %d", e.firstOffset, e.lastOffset, h.next)
	case e.firstArrival < h.arrival:
		wrong("arrival %d, and an earlier segment has %d", e.firstArrival, h.arrival)
	case e.lastOffset >= s.saved.Next:
		wrong("offset %d, and at the checkpoint %d was the next", e.lastOffset, s.saved.Next)
	case e.firstOffset > h.next && e.firstOffset > s.state.Floor:
		wrong("offset %d comes next, and %d is missing", e.firstOffset, max(h.next, s.state.Floor))
	}
	h.next, h.arrival = max(h.next, e.lastOffset+1), max(h.arrival, e.lastArrival)
}

// end looks for shards whose last records are missing.
func (o *orders) end() []error {
	o.log.shards.each(func(s *shard) {
		var next shardlog.Offset
		if h := o.held[s.id()]; h != nil {
			next = h.next
		}
		if next < s.saved.Next && s.state.Floor < s.saved.Next {
			o.found = append(o.found, &CorruptionError{
				File:   o.log.path(manifestName),
				Reason: fmt.Sprintf("shard %s: offset %d to the checkpoint's %d are in no segment", s.id(), max(next, s.state.Floor), s.saved.Next),
			})
		}
	})
	return o.found
}
