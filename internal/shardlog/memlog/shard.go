package memlog

import (
	"sort"

	"github.com/freshet/freshet/internal/shardlog"
)

// shard is one shard's records, guarded by Log.mu.
type shard struct {
	// records has offsets floor … next-1. Its elements never change while they
	// are in it; readers get copies of them.
	records []shardlog.Record
	// forgotten counts trimmed records whose room records still holds, at most.
	forgotten   int
	floor, next shardlog.Offset
	lastArrival shardlog.Millis
	sealed      bool
	// changed, if somebody waits, is closed at the next append, seal or drop.
	changed chan struct{}
}

func (s *shard) state() shardlog.State {
	return shardlog.State{Floor: s.floor, Next: s.next, LastArrival: s.lastArrival, Sealed: s.sealed}
}

// append adds a record, which gets its offset and arrival here.
func (s *shard) append(r shardlog.Record) shardlog.Result {
	// A clock that was set back must not bring arrivals out of order.
	r.Offset, r.Arrival = s.next, max(r.Stamp, s.lastArrival)
	s.records = append(s.records, r)
	s.next++
	s.lastArrival = r.Arrival
	s.wake()
	return shardlog.Result{Offset: r.Offset, Stamp: r.Stamp, Arrival: r.Arrival}
}

// arrivedSince returns the index of the first record that arrived at or after t.
func (s *shard) arrivedSince(t shardlog.Millis) int {
	return sort.Search(len(s.records), func(i int) bool { return s.records[i].Arrival >= t })
}

// from returns the records at or above an offset.
func (s *shard) from(offset shardlog.Offset) []shardlog.Record {
	switch {
	case offset <= s.floor:
		return s.records
	case offset >= s.next:
		return nil
	}
	return s.records[offset-s.floor:]
}

// trim forgets the first n records.
func (s *shard) trim(n int) {
	clear(s.records[:n])
	s.records = s.records[n:]
	s.floor += shardlog.Offset(n)
	s.forgotten += n
	if s.forgotten > len(s.records) {
		// The room of forgotten records goes when there is more of it than there
		// are records to move.
		s.records = append([]shardlog.Record(nil), s.records...)
		s.forgotten = 0
	}
}

// wake tells those who wait that the shard has changed.
func (s *shard) wake() {
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}
