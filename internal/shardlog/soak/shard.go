package main

import (
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/freshet/freshet/internal/shardlog"
)

// shard is a shard of the log, and what is known of it outside.
type shard struct {
	id     shardlog.Shard
	tag    uint64 // in all its records
	filler *filler
	// next is the number of the next record; it is its appender's.
	next uint64
	// acked is how many records were acknowledged, read how many its tail met.
	acked, read atomic.Uint64
	// dropping says that its stream is being dropped, so that the tail may miss
	// the rest.
	dropping atomic.Bool
	// ended is closed by the tail when it has met the end of the shard.
	ended chan struct{}
	// last is what the log said of it at the end of the soak.
	last shardlog.State
}

// stream is a stream of an appender.
type stream struct {
	id     shardlog.StreamID
	number uint32 // of the next shard
	filler *filler
	// shards take appends; sealed do not.
	shards, sealed []*shard
}

// shardList is the shards of all streams that are not dropped.
type shardList struct {
	mu     sync.Mutex
	shards []*shard
}

func (l *shardList) add(sh *shard) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.shards = append(l.shards, sh)
}

func (l *shardList) drop(id shardlog.StreamID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.shards = slices.DeleteFunc(l.shards, func(sh *shard) bool { return sh.id.Stream == id })
}

func (l *shardList) all() []*shard {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.shards)
}

// streams returns the streams that have shards.
func (l *shardList) streams() []shardlog.StreamID {
	l.mu.Lock()
	defer l.mu.Unlock()
	var ids []shardlog.StreamID
	for _, sh := range l.shards {
		if !slices.Contains(ids, sh.id.Stream) {
			ids = append(ids, sh.id.Stream)
		}
	}
	return ids
}

// any draws a shard, nil if there is none.
func (l *shardList) any(rng *rand.Rand) *shard {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.shards) == 0 {
		return nil
	}
	return l.shards[rng.IntN(len(l.shards))]
}
