package shardlogtest

import (
	"fmt"
	"sort"
	"sync"
	"sync/atomic"

	"github.com/freshet/freshet/internal/shardlog"
)

// history records acknowledged entries with when their calls began and ended, in
// ticks of a clock of its own.
type history struct {
	clock atomic.Int64
	mu    struct {
		sync.Mutex
		shards map[shardlog.Shard][]acknowledgement
	}
}

// acknowledgement is an entry that became a record.
type acknowledgement struct {
	shardlog.Record
	begin, end int64
}

func newHistory() *history {
	h := &history{}
	h.mu.shards = map[shardlog.Shard][]acknowledgement{}
	return h
}

// now returns a time that is later than all before.
func (h *history) now() int64 { return h.clock.Add(1) }

// note records the results without error of an append that began at begin and has
// returned.
func (h *history) note(entries []shardlog.Entry, results []shardlog.Result, begin int64) {
	end := h.now()
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, result := range results {
		if result.Err == nil {
			s := entries[i].Shard
			h.mu.shards[s] = append(h.mu.shards[s], acknowledgement{record(entries[i], result), begin, end})
		}
	}
}

// acknowledged returns the records of a shard by offset, or what is wrong with
// their order.
func (h *history) acknowledged(s shardlog.Shard) ([]shardlog.Record, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	acks := h.mu.shards[s]
	sort.SliceStable(acks, func(i, j int) bool { return acks[i].Offset < acks[j].Offset })
	records := make([]shardlog.Record, len(acks))
	var begun int64 // when the latest call below this offset began
	for i, ack := range acks {
		switch {
		case i > 0 && ack.Offset == acks[i-1].Offset:
			return nil, fmt.Errorf("%v: offset %d was given twice: %s and %s", s, ack.Offset, text(acks[i-1].Record), text(ack.Record))
		case i > 0 && ack.Arrival < acks[i-1].Arrival:
			return nil, fmt.Errorf("%v: arrival decreases: %s and %s", s, text(acks[i-1].Record), text(ack.Record))
		case ack.end < begun:
			return nil, fmt.Errorf("%v: %s lies above a record whose append began after it had returned", s, text(ack.Record))
		}
		begun = max(begun, ack.begin)
		records[i] = ack.Record
	}
	return records, nil
}
