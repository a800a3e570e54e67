package shardlogtest

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/freshet/freshet/internal/shardlog"
)

// reading is what was known of a shard when a read of it began.
type reading struct {
	shard   shardlog.Shard
	from    shardlog.Offset
	begin   int64
	floor   shardlog.Offset
	trimmed shardlog.Millis
	sealed  bool
	dropped bool // nothing may be read
}

// reading notes that a read of s begins.
func (l *Ledger) reading(s shardlog.Shard, from shardlog.Offset) reading {
	l.mu.Lock()
	defer l.mu.Unlock()
	st, sh := l.shardLocked(s)
	return reading{
		shard: s, from: from, begin: l.tick(),
		floor: sh.floor, trimmed: st.trimmed, sealed: sh.sealed != 0, dropped: st.dropped != 0,
	}
}

// read takes in what was read from rd.from to the tail.
func (l *Ledger) read(rd reading, records []shardlog.Record, state shardlog.State) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.readLocked(rd, records, state); err != nil {
		l.faultLocked("%v read from %d, state %+v: %w", rd.shard, rd.from, state, err)
	}
}

func (l *Ledger) readLocked(rd reading, records []shardlog.Record, state shardlog.State) error {
	st, sh := l.shardLocked(rd.shard)
	if st.dropAsked != 0 {
		if rd.dropped && len(records) > 0 {
			return fmt.Errorf("%d records of a dropped stream", len(records))
		}
		return nil // anything goes while a drop is under way
	}
	if err := l.stateLocked(rd, st, sh, state); err != nil {
		return err
	}
	found := map[shardlog.Offset]bool{}
	for _, rec := range records {
		found[rec.Offset] = true
		if err := sh.meets(rec); err != nil {
			return err
		}
		if rec.Arrival < rd.trimmed {
			return fmt.Errorf("%s should be trimmed: Trim before %d has returned", text(rec), rd.trimmed)
		}
	}
	for at, ack := range sh.acked {
		if at >= max(rd.from, state.Floor) && ack.end <= rd.begin && !found[at] {
			return fmt.Errorf("entry %d at %d, acknowledged before, is missing among %d records", ack.id, at, len(records))
		}
	}
	return nil
}

// meets checks a record that was read.
func (sh *shardLedger) meets(rec shardlog.Record) error {
	n, err := idOf(rec)
	if err != nil {
		return err
	}
	if ack, ok := sh.acked[rec.Offset]; ok {
		if ack.id != n || ack.stamp != rec.Stamp || ack.arrival != rec.Arrival {
			return fmt.Errorf("%s lies where entry %d was acknowledged with stamp %d, arrival %d", text(rec), ack.id, ack.stamp, ack.arrival)
		}
		return nil
	}
	if _, ok := sh.doubt[n]; !ok {
		return fmt.Errorf("%s was not appended here, or not stored, or is there twice", text(rec))
	}
	if other, ok := sh.seen[rec.Offset]; ok && other != n {
		return fmt.Errorf("%s lies where entry %d was read before", text(rec), other)
	}
	sh.seen[rec.Offset] = n
	return nil
}

// stated takes in a State.
func (l *Ledger) stated(rd reading, state shardlog.State) {
	l.mu.Lock()
	defer l.mu.Unlock()
	st, sh := l.shardLocked(rd.shard)
	if st.dropAsked != 0 {
		return
	}
	if err := l.stateLocked(rd, st, sh, state); err != nil {
		l.faultLocked("%v: state %+v: %w", rd.shard, state, err)
	}
}

func (l *Ledger) stateLocked(rd reading, st *streamLedger, sh *shardLedger, state shardlog.State) error {
	if state.Floor < rd.floor {
		return fmt.Errorf("the floor was %d before", rd.floor)
	}
	sh.floor = max(sh.floor, state.Floor)
	for at, ack := range sh.acked {
		switch {
		case at < state.Floor && ack.arrival >= st.trimAsked:
			return fmt.Errorf("entry %d at %d, arrival %d, was trimmed; the latest Trim is before %d", ack.id, at, ack.arrival, st.trimAsked)
		case ack.end <= rd.begin && (at >= state.Next || ack.arrival > state.LastArrival):
			return fmt.Errorf("entry %d at %d, arrival %d, was acknowledged before", ack.id, at, ack.arrival)
		}
	}
	if rd.sealed && !state.Sealed {
		return errors.New("the shard was sealed before")
	}
	if state.Sealed {
		return l.endsLocked(sh, state.Next)
	}
	return nil
}

