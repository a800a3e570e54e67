package disklog

import (
	"slices"

	"github.com/freshet/freshet/internal/shardlog"
)

// memtable is what was published since the one before it was sealed. While it is
// active it belongs to the writer, which alone adds to it; once sealed it does
// not change and belongs to the flusher, which keeps it readable for a while when
// it has been flushed (tail.go). Readers reach its runs through the shards.
type memtable struct {
	shards  []*memShard
	dropped []shardlog.StreamID
	// bytes is the memory that its runs take, journal what its frames take on
	// the disk.
	bytes   int64
	journal int64
	// first and last are the LSNs of its first frame and its last. An empty
	// table's last is below its first.
	first, last uint64
	// chunk is where the runs of small frames are copied to.
	chunk []byte
	// parts and runs are what memShards and their runs are cut from: with many
	// shards one allocation each would keep the collector busy.
	parts []memShard
	runs  []run
}

// memShard is one shard's part of a memtable: whatever changed of it.
type memShard struct {
	shard *shard
	// older is the shard's part of an older table that is in memory, nil if
	// there is none; guarded by shard.mu.
	older *memShard
	// runs only grows, under shard.mu: who copied the slice under the lock may
	// read it without.
	runs []run
	// state is the shard's when the table was sealed.
	state shardState
}

const (
	// runOverhead is the memory that a run takes besides its bytes, partOverhead
	// what a memShard takes.
	runOverhead  = 64
	partOverhead = 112
	chunkSize    = 256 << 10
	partsAtOnce  = 64
	runsAtOnce   = 512
)

// ofLocked returns s's part of t, which is active and is given one if need be. The
// caller is the writer and holds s.mu.
func (t *memtable) ofLocked(s *shard) *memShard {
	if s.active != nil {
		return s.active
	}
	if len(t.parts) == cap(t.parts) {
		t.parts = make([]memShard, 0, min(partsAtOnce, 2*cap(t.parts)+1))
	}
	t.parts = append(t.parts, memShard{shard: s, older: s.newest})
	ms := &t.parts[len(t.parts)-1]
	if before := s.newest; before != nil && len(before.runs) > 1 {
		ms.runs = t.room(len(before.runs) + len(before.runs)/4) // likely as many again
	}
	t.bytes += partOverhead
	t.shards = append(t.shards, ms)
	s.active, s.newest = ms, ms
	return ms
}

// addLocked adds r to ms. The caller is the writer and holds the shard's mu.
func (t *memtable) addLocked(ms *memShard, r run) {
	if len(ms.runs) == cap(ms.runs) {
		ms.runs = append(t.room(2*len(ms.runs)+1), ms.runs...)
	}
	ms.runs = append(ms.runs, r)
}

// room returns an empty slice with room for n runs.
func (t *memtable) room(n int) []run {
	if n > cap(t.runs)-len(t.runs) {
		t.runs = make([]run, 0, max(n, min(runsAtOnce, 2*cap(t.runs))))
	}
	at := len(t.runs)
	t.runs = t.runs[:at+n]
	return t.runs[at : at : at+n]
}

// keep returns a copy of body in memory of the table's own.
func (t *memtable) keep(body []byte) []byte {
	if len(body) > cap(t.chunk)-len(t.chunk) {
		t.chunk = make([]byte, 0, max(chunkSize, len(body)))
	}
	start := len(t.chunk)
	t.chunk = append(t.chunk, body...)
	return t.chunk[start:len(t.chunk):len(t.chunk)]
}

// seal fixes the states that go into the manifest. The caller is the writer.
func (t *memtable) seal() {
	for _, ms := range t.shards {
		ms.state = ms.shard.state
		ms.shard.active = nil
	}
	t.chunk, t.parts, t.runs = nil, nil, nil
}

// sorted returns the parts of t, which is sealed, in the order of compareShards.
func (t *memtable) sorted() []*memShard {
	byStream := map[*stream][]uint64{}
	for i, ms := range t.shards {
		st := ms.shard.stream
		byStream[st] = append(byStream[st], uint64(ms.shard.number)<<32|uint64(i))
	}
	streams := make([]*stream, 0, len(byStream))
	for st := range byStream {
		streams = append(streams, st)
	}
	slices.SortFunc(streams, func(a, b *stream) int { return compareStreams(a.id, b.id) })
	sorted := make([]*memShard, 0, len(t.shards))
	for _, st := range streams {
		keys := byStream[st]
		slices.Sort(keys) // plain numbers: a tenth of what comparing shards takes
		for _, key := range keys {
			sorted = append(sorted, t.shards[uint32(key)])
		}
	}
	return sorted
}

// release takes the table from its shards, and so from readers. Of each shard it
// is the oldest that is in memory.
func (t *memtable) release() {
	for _, ms := range t.shards {
		s := ms.shard
		s.mu.Lock()
		for at := &s.newest; *at != nil; at = &(*at).older {
			if *at == ms {
				*at = nil
				break
			}
		}
		s.mu.Unlock()
	}
}
