package disklog

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/freshet/freshet/internal/shardlog"
)

// ledger remembers what a log was asked and what it answered, over any number of
// crashes, and knows what may be found afterwards.
type ledger struct {
	mu     sync.Mutex
	nextID uint64
	shards map[shardlog.Shard]*shardLedger
	drops  map[shardlog.StreamID]outcome
	// passed counts what was checked, so that a test can see that it tested.
	passed struct{ records, unknownFound, unknownLost, trimmed, sealed, dropped int }
}

// outcome is what is known of a thing that was asked for.
type outcome int

const (
	never    outcome = iota // not asked for
	unknown                 // asked for; the answer never came
	answered                // done, says the log
)

// shardLedger is one shard's page.
type shardLedger struct {
	// attempts are all entries by the id in their data.
	attempts map[uint64]*attempt
	seal     outcome
	end      shardlog.Offset
	// trimAsked is the latest time that a trim named.
	trimAsked shardlog.Millis
}

// attempt is one entry.
type attempt struct {
	id     uint64
	worker int
	size   int
	// answer is answered if the entry was acknowledged, read, or found after a
	// crash: then it lies at offset for good.
	answer  outcome
	offset  shardlog.Offset
	arrival shardlog.Millis
	// lost says that it was not found after a crash: it must not come back.
	lost bool
	// trimmed says that a trim was answered that covers it.
	trimmed bool
}

func newLedger() *ledger {
	return &ledger{shards: map[shardlog.Shard]*shardLedger{}, drops: map[shardlog.StreamID]outcome{}}
}

func (g *ledger) pageLocked(s shardlog.Shard) *shardLedger {
	p := g.shards[s]
	if p == nil {
		p = &shardLedger{attempts: map[uint64]*attempt{}}
		g.shards[s] = p
	}
	return p
}

