package disklog

import "github.com/freshet/freshet/internal/shardlog"

// memtable is what was published since the one before it was sealed. While it is
// active it belongs to the writer, which alone adds to it; once sealed it does
// not change and belongs to the flusher. Readers reach its runs through the
// shards.
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
}

// memShard is one shard's part of a memtable: whatever changed of it.
type memShard struct {
	shard *shard
	table *memtable
	// runs only grows, under shard.mu: who copied the slice under the lock may
	// read it without.
	runs []run
	// state is the shard's when the table was sealed.
	state shardState
}

const (
	// runOverhead is the memory that a run takes besides its bytes.
	runOverhead = 64
	chunkSize   = 256 << 10
)

// ofLocked returns s's part of t, which is made if need be. The caller is the
// writer and holds s.mu.
func (t *memtable) ofLocked(s *shard) *memShard {
	if n := len(s.tables); n > 0 && s.tables[n-1].table == t {
		return s.tables[n-1]
	}
	ms := &memShard{shard: s, table: t}
	s.tables = append(s.tables, ms)
	t.shards = append(t.shards, ms)
	return ms
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
	}
	t.chunk = nil
}

// release takes the table from its shards: its records are in a segment that
// readers can find.
func (t *memtable) release() {
	for _, ms := range t.shards {
		s := ms.shard
		s.saved = ms.state
		s.mu.Lock()
		if len(s.tables) > 0 && s.tables[0] == ms {
			s.tables[0] = nil
			if s.tables = s.tables[1:]; len(s.tables) == 0 {
				s.tables = nil
			}
		}
		s.mu.Unlock()
	}
}
