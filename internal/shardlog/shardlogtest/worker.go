package shardlogtest

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
)

// world is the streams and shards that are worked on.
type world struct {
	mu struct {
		sync.Mutex
		streams []*worldStream
	}
}

type worldStream struct {
	name shardlog.StreamID
	open []uint32 // shards that nobody has sealed
	next uint32
}

const (
	worldStreams    = 3
	shardsPerStream = 3
)

func (w *world) fill(rng *rand.Rand) {
	for range worldStreams {
		w.mu.streams = append(w.mu.streams, newWorldStream(rng))
	}
}

func newWorldStream(rng *rand.Rand) *worldStream {
	st := &worldStream{}
	for i := range st.name {
		st.name[i] = byte(rng.IntN(256))
	}
	for range shardsPerStream {
		st.open = append(st.open, st.next)
		st.next++
	}
	return st
}

// shard draws a shard: mostly one that takes appends.
func (w *world) shard(rng *rand.Rand) shardlog.Shard {
	w.mu.Lock()
	defer w.mu.Unlock()
	st := w.mu.streams[rng.IntN(len(w.mu.streams))]
	n := st.open[rng.IntN(len(st.open))]
	if rng.IntN(10) == 0 {
		n = rng.Uint32N(st.next)
	}
	return shardlog.Shard{Stream: st.name, Number: n}
}

// sealed replaces a shard by a new one.
func (w *world) sealed(s shardlog.Shard) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, st := range w.mu.streams {
		for i, n := range st.open {
			if st.name == s.Stream && n == s.Number {
				st.open[i] = st.next
				st.next++
			}
		}
	}
}

// dropped replaces a stream by a new one.
func (w *world) dropped(name shardlog.StreamID, rng *rand.Rand) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, st := range w.mu.streams {
		if st.name == name {
			w.mu.streams[i] = newWorldStream(rng)
		}
	}
}

// worker is one goroutine's work.
type worker struct {
	*simulation
	rng *rand.Rand
}

// step does one thing, and returns false when the log has ended.
func (w worker) step() bool {
	switch n := w.rng.IntN(100); {
	case n < 50:
		return w.append()
	case n < 62:
		return w.read()
	case n < 67:
		return w.follow()
	case n < 72:
		w.state()
		return true
	case n < 77:
		return w.find()
	case n < 82:
		return w.trim()
	case n < 84:
		return w.seal()
	case n < 85:
		return w.drop()
	case n < 87:
		return w.configure()
	}
	// The bubble's clock moves while all sleep, so that arrivals are apart.
	time.Sleep(time.Duration(w.rng.IntN(4)) * time.Millisecond)
	return true
}

// goesOn judges the error of a call: whether the log goes on, and whether there
// was reason for the error.
func (w worker) goesOn(what string, err error) bool {
	switch {
	case err == nil, errors.Is(err, shardlog.ErrDropped):
		return true
	case !w.happened():
		w.ledger.fault("%s: %w, for no reason", what, err)
	}
	return !errors.Is(err, shardlog.ErrClosed) && !w.disk.Dead()
}

func (w worker) append() bool {
	shards := make([]shardlog.Shard, 1+w.rng.IntN(1<<w.rng.IntN(6)))
	for i := range shards {
		shards[i] = w.world.shard(w.rng)
	}
	entries, ids, begin := w.ledger.appending(shards)
	results, err := w.log.Append(ctx(), entries)
	if err != nil {
		w.ledger.refused(entries, ids)
		return w.goesOn("Append", err)
	}
	if len(results) != len(entries) {
		w.ledger.fault("Append of %d entries gave %d results", len(entries), len(results))
		return false
	}
	w.ledger.answered(entries, ids, begin, results)
	for _, result := range results {
		if errors.Is(result.Err, shardlog.ErrUnknown) {
			return w.goesOn("Append", result.Err)
		}
	}
	return true
}

func (w worker) read() bool {
	s := w.world.shard(w.rng)
	from := shardlog.Offset(0)
	if w.rng.IntN(2) == 0 {
		from = shardlog.Offset(w.rng.Uint64N(uint64(w.log.State(s).Next) + 3))
	}
	return w.readFrom(s, from)
}