// entry returns an entry for s that can be told from all others.
func (g *ledger) entry(rng *rand.Rand, worker int, s shardlog.Shard) shardlog.Entry {
	size := 8 + rng.IntN(200)
	switch rng.IntN(100) {
	case 0:
		size += rng.IntN(100_000)
	case 1, 2, 3:
		size += rng.IntN(10_000)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.nextID++
	g.pageLocked(s).attempts[g.nextID] = &attempt{id: g.nextID, worker: worker, size: size, answer: unknown}
	return shardlog.Entry{Shard: s, Key: fmt.Sprint("key ", g.nextID), Data: payload(g.nextID, size)}
}

func payload(id uint64, size int) []byte {
	data := binary.LittleEndian.AppendUint64(nil, id)
	return append(data, bytes.Repeat([]byte{byte(id)}, size-8)...)
}

func idOf(data []byte) uint64 { return binary.LittleEndian.Uint64(data) }

// append appends and notes the answers. It returns how many entries are in the
// log now or may be.
func (g *ledger) append(l shardlog.Log, entries []shardlog.Entry) (taken int, err error) {
	results, err := l.Append(context.Background(), entries)
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, e := range entries {
		id := idOf(e.Data)
		page := g.pageLocked(e.Shard)
		if err != nil {
			delete(page.attempts, id) // none was appended, says the contract
			continue
		}
		a, r := page.attempts[id], results[i]
		switch {
		case errors.Is(r.Err, shardlog.ErrSealed), errors.Is(r.Err, shardlog.ErrDropped):
			delete(page.attempts, id) // not stored, says the contract
			continue
		case errors.Is(r.Err, shardlog.ErrUnknown):
		case r.Err != nil:
			return 0, r.Err
		case a.answer == answered && (a.offset != r.Offset || a.arrival != r.Arrival):
			return 0, fmt.Errorf("%v: entry %d was read at offset %d and acknowledged at %d", e.Shard, id, a.offset, r.Offset)
		default:
			a.answer, a.offset, a.arrival = answered, r.Offset, r.Arrival
		}
		taken++
	}
	return taken, err
}

func (g *ledger) seal(l shardlog.Log, s shardlog.Shard) {
	g.mu.Lock()
	p := g.pageLocked(s)
	p.seal = max(p.seal, unknown)
	g.mu.Unlock()
	end, err := l.Seal(context.Background(), s, 1)
	if err != nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	p.seal, p.end = answered, end
}

// trim trims to a time between the arrivals of what was acknowledged.
func (g *ledger) trim(rng *rand.Rand, l shardlog.Log, id shardlog.StreamID) {
	g.mu.Lock()
	var covered []*attempt
	var times []shardlog.Millis
	for s, p := range g.shards {
		for _, a := range p.attempts {
			if s.Stream == id && a.answer == answered {
				times = append(times, a.arrival)
				covered = append(covered, a)
			}
		}
	}
	if len(times) == 0 {
		g.mu.Unlock()
		return
	}
	before := times[rng.IntN(len(times))]
	for s, p := range g.shards {
		if s.Stream == id {
			p.trimAsked = max(p.trimAsked, before)
		}
	}
	g.mu.Unlock()
	if l.Trim(context.Background(), id, before) != nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, a := range covered {
		a.trimmed = a.trimmed || a.arrival < before
	}
}

func (g *ledger) drop(l shardlog.Log, id shardlog.StreamID) {
	g.mu.Lock()
	g.drops[id] = max(g.drops[id], unknown)
	g.mu.Unlock()
	if l.Drop(context.Background(), id) != nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.drops[id] = answered
}

// read reads what is there of s, and notes it: what was visible must stay.
func (g *ledger) read(l shardlog.Log, s shardlog.Shard, from shardlog.Offset) (shardlog.Offset, error) {
	batch, err := l.Read(context.Background(), s, from, shardlog.Limit{Records: 50, Bytes: 200_000})
	if err != nil {
		if errors.Is(err, shardlog.ErrDropped) || errors.Is(err, errDead) {
			err = nil
		}
		return from, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	p := g.pageLocked(s)
	for _, r := range batch.Records {
		a := p.attempts[idOf(r.Data)]
		if a == nil {
			return 0, fmt.Errorf("%v: entry %d at offset %d was never taken", s, idOf(r.Data), r.Offset)
		}
		if a.answer == answered && a.offset != r.Offset {
			return 0, fmt.Errorf("%v: entry %d is at offset %d, was at %d", s, a.id, r.Offset, a.offset)
		}
		a.answer, a.offset, a.arrival = answered, r.Offset, r.Arrival
	}
	return batch.Next, nil
}

// check compares a log that was recovered with the ledger. What it finds is
// known from then on: a second crash must not change it.
func (g *ledger) check(l shardlog.Log) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for s, p := range g.shards {
		if err := g.checkShard(l, s, p); err != nil {
			return fmt.Errorf("%v: %w", s, err)
		}
	}
	return nil
}

func (g *ledger) checkShard(l shardlog.Log, s shardlog.Shard, p *shardLedger) error {
	records, state, err := readShard(l, s)
	if dropped := errors.Is(err, shardlog.ErrDropped); dropped || g.drops[s.Stream] == answered {
		switch {
		case g.drops[s.Stream] == never:
			return errors.New("stream is dropped, and nobody asked for it")
		case !dropped && len(records) > 0:
			return fmt.Errorf("stream is dropped, and has %d records", len(records))
		}
		if dropped {
			g.drops[s.Stream] = answered
			g.passed.dropped++
		}
		return nil
	}
	if err != nil {
		return err
	}
	if err := g.checkRecords(p, records, state); err != nil {
		return err
	}
	if err := p.checkMissing(g, records, state); err != nil {
		return err
	}
	return p.checkSeal(g, state)
}

func (g *ledger) checkRecords(p *shardLedger, records []shardlog.Record, state shardlog.State) error {
	newest := map[int]uint64{} // by worker
	var arrival shardlog.Millis
	next := state.Floor
	for _, r := range records {
		a := p.attempts[idOf(r.Data)]
		switch {
		case a == nil:
			return fmt.Errorf("entry %d at offset %d was never taken", idOf(r.Data), r.Offset)
		case a.lost:
			return fmt.Errorf("entry %d came back at offset %d", a.id, r.Offset)
		case !bytes.Equal(r.Data, payload(a.id, a.size)) || r.Key != fmt.Sprint("key ", a.id):
			return fmt.Errorf("entry %d has other data", a.id)
		case a.answer == answered && (a.offset != r.Offset || a.arrival != r.Arrival):
			return fmt.Errorf("entry %d is at %d (%d), was at %d (%d)", a.id, r.Offset, r.Arrival, a.offset, a.arrival)
		case r.Offset < next || r.Offset >= state.Next || r.Arrival < arrival || r.Arrival > state.LastArrival:
			return fmt.Errorf("entry %d at offset %d, time %d: after %d, %d, in %+v", a.id, r.Offset, r.Arrival, next, arrival, state)
		case a.trimmed:
			return fmt.Errorf("entry %d at offset %d was trimmed, floor %d", a.id, r.Offset, state.Floor)
		case newest[a.worker] > a.id:
			return fmt.Errorf("entry %d stands behind entry %d of the same worker", a.id, newest[a.worker])
		}
		if a.answer == unknown {
			g.passed.unknownFound++
		}
		g.passed.records++
		a.answer, a.offset, a.arrival = answered, r.Offset, r.Arrival
		newest[a.worker], next, arrival = a.id, r.Offset+1, r.Arrival
	}
	return nil
}

// checkMissing checks that whatever is not there may be missing.
func (p *shardLedger) checkMissing(g *ledger, records []shardlog.Record, state shardlog.State) error {
	found := map[uint64]bool{}
	for _, r := range records {
		found[idOf(r.Data)] = true
	}
	for _, a := range p.attempts {
		switch {
		case found[a.id]:
		case a.answer == unknown:
			if !a.lost {
				g.passed.unknownLost++
			}
			a.lost = true
		case a.offset >= state.Floor:
			return fmt.Errorf("entry %d was acknowledged at offset %d, time %d, and is gone; %+v", a.id, a.offset, a.arrival, state)
		case a.arrival >= p.trimAsked:
			return fmt.Errorf("entry %d of time %d was trimmed, and the trim was to %d; %+v", a.id, a.arrival, p.trimAsked, state)
		default:
			g.passed.trimmed++
		}
	}
	return nil
}

func (p *shardLedger) checkSeal(g *ledger, state shardlog.State) error {
	switch {
	case state.Sealed && p.seal == never:
		return errors.New("shard is sealed, and nobody asked for it")
	case p.seal == answered && (!state.Sealed || state.Next != p.end):
		return fmt.Errorf("shard was sealed at %d, and is %+v", p.end, state)
	case state.Sealed:
		p.seal, p.end = answered, state.Next
		g.passed.sealed++
	}
	return nil
}

// readShard reads all of s in pieces of various sizes.
func readShard(l shardlog.Log, s shardlog.Shard) (records []shardlog.Record, state shardlog.State, err error) {
	var from shardlog.Offset
	for limit := 1; ; limit = limit*3 + 1 {
		batch, err := l.Read(context.Background(), s, from, shardlog.Limit{Records: limit, Bytes: 1 << 20})
		if err != nil {
			return nil, state, err
		}
		records = append(records, batch.Records...)
		if batch.Next >= batch.State.Next {
			return records, batch.State, nil
		}
		if batch.Next <= from && len(batch.Records) == 0 {
			return nil, state, fmt.Errorf("read from %d does not get on: %+v", from, batch.State)
		}
		from = batch.Next
	}
}
