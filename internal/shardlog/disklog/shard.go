package disklog

import (
	"sync"
	"sync/atomic"

	"github.com/freshet/freshet/internal/shardlog"
)

// stream is the shards that have the same stream id.
type stream struct {
	id shardlog.StreamID
	// shards is guarded by directory.mu.
	shards shardTable
	// dropped is guarded by Log.mu: a drop has joined the frame droppedBy,
	// perhaps not durably yet.
	dropped   bool
	droppedBy uint64
	// settings is what Configure said last, nil before.
	settings atomic.Pointer[shardlog.Settings]
	// key is that of settings, nil if there is none: entries that are appended from
	// now on are encrypted with it.
	key atomic.Pointer[dataKey]
	// large says that the last flush gave the stream a segment of its own. It is
	// the flusher's.
	large bool
}

// shard is what is known of a shard, in three tenses: joined is what the next
// append builds on, state what is durable and published, saved what the manifest
// says. An idle shard has nothing else in memory.
//
// Appends to ten thousand shards meet each of them cold, so the fields are in the
// order of who needs them, and a shard has whole lines of the cache: the first is
// for joining, that and the second for publishing, the last for the flusher.
type shard struct {
	stream *stream
	number uint32
	// dropped is guarded by mu. Only the writer changes it.
	dropped bool

	// joined is guarded by Log.mu.
	joined struct {
		next    shardlog.Offset
		arrival shardlog.Millis
		sealed  bool
		// sealedBy is the frame that the seal joined, 0 if recovery found it.
		sealedBy uint64
	}

	mu sync.Mutex
	// active is the shard's part of the active memtable, nil if there is none.
	// It is the writer's.
	active *memShard
	// waiting is closed, and forgotten, when something changes for those who
	// wait. It is made by the first of them; guarded by mu.
	waiting chan struct{}

	// state is guarded by mu. Only the writer changes it, so it reads it without.
	state shardState
	// newest is the shard's part of the newest memtable that has one, and leads
	// to the others that are in memory; guarded by mu.
	newest *memShard
	_      uint64

	// saved belongs to the flusher.
	saved shardState
	// oldest is what the last trim found; guarded by mu.
	oldest since
	_      uint64
}

// shardState is what recovery needs of a shard besides its records.
type shardState struct {
	shardlog.State
	generation uint32
}

func (s *shard) id() shardlog.Shard {
	return shardlog.Shard{Stream: s.stream.id, Number: s.number}
}

// join makes joined agree with what is published. It is for recovery.
func (s *shard) join() {
	s.joined.next = s.state.Next
	s.joined.arrival = s.state.LastArrival
	s.joined.sealed = s.state.Sealed
}

func (s *shard) wakeLocked() {
	if s.waiting != nil {
		close(s.waiting)
		s.waiting = nil
	}
}

// published returns the state, and whether the stream was dropped.
func (s *shard) published() (state shardlog.State, dropped bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.State, s.dropped
}
