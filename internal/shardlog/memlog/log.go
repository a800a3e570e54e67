package memlog

import (
	"context"
	"sync"

	"github.com/freshet/freshet/internal/shardlog"
)

// Log is a shardlog.Log in memory.
type Log struct {
	// ended is closed when the log ends.
	ended chan struct{}

	mu struct {
		sync.RWMutex
		closed  bool
		streams map[shardlog.StreamID]stream
		// dropped has the id of every stream that was dropped: ids are never used
		// again, but late appends must be told.
		dropped map[shardlog.StreamID]struct{}
		// keys has the stream of each data key; their ids are one more.
		keys []shardlog.StreamID
		// encrypted are the streams that have one at present.
		encrypted map[shardlog.StreamID]bool
	}
}

var _ shardlog.Log = (*Log)(nil)

// stream is a stream's shards by number.
type stream map[uint32]*shard

// New returns an empty log.
func New() *Log {
	l := &Log{ended: make(chan struct{})}
	l.mu.streams = map[shardlog.StreamID]stream{}
	l.mu.dropped = map[shardlog.StreamID]struct{}{}
	l.mu.encrypted = map[shardlog.StreamID]bool{}
	return l
}

// Run waits for ctx and then ends the log: from then on every method returns
// ErrClosed.
func (l *Log) Run(ctx context.Context) error {
	select {
	case <-ctx.Done():
	case <-l.ended:
	}
	return l.Close()
}

// Close ends the log and frees its memory. It may be called twice.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.mu.closed {
		l.mu.closed = true
		l.mu.streams, l.mu.dropped = nil, nil
		close(l.ended)
	}
	return nil
}

// usableLocked returns why a stream cannot be used, or nil.
func (l *Log) usableLocked(id shardlog.StreamID) error {
	if l.mu.closed {
		return shardlog.ErrClosed
	}
	if _, ok := l.mu.dropped[id]; ok {
		return shardlog.ErrDropped
	}
	return nil
}

// shardLocked returns a shard and makes it if need be. The caller holds the lock
// for writing and knows that the stream is usable.
func (l *Log) shardLocked(name shardlog.Shard) *shard {
	shards := l.mu.streams[name.Stream]
	if shards == nil {
		shards = stream{}
		l.mu.streams[name.Stream] = shards
	}
	s := shards[name.Number]
	if s == nil {
		s = &shard{}
		shards[name.Number] = s
	}
	return s
}

// view calls fn with a shard, an empty one if there is none, under the lock for
// reading.
func (l *Log) view(name shardlog.Shard, fn func(*shard)) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if err := l.usableLocked(name.Stream); err != nil {
		return err
	}
	s := l.mu.streams[name.Stream][name.Number]
	if s == nil {
		s = &shard{}
	}
	fn(s)
	return nil
}
