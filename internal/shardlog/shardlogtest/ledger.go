package shardlogtest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/freshet/freshet/internal/shardlog"
)

// Ledger knows what a log was asked and what it answered, and so what it must
// hold and what it may hold.
//
// It differs from memlog in that it bears doubt. An entry is in doubt from the
// beginning of its Append until the answer, and beyond it if the answer is
// ErrUnknown or the power went: then it may be found later, or not. A seal, a trim
// or a drop is in doubt in the same way. Opening the log again ends all doubt:
// what is found is there for good, and what is not found must never be.
//
// A reader's view binds as well: a record, a floor or a seal that was once seen is
// no longer in doubt.
type Ledger struct {
	clock atomic.Int64 // of ticks, to tell what came before what
	ids   atomic.Uint64
	mu    struct {
		sync.Mutex
		streams map[shardlog.StreamID]*streamLedger
		faults  []error
		acked   int // entries so far
	}
}

// streamLedger is what is known of a stream. Ticks are 0 until something happens.
type streamLedger struct {
	shards map[uint32]*shardLedger
	// dropAsked is when Drop was first called, dropped when it first returned nil.
	dropAsked, dropped int64
	// trimAsked is the highest time of a Trim that was called, trimmed the highest
	// of those that returned nil.
	trimAsked, trimmed shardlog.Millis
}

// shardLedger is what is known of a shard.
type shardLedger struct {
	acked map[shardlog.Offset]ackedEntry
	// doubt has the entries that may be there, with when their Append began.
	doubt map[id]int64
	// seen has the entries that were read while they were in doubt.
	seen map[shardlog.Offset]id
	// floor, last and lastArrival are the highest ever seen or acknowledged; last
	// is one more than the offset, 0 if there was no record.
	floor       shardlog.Offset
	last        shardlog.Offset
	lastArrival shardlog.Millis
	// sealAsked is when Seal was first called, sealed when its end was first
	// known, from its answer or a State.
	sealAsked, sealed int64
	end               shardlog.Offset
}

// ackedEntry is an entry that is a record for good.
type ackedEntry struct {
	id         id
	stamp      shardlog.Millis
	arrival    shardlog.Millis
	begin, end int64
}

func newLedger() *Ledger {
	l := &Ledger{}
	l.mu.streams = map[shardlog.StreamID]*streamLedger{}
	return l
}

func (l *Ledger) tick() int64 { return l.clock.Add(1) }

// fault notes that the log broke a rule.
func (l *Ledger) fault(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faultLocked(format, args...)
}

func (l *Ledger) faultLocked(format string, args ...any) {
	l.mu.faults = append(l.mu.faults, fmt.Errorf(format, args...))
}

// err returns the rules that were broken, at most ten.
func (l *Ledger) err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return errors.Join(l.mu.faults[:min(len(l.mu.faults), 10)]...)
}

func (l *Ledger) streamLocked(name shardlog.StreamID) *streamLedger {
	st := l.mu.streams[name]
	if st == nil {
		st = &streamLedger{shards: map[uint32]*shardLedger{}}
		l.mu.streams[name] = st
	}
	return st
}

func (l *Ledger) shardLocked(name shardlog.Shard) (*streamLedger, *shardLedger) {
	st := l.streamLocked(name.Stream)
	sh := st.shards[name.Number]
	if sh == nil {
		sh = &shardLedger{acked: map[shardlog.Offset]ackedEntry{}, doubt: map[id]int64{}, seen: map[shardlog.Offset]id{}}
		st.shards[name.Number] = sh
	}
	return st, sh
}

// appending makes entries for shards and puts them in doubt.
func (l *Ledger) appending(shards []shardlog.Shard) (entries []shardlog.Entry, ids []id, begin int64) {
	begin = l.tick()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range shards {
		n := id(l.ids.Add(1))
		_, sh := l.shardLocked(s)
		sh.doubt[n] = begin
		entries, ids = append(entries, n.entry(s)), append(ids, n)
	}
	return entries, ids, begin
}

// refused ends the doubt of entries whose Append returned an error.
func (l *Ledger) refused(entries []shardlog.Entry, ids []id) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, e := range entries {
		_, sh := l.shardLocked(e.Shard)
		delete(sh.doubt, ids[i])
	}
}

