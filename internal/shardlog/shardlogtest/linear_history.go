package shardlogtest

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/anishathalye/porcupine"

	"github.com/freshet/freshet/internal/shardlog"
)

// callHistory records the calls to a log with when they began and ended, in ticks
// of a clock of its own.
type callHistory struct {
	clock atomic.Int64
	mu    struct {
		sync.Mutex
		shards map[shardlog.Shard]*shardHistory
		faults []error
	}
}

// shardHistory is the calls to one shard.
type shardHistory struct {
	calls []*timedCall
	// doubtful has the entries whose Append has not told, and sightings the
	// records that were read.
	doubtful  map[id]*timedCall
	sightings map[id]shardlog.Record
}

// timedCall is a call of one client. Its end is 0 while it may still take effect.
type timedCall struct {
	client     int
	begin, end int64
	call       call // nil for an entry in doubt
}

func newCallHistory() *callHistory {
	h := &callHistory{}
	h.mu.shards = map[shardlog.Shard]*shardHistory{}
	return h
}

func (h *callHistory) tick() int64 { return h.clock.Add(1) }

func (h *callHistory) shardLocked(s shardlog.Shard) *shardHistory {
	sh := h.mu.shards[s]
	if sh == nil {
		sh = &shardHistory{doubtful: map[id]*timedCall{}, sightings: map[id]shardlog.Record{}}
		h.mu.shards[s] = sh
	}
	return sh
}

// shards returns the shards that were called, of one stream or of all.
func (h *callHistory) shards(of func(shardlog.Shard) bool) []shardlog.Shard {
	h.mu.Lock()
	defer h.mu.Unlock()
	var list []shardlog.Shard
	for s := range h.mu.shards {
		if of(s) {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b shardlog.Shard) int { return int(a.Number) - int(b.Number) })
	return list
}

func (h *callHistory) fault(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.mu.faults = append(h.mu.faults, fmt.Errorf(format, args...))
}

// done records a call that has just returned.
func (h *callHistory) done(client int, s shardlog.Shard, begin int64, c call) {
	end := h.tick()
	h.mu.Lock()
	defer h.mu.Unlock()
	sh := h.shardLocked(s)
	sh.calls = append(sh.calls, &timedCall{client, begin, end, c})
}

// open records a call that may take effect until the log's life ends, or never.
func (h *callHistory) open(client int, s shardlog.Shard, begin int64, c call) {
	h.mu.Lock()
	defer h.mu.Unlock()
	sh := h.shardLocked(s)
	sh.calls = append(sh.calls, &timedCall{client: client, begin: begin, call: maybe{c}})
}

// answered records what became of entries.
func (h *callHistory) answered(client int, begin int64, entries []shardlog.Entry, ids []id, results []shardlog.Result) {
	above := map[shardlog.Shard]shardlog.Offset{}
	for i, r := range results {
		s := entries[i].Shard
		switch {
		case r.Err == nil:
			if r.Offset < above[s] {
				h.fault("%v: entry %d of an append is at %d, below the one before it", s, i, r.Offset)
			}
			above[s] = r.Offset
			h.done(client, s, begin, appended{ids[i], r})
		case errors.Is(r.Err, shardlog.ErrSealed):
			h.done(client, s, begin, refused{})
		case errors.Is(r.Err, shardlog.ErrUnknown):
			h.doubt(client, begin, s, ids[i])
		default:
			h.fault("%v: entry %d was answered %w", s, ids[i], r.Err)
		}
	}
}

func (h *callHistory) doubt(client int, begin int64, s shardlog.Shard, n id) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.shardLocked(s).doubtful[n] = &timedCall{client: client, begin: begin}
}

// read records a Read.
func (h *callHistory) read(client int, s shardlog.Shard, begin int64, from shardlog.Offset, batch shardlog.Batch) {
	c := modelRead{from: from, batch: batch}
	for _, r := range batch.Records {
		n, err := idOf(r)
		if err != nil {
			h.fault("%v: %w", s, err)
			return
		}
		c.ids = append(c.ids, n)
	}
	h.done(client, s, begin, c)
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, r := range batch.Records {
		h.shardLocked(s).sightings[c.ids[i]] = r
	}
}

// endLife ends all calls that were under way: what has not taken effect when the
// log is opened again never will.
func (h *callHistory) endLife() {
	now := h.tick()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, sh := range h.mu.shards {
		for _, c := range sh.calls {
			c.endAt(now)
		}
		for _, c := range sh.doubtful {
			c.endAt(now)
		}
	}
}

func (c *timedCall) endAt(now int64) {
	if c.end == 0 {
		c.end = now
	}
}

// operations returns the history of a shard for the checker. An entry in doubt
// that somebody read is a record, and where it lies is known; one that nobody
// ever read may as well never have been: it leaves a gap at the most.
func (h *callHistory) operations(s shardlog.Shard) (list []porcupine.Operation, doubtful, found int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	sh := h.shardLocked(s)
	calls := slices.Clone(sh.calls)
	for n, c := range sh.doubtful {
		if r, ok := sh.sightings[n]; ok {
			c.call = appended{n, shardlog.Result{Offset: r.Offset, Stamp: r.Stamp, Arrival: r.Arrival}}
			calls = append(calls, c)
			found++
		}
	}
	for _, c := range calls {
		c.endAt(math.MaxInt64)
		list = append(list, porcupine.Operation{ClientId: c.client, Input: c.call, Call: c.begin, Return: c.end})
	}
	slices.SortFunc(list, func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
	return list, len(sh.doubtful), found
}

func (h *callHistory) err() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return errors.Join(h.mu.faults[:min(len(h.mu.faults), 10)]...)
}
