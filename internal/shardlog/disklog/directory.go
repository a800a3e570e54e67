package disklog

import (
	"maps"
	"slices"
	"sync"

	"github.com/freshet/freshet/internal/shardlog"
)

// directory finds shards by their names, and remembers the streams that were
// dropped.
type directory struct {
	mu      sync.RWMutex
	streams map[shardlog.StreamID]*stream
	dropped map[shardlog.StreamID]struct{}
}

func newDirectory() directory {
	return directory{
		streams: map[shardlog.StreamID]*stream{},
		dropped: map[shardlog.StreamID]struct{}{},
	}
}

// find returns the shard, nil if it was never seen, or ErrDropped.
func (d *directory) find(id shardlog.Shard) (*shard, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.findLocked(id)
}

func (d *directory) findLocked(id shardlog.Shard) (*shard, error) {
	st := d.streams[id.Stream]
	if st != nil {
		return st.shards.get(id.Number), nil
	}
	if _, gone := d.dropped[id.Stream]; gone {
		return nil, shardlog.ErrDropped
	}
	return nil, nil
}

// make returns the shard, which is new if it was never seen, or ErrDropped.
func (d *directory) make(id shardlog.Shard) (*shard, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.makeLocked(id)
}

func (d *directory) makeLocked(id shardlog.Shard) (*shard, error) {
	st, err := d.streamLocked(id.Stream)
	if err != nil {
		return nil, err
	}
	s := st.shards.get(id.Number)
	if s == nil {
		s = &shard{stream: st, number: id.Number}
		st.shards.put(s)
	}
	return s, nil
}

// stream returns the stream, which is new if it was never seen, or ErrDropped.
func (d *directory) stream(id shardlog.StreamID) (*stream, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.streamLocked(id)
}

func (d *directory) streamLocked(id shardlog.StreamID) (*stream, error) {
	if st := d.streams[id]; st != nil {
		return st, nil
	}
	if _, gone := d.dropped[id]; gone {
		return nil, shardlog.ErrDropped
	}
	st := &stream{id: id}
	d.streams[id] = st
	return st, nil
}

// shardsOf returns the shards of a stream, or ErrDropped.
func (d *directory) shardsOf(id shardlog.StreamID) ([]*shard, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if _, gone := d.dropped[id]; gone {
		return nil, shardlog.ErrDropped
	}
	st := d.streams[id]
	if st == nil {
		return nil, nil
	}
	return slices.Collect(st.shards.all()), nil
}

// drop forgets a stream, remembers that it was dropped, and returns the shards
// that it had.
func (d *directory) drop(id shardlog.StreamID) []*shard {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dropped[id] = struct{}{}
	st := d.streams[id]
	if st == nil {
		return nil
	}
	delete(d.streams, id)
	return slices.Collect(st.shards.all())
}

// isDropped reports whether a stream was dropped, durably.
func (d *directory) isDropped(id shardlog.StreamID) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	_, gone := d.dropped[id]
	return gone
}

// each calls fn for every shard that is not dropped. fn must not call d.
func (d *directory) each(fn func(*shard)) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	for _, st := range d.streams {
		for s := range st.shards.all() {
			fn(s)
		}
	}
}

// droppedStreams returns the streams that were dropped.
func (d *directory) droppedStreams() []shardlog.StreamID {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return slices.Collect(maps.Keys(d.dropped))
}