// settle ends all doubt about a shard, which was read from its floor to its tail
// while nobody appends.
func (l *Ledger) settle(s shardlog.Shard, records []shardlog.Record, state shardlog.State) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.settleLocked(s, records, state); err != nil {
		l.faultLocked("%v at rest, state %+v: %w", s, state, err)
	}
}

func (l *Ledger) settleLocked(s shardlog.Shard, records []shardlog.Record, state shardlog.State) error {
	st, sh := l.shardLocked(s)
	for at, n := range sh.seen {
		if at >= state.Floor && !slices.ContainsFunc(records, func(r shardlog.Record) bool { return r.Offset == at }) {
			return fmt.Errorf("entry %d at %d, which was read before, is missing", n, at)
		}
	}
	now := l.tick()
	for _, rec := range records {
		n, err := idOf(rec)
		if err != nil {
			return err
		}
		begin, doubted := sh.doubt[n]
		if !doubted {
			continue
		}
		delete(sh.doubt, n)
		if err := sh.acknowledge(st, rec.Offset, ackedEntry{n, rec.Stamp, rec.Arrival, begin, now}); err != nil {
			return fmt.Errorf("found entry %d at %d: %w", n, rec.Offset, err)
		}
	}
	clear(sh.doubt)
	clear(sh.seen)
	if sh.sealed == 0 {
		sh.sealAsked = 0 // it did not happen, and will not
	}
	if n := len(records); n > 0 && records[n-1].Arrival != state.LastArrival {
		return fmt.Errorf("the last record is %s", text(records[n-1]))
	}
	return sh.forget(state.Floor)
}

// forget checks the order of the records and drops those that are trimmed.
func (sh *shardLedger) forget(floor shardlog.Offset) error {
	var begun int64
	var arrival shardlog.Millis
	for _, at := range slices.Sorted(maps.Keys(sh.acked)) {
		ack := sh.acked[at]
		if ack.end < begun {
			return fmt.Errorf("entry %d at %d lies above one whose append began after its own had returned", ack.id, at)
		}
		if ack.arrival < arrival {
			return fmt.Errorf("entry %d at %d arrived at %d, after one of %d", ack.id, at, ack.arrival, arrival)
		}
		begun, arrival = max(begun, ack.begin), ack.arrival
		if at < floor {
			delete(sh.acked, at)
		}
	}
	return nil
}

// names returns the shards that the ledger knows of, in order, and those streams
// of them whose drop is in doubt or done.
func (l *Ledger) names() (shards []shardlog.Shard, droppedStreams []shardlog.StreamID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, st := range l.mu.streams {
		if st.dropAsked != 0 {
			droppedStreams = append(droppedStreams, name)
		}
		for n := range st.shards {
			shards = append(shards, shardlog.Shard{Stream: name, Number: n})
		}
	}
	slices.SortFunc(shards, func(a, b shardlog.Shard) int {
		if c := slices.Compare(a.Stream[:], b.Stream[:]); c != 0 {
			return c
		}
		return int(a.Number) - int(b.Number)
	})
	return shards, droppedStreams
}

// isDropping reports whether Drop of a stream was called.
func (l *Ledger) isDropping(name shardlog.StreamID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.streamLocked(name).dropAsked != 0
}

// foundAt takes in the answer of Find: entries acknowledged before it was asked
// lie at or above it exactly if they arrived at or after t.
func (l *Ledger) foundAt(rd reading, t shardlog.Millis, found shardlog.Offset) {
	l.mu.Lock()
	defer l.mu.Unlock()
	st, sh := l.shardLocked(rd.shard)
	if st.dropAsked != 0 {
		return
	}
	for at, ack := range sh.acked {
		trimmed := ack.arrival < st.trimAsked
		if ack.end <= rd.begin && !trimmed && (ack.arrival >= t) != (at >= found) {
			l.faultLocked("%v: Find %d = %d, entry %d at %d arrived at %d", rd.shard, t, found, ack.id, at, ack.arrival)
		}
	}
}

// count returns how many entries were acknowledged so far, and how many are in
// doubt.
func (l *Ledger) count() (acked, doubtful int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, st := range l.mu.streams {
		for _, sh := range st.shards {
			doubtful += len(sh.doubt)
		}
	}
	return l.mu.acked, doubtful
}