// answered takes in the results of an Append.
func (l *Ledger) answered(entries []shardlog.Entry, ids []id, begin int64, results []shardlog.Result) {
	end := l.tick()
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, result := range results {
		st, sh := l.shardLocked(entries[i].Shard)
		switch {
		case result.Err == nil:
			delete(sh.doubt, ids[i])
			l.mu.acked++
			ack := ackedEntry{ids[i], result.Stamp, result.Arrival, begin, end}
			if err := sh.acknowledge(st, result.Offset, ack); err != nil {
				l.faultLocked("%v: entry %d was acknowledged at %d: %w", entries[i].Shard, ids[i], result.Offset, err)
			}
		case errors.Is(result.Err, shardlog.ErrUnknown):
			// remains in doubt
		case errors.Is(result.Err, shardlog.ErrSealed) && sh.sealAsked != 0,
			errors.Is(result.Err, shardlog.ErrDropped) && st.dropAsked != 0:
			delete(sh.doubt, ids[i])
		default:
			l.faultLocked("%v: entry %d was answered %v, for no reason", entries[i].Shard, ids[i], result.Err)
		}
	}
}

// acknowledge makes an entry a record.
func (sh *shardLedger) acknowledge(st *streamLedger, at shardlog.Offset, ack ackedEntry) error {
	if other, taken := sh.acked[at]; taken {
		return fmt.Errorf("entry %d is there", other.id)
	}
	if seen, ok := sh.seen[at]; ok && seen != ack.id {
		return fmt.Errorf("entry %d was read there", seen)
	}
	delete(sh.seen, at)
	sh.acked[at] = ack
	sh.last = max(sh.last, at+1)
	sh.lastArrival = max(sh.lastArrival, ack.arrival)
	switch {
	case sh.sealed != 0 && at >= sh.end:
		return fmt.Errorf("the shard's end is %d", sh.end)
	case sh.sealed != 0 && ack.begin > sh.sealed:
		return errors.New("the shard was sealed before the append began")
	case st.dropped != 0 && ack.begin > st.dropped:
		return errors.New("the stream was dropped before the append began")
	}
	return nil
}

// sealing notes a call of Seal, and sealedAt its answer.
func (l *Ledger) sealing(s shardlog.Shard) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, sh := l.shardLocked(s); sh.sealAsked == 0 {
		sh.sealAsked = l.tick()
	}
}

func (l *Ledger) sealedAt(s shardlog.Shard, end shardlog.Offset) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, sh := l.shardLocked(s)
	if err := l.endsLocked(sh, end); err != nil {
		l.faultLocked("%v: Seal returned %d: %w", s, end, err)
	}
}

func (l *Ledger) endsLocked(sh *shardLedger, end shardlog.Offset) error {
	switch {
	case sh.sealAsked == 0:
		return errors.New("nobody called Seal")
	case sh.sealed != 0 && sh.end != end:
		return fmt.Errorf("the end was %d before", sh.end)
	case end < sh.last:
		return fmt.Errorf("there is a record at %d", sh.last-1)
	}
	if sh.sealed == 0 {
		sh.sealed, sh.end = l.tick(), end
	}
	return nil
}

// trimming notes a call of Trim, and trimmed that it returned nil.
func (l *Ledger) trimming(name shardlog.StreamID, before shardlog.Millis) {
	l.mu.Lock()
	defer l.mu.Unlock()
	st := l.streamLocked(name)
	st.trimAsked = max(st.trimAsked, before)
}

func (l *Ledger) trimmed(name shardlog.StreamID, before shardlog.Millis) {
	l.mu.Lock()
	defer l.mu.Unlock()
	st := l.streamLocked(name)
	st.trimmed = max(st.trimmed, before)
}

// dropping notes a call of Drop, and dropped that it returned nil.
func (l *Ledger) dropping(name shardlog.StreamID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if st := l.streamLocked(name); st.dropAsked == 0 {
		st.dropAsked = l.tick()
	}
}

func (l *Ledger) dropped(name shardlog.StreamID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if st := l.streamLocked(name); st.dropped == 0 {
		st.dropped = l.tick()
	}
}