func (w worker) readFrom(s shardlog.Shard, from shardlog.Offset) bool {
	rd := w.ledger.reading(s, from)
	records, state, err := readAll(w.log, s, from, w.limit(w.rng))
	if err != nil {
		return w.goesOn("read", err)
	}
	w.ledger.read(rd, records, state)
	return true
}

// follow waits for the tail to grow, and reads what has come.
func (w worker) follow() bool {
	s := w.world.shard(w.rng)
	from := w.log.State(s).Next
	timeout, cancel := context.WithTimeout(ctx(), time.Duration(w.rng.IntN(20))*time.Millisecond)
	defer cancel()
	if err := w.log.Wait(timeout, s, from); err != nil {
		return errors.Is(err, context.DeadlineExceeded) || w.goesOn("Wait", err)
	}
	batch, err := w.log.Read(ctx(), s, from, shardlog.Limit{Records: 1, Bytes: 1})
	if err != nil {
		return w.goesOn("read", err)
	}
	state := batch.State
	if len(batch.Records) == 0 && !state.Sealed && state.Floor < state.Next && !w.ledger.isDropping(s.Stream) {
		w.ledger.fault("%v: Wait from %d returned and there is nothing: %+v", s, from, state)
	}
	return w.readFrom(s, from)
}

// configure changes how a stream is kept, which must not show.
func (w worker) configure() bool {
	settings := shardlog.Settings{
		Retention:   time.Duration(w.rng.IntN(400*24)) * time.Hour,
		Compression: []shardlog.Compression{shardlog.NoCompression, shardlog.S2}[w.rng.IntN(2)],
	}
	stream := w.world.shard(w.rng).Stream
	if w.rng.IntN(2) == 0 {
		id, err := addKey(w.log, stream, byte(w.rng.IntN(256)))
		if err != nil {
			return w.goesOn("AddKey", err)
		}
		settings.Key = id
	}
	return w.goesOn("Configure", w.log.Configure(ctx(), stream, settings))
}

func (w worker) state() {
	s := w.world.shard(w.rng)
	rd := w.ledger.reading(s, 0)
	state := w.log.State(s)
	if !w.happened() {
		w.ledger.stated(rd, state)
	}
}

func (w worker) find() bool {
	s := w.world.shard(w.rng)
	rd := w.ledger.reading(s, 0)
	t := shardlog.MillisOf(time.Now()) - shardlog.Millis(w.rng.IntN(50))
	found, err := w.log.Find(ctx(), s, t)
	if err == nil {
		w.ledger.foundAt(rd, t, found)
	}
	return w.goesOn("Find", err)
}

func (w worker) trim() bool {
	name := w.world.shard(w.rng).Stream
	before := shardlog.MillisOf(time.Now()) - shardlog.Millis(w.rng.IntN(60))
	w.ledger.trimming(name, before)
	err := w.log.Trim(ctx(), name, before)
	if err == nil {
		w.ledger.trimmed(name, before)
	}
	return w.goesOn("Trim", err)
}

func (w worker) seal() bool {
	s := w.world.shard(w.rng)
	w.ledger.sealing(s)
	end, err := w.log.Seal(ctx(), s, w.rng.Uint32())
	if err == nil {
		w.ledger.sealedAt(s, end)
	}
	w.world.sealed(s)
	return w.goesOn("Seal", err)
}

func (w worker) drop() bool {
	name := w.world.shard(w.rng).Stream
	w.ledger.dropping(name)
	err := w.log.Drop(ctx(), name)
	if err == nil {
		w.ledger.dropped(name)
	}
	w.world.dropped(name, w.rng)
	return w.goesOn("Drop", err)
}

// makeRoom gives the disk its size back, after which appends must succeed again,
// if the log has not ended.
func (s *simulation) makeRoom() {
	s.disk.SetQuota(1 << 40)
	for range 1_000 {
		if !s.alive() {
			return
		}
		w := worker{simulation: s, rng: s.rng}
		shards := []shardlog.Shard{s.world.shard(s.rng)}
		entries, ids, begin := s.ledger.appending(shards)
		results, err := w.log.Append(ctx(), entries)
		if err == nil {
			s.ledger.answered(entries, ids, begin, results)
			return
		}
		s.ledger.refused(entries, ids)
		// The engine may look for room from time to time.
		time.Sleep(100 * time.Millisecond)
	}
	s.ledger.fault("appends fail though there is room again")
}
