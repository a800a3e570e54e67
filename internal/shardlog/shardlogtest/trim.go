package shardlogtest

import (
	"fmt"
	"sync"

	"github.com/freshet/freshet/internal/shardlog"
)

var trimTests = []test{
	{"RaisesTheFloorByArrival", trimRaisesTheFloor},
	{"NeverMovesTheFloorBack", trimNeverMovesBack},
	{"OfEverything", trimOfEverything},
	{"OfAnUnknownStream", trimOfAnUnknownStream},
	{"LeavesOtherStreams", trimLeavesOtherStreams},
	{"OfASealedShard", trimOfASealedShard},
	{"DuringAppends", trimDuringAppends},
}

// wantFloor demands that s holds want, and that its floor is the first of them,
// or the tail if there are none.
func (r *rig) wantFloor(s shardlog.Shard, want []shardlog.Record) {
	r.Helper()
	state := r.State(s)
	floor := state.Next
	if len(want) > 0 {
		floor = want[0].Offset
	}
	if state.Floor != floor {
		r.Fatalf("%v: State = %+v, want the floor %d", s, state, floor)
	}
	r.wantRecords(s, 0, want)
}

// "Trim raises the floor of every shard of stream to its first record that arrived
// at or after before." And Read: "beginning at the floor if from lies below it".
func trimRaisesTheFloor(r *rig) {
	first, second := r.fill(shard(1), 3), r.fill(shard(2), 3)
	for _, before := range edges(append(first, second...)) {
		r.trim(stream(1), before)
		r.wantFloor(shard(1), arrivedSince(first, before))
		r.wantFloor(shard(2), arrivedSince(second, before))
	}
}

// doc.go: "A shard's floor never moves back."
func trimNeverMovesBack(r *rig) {
	records := r.fill(shard(1), 4)
	before := last(records).Arrival
	r.trim(stream(1), before)
	for _, earlier := range []shardlog.Millis{before - 1, records[0].Arrival, 1, 0, -1} {
		r.trim(stream(1), earlier)
		r.wantFloor(shard(1), arrivedSince(records, before))
	}
}

func trimOfEverything(r *rig) {
	records := r.fill(shard(1), 2)
	r.trim(stream(1), last(records).Arrival+1)
	r.wantFloor(shard(1), nil)
	if state := r.State(shard(1)); state.Next <= last(records).Offset || state.LastArrival != last(records).Arrival {
		r.Errorf("State = %+v after %s was trimmed", state, text(last(records)))
	}
	more := r.append(entry(shard(1), "k", "later"))
	if more[0].Offset <= last(records).Offset || more[0].Arrival < last(records).Arrival {
		r.Errorf("%s follows %s, which was trimmed", text(more[0]), text(last(records)))
	}
	r.wantRecords(shard(1), 0, more)
}

func trimOfAnUnknownStream(r *rig) {
	r.trim(stream(9), 1<<40)
	s := shardlog.Shard{Stream: stream(9), Number: 1}
	if got := r.State(s); got != (shardlog.State{}) {
		r.Errorf("State = %+v", got)
	}
	r.wantRecords(s, 0, r.append(entry(s, "k", "first")))
}

func trimLeavesOtherStreams(r *rig) {
	other := shardlog.Shard{Stream: stream(2), Number: 1}
	want := r.append(entry(other, "k", "d"), entry(shard(1), "k", "d"))
	r.trim(stream(1), want[1].Arrival+1)
	r.wantFloor(shard(1), nil)
	r.wantFloor(other, want[:1])
}

func trimOfASealedShard(r *rig) {
	records := r.fill(shard(1), 3)
	end := r.seal(shard(1))
	r.trim(stream(1), last(records).Arrival)
	r.wantFloor(shard(1), arrivedSince(records, last(records).Arrival))
	r.trim(stream(1), last(records).Arrival+1)
	r.wantFloor(shard(1), nil)
	if state := r.State(shard(1)); state.Next != end || state.Floor != end || !state.Sealed {
		r.Errorf("State = %+v, want the end %d", state, end)
	}
	if again := r.seal(shard(1)); again != end {
		r.Errorf("the end moved from %d to %d", end, again)
	}
}

// A reader meets no record below the floor, and no gap above it.
func trimDuringAppends(r *rig) {
	const appends = 300
	h := newHistory()
	var work sync.WaitGroup
	for g := range 3 {
		work.Go(func() {
			for i := range appends / 3 {
				entries := []shardlog.Entry{entry(shard(1), "k", fmt.Sprint(g, i)), entry(shard(1), "k", "")}
				begin := h.now()
				results, err := r.Append(ctx(), entries)
				if err != nil {
					r.Errorf("Append: %v", err)
					return
				}
				h.note(entries, results, begin)
				if err := r.Trim(ctx(), stream(1), results[0].Arrival-1); err != nil {
					r.Errorf("Trim: %v", err)
				}
			}
		})
	}
	work.Go(func() {
		var floor shardlog.Offset
		for range appends {
			_, state, err := readAll(r.Log, shard(1), 0, plenty)
			if err != nil || state.Floor < floor {
				r.Errorf("floor %d after %d; %v", state.Floor, floor, err)
				return
			}
			floor = state.Floor
		}
	})
	work.Wait()
	want, err := h.acknowledged(shard(1))
	if err != nil {
		r.Fatal(err)
	}
	r.wantFloor(shard(1), above(want, r.State(shard(1)).Floor))
	if newest := last(want); r.State(shard(1)).Floor > newest.Offset {
		r.Errorf("the floor %d is above %s, which was never trimmed", r.State(shard(1)).Floor, text(newest))
	}
}
