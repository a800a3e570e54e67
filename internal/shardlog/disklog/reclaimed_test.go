package disklog

import (
	"fmt"
	"sync/atomic"
	"testing"
)

// reclaimed counts the ways in which space was given back, so that a test can
// see that it met them.
type reclaimed struct {
	removed, rewritten, merged, punched atomic.Int64
	// shrunk counts the times that the journal went on in its smallest file.
	shrunk atomic.Int64
}

// tellingOf returns o with events that count into r.
func tellingOf(o Options, r *reclaimed) Options {
	o.Events.SegmentRemoved = func(uint64) { r.removed.Add(1) }
	o.Events.SegmentRewritten = func(w SegmentRewritten) {
		if len(w.Inputs) > 1 {
			r.merged.Add(1)
		} else {
			r.rewritten.Add(1)
		}
	}
	var last atomic.Int64
	o.Events.JournalRotated = func(j JournalRotated) {
		if last.Swap(j.Size) > j.Size && j.Size == o.JournalMin {
			r.shrunk.Add(1)
		}
	}
	o.Events.HolePunched = func(HolePunched) { r.punched.Add(1) }
	return o
}

func (r *reclaimed) counters() []*atomic.Int64 {
	return []*atomic.Int64{&r.removed, &r.rewritten, &r.merged, &r.punched, &r.shrunk}
}

func (r *reclaimed) add(o *reclaimed) {
	for i, c := range o.counters() {
		r.counters()[i].Add(c.Load())
	}
}

func (r *reclaimed) String() string {
	return fmt.Sprintf("%d removed, %d rewritten, %d merged, %d punched, %d shrunk",
		r.removed.Load(), r.rewritten.Load(), r.merged.Load(), r.punched.Load(), r.shrunk.Load())
}

// wantAll demands that each was met.
func (r *reclaimed) wantAll(t *testing.T) {
	t.Helper()
	for _, c := range r.counters() {
		if c.Load() == 0 {
			t.Errorf("the load missed a way of giving space back: %s", r)
			return
		}
	}
}
