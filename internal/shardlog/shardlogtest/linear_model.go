package shardlogtest

import (
	"slices"

	"github.com/anishathalye/porcupine"

	"github.com/freshet/freshet/internal/shardlog"
)

// shardModel is the sequential log of one shard. A history is linearizable if its
// calls have an order, in which each takes effect at one moment between its
// beginning and its end, so that every call is a step of this model.
//
// What the contract leaves to the engine (gaps between offsets, and so where
// exactly a floor lies) is known only in so far as somebody has seen it: next,
// floor and lastArrival are the least that they can be.
type shardModel struct {
	newest      *modelRecord
	sum         uint64 // of all records, to compare two models by
	next, floor shardlog.Offset
	lastArrival shardlog.Millis
	sealed      bool
	// ended says that the shard is sealed and next is known to be its end.
	ended bool
}

// modelRecord is a record in a list from the newest to the oldest, which is never
// changed: the search for an order goes back and tries another.
type modelRecord struct {
	shardlog.Record // without key and data: id stands for them
	id              id
	older           *modelRecord
}

// call is a call and what it answered.
type call interface {
	// step returns the states in which the model may be after the call: none if
	// the model in that state would not have answered so, two if it is not known
	// whether the call took effect.
	step(m shardModel) []shardModel
}

// newModel returns the model as the checker wants it.
func newModel() porcupine.Model {
	m := porcupine.NondeterministicModel{
		Init: func() []any { return []any{shardModel{}} },
		Step: func(state, input, _ any) (after []any) {
			for _, m := range input.(call).step(state.(shardModel)) {
				after = append(after, m)
			}
			return after
		},
		Equal: func(a, b any) bool { return a.(shardModel).same(b.(shardModel)) },
	}
	return m.ToModel()
}

// same compares two models; of their lists it compares the sums.
func (m shardModel) same(n shardModel) bool {
	m.newest, n.newest = nil, nil
	return m == n
}

// retained returns the records at or above an offset.
func (m shardModel) retained(from shardlog.Offset) []*modelRecord {
	var list []*modelRecord
	for r := m.newest; r != nil && r.Offset >= max(from, m.floor); r = r.older {
		list = append(list, r)
	}
	slices.Reverse(list)
	return list
}

// appended is an entry that became a record.
type appended struct {
	id     id
	result shardlog.Result
}

func (c appended) step(m shardModel) []shardModel {
	r := c.result
	if m.sealed || r.Offset < m.next || r.Arrival < m.lastArrival {
		return nil
	}
	record := shardlog.Record{Offset: r.Offset, Stamp: r.Stamp, Arrival: r.Arrival}
	m.newest = &modelRecord{Record: record, id: c.id, older: m.newest}
	m.sum = id(m.sum ^ c.id.hash() + uint64(r.Offset)).hash()
	m.next, m.lastArrival = r.Offset+1, r.Arrival
	return []shardModel{m}
}

// refused is an entry that was answered ErrSealed.
type refused struct{}

func (refused) step(m shardModel) []shardModel {
	if !m.sealed {
		return nil
	}
	return []shardModel{m}
}

// stated is a state that a call returned.
type stated shardlog.State

func (c stated) step(m shardModel) []shardModel {
	switch {
	case c.Next < m.next, c.Floor < m.floor, c.Floor > c.Next, c.LastArrival < m.lastArrival, c.Sealed != m.sealed:
		return nil
	case m.ended && c.Next != m.next:
		return nil
	}
	if kept := m.retained(0); len(kept) > 0 && c.Floor > kept[0].Offset {
		return nil // nobody trimmed that
	}
	m.next, m.floor, m.lastArrival, m.ended = c.Next, c.Floor, c.LastArrival, c.Sealed
	return []shardModel{m}
}

// reading is a call of Read.
type modelRead struct {
	from  shardlog.Offset
	batch shardlog.Batch
	ids   []id // of its records
}

func (c modelRead) step(m shardModel) []shardModel {
	after := stated(c.batch.State).step(m)
	if after == nil {
		return nil
	}
	kept := after[0].retained(c.from)
	if len(kept) < len(c.ids) {
		return nil
	}
	for i, r := range c.batch.Records {
		k := kept[i]
		if k.id != c.ids[i] || k.Offset != r.Offset || k.Stamp != r.Stamp || k.Arrival != r.Arrival {
			return nil
		}
	}
	if rest := kept[len(c.ids):]; len(rest) > 0 && c.batch.Next > rest[0].Offset {
		return nil // it passed over a record
	}
	return after
}

// modelFind is a call of Find that found an offset.
type modelFind struct {
	t     shardlog.Millis
	found shardlog.Offset
}

func (c modelFind) step(m shardModel) []shardModel {
	if c.found < m.floor {
		return nil
	}
	for _, r := range m.retained(0) {
		switch {
		case r.Arrival < c.t && c.found <= r.Offset:
			return nil
		case r.Arrival >= c.t && c.found > r.Offset:
			return nil
		case r.Arrival >= c.t:
			return []shardModel{m}
		}
	}
	// There is none: that is the shard's next offset.
	if c.found < m.next || m.ended && c.found != m.next {
		return nil
	}
	m.next = c.found
	return []shardModel{m}
}

// modelSeal is a call of Seal.
type modelSeal struct{ end shardlog.Offset }

func (c modelSeal) step(m shardModel) []shardModel {
	if c.end < m.next || m.ended && c.end != m.next {
		return nil
	}
	m.sealed, m.ended, m.next = true, true, c.end
	return []shardModel{m}
}

// modelTrim is a call of Trim.
type modelTrim struct{ before shardlog.Millis }

func (c modelTrim) step(m shardModel) []shardModel {
	for r := m.newest; r != nil; r = r.older {
		if r.Arrival < c.before {
			m.floor = max(m.floor, r.Offset+1)
			break
		}
	}
	return []shardModel{m}
}

// maybe is a call of which nobody knows whether it took effect.
type maybe struct{ call }

func (c maybe) step(m shardModel) []shardModel {
	return append(c.call.step(m), m)
}

// sealedSomewhere is a Seal whose end nobody was told.
type sealedSomewhere struct{}

func (sealedSomewhere) step(m shardModel) []shardModel {
	m.sealed = true
	return []shardModel{m}
}
