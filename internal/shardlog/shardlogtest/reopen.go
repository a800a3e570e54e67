package shardlogtest

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/freshet/freshet/internal/shardlog"
)

var reopenTests = []test{
	{"KeepsRecords", reopenKeepsRecords},
	{"KeepsTimes", reopenKeepsTimes},
	{"KeepsFloors", reopenKeepsFloors},
	{"KeepsOffsetsOfTrimmedShards", reopenKeepsOffsets},
	{"KeepsEnds", reopenKeepsEnds},
	{"KeepsDrops", reopenKeepsDrops},
	{"OfAnEmptyLog", reopenOfAnEmptyLog},
	{"AgainAndAgain", reopenAgainAndAgain},
}

// doc.go: "An entry whose Result has no error is durable."
func reopenKeepsRecords(r *rig) {
	want := make([][]shardlog.Record, 20)
	for i := range 200 {
		n := i % len(want)
		data := bytes.Repeat([]byte{byte(i)}, i*37%3000)
		want[n] = append(want[n], r.append(shardlog.Entry{Shard: shard(uint32(n)), Key: fmt.Sprint(i), Data: data})...)
	}
	r.reopen()
	for n, records := range want {
		r.wantRecords(shard(uint32(n)), 0, records)
	}
}

func reopenKeepsTimes(r *rig) {
	records := r.fill(shard(1), 4)
	state := r.State(shard(1))
	r.reopen()
	if got := r.State(shard(1)); got != state {
		r.Errorf("State = %+v, was %+v", got, state)
	}
	r.wantFound(shard(1), records)
	more := r.append(entry(shard(1), "k", "after"))
	if more[0].Offset < state.Next || more[0].Arrival < state.LastArrival {
		r.Errorf("%s follows %s", text(more[0]), text(last(records)))
	}
	r.wantRecords(shard(1), 0, append(records, more...))
}

// "Floors are durable when it returns."
func reopenKeepsFloors(r *rig) {
	records := r.fill(shard(1), 4)
	r.append(entry(shard(2), "k", "d"))
	before := last(records).Arrival
	r.trim(stream(1), before)
	r.reopen()
	r.wantFloor(shard(1), arrivedSince(records, before))
	r.trim(stream(1), before-1)
	r.wantFloor(shard(1), arrivedSince(records, before))
	r.reopen()
	r.wantFloor(shard(1), arrivedSince(records, before))
}

// "State.Next is above every record", also those that are gone.
func reopenKeepsOffsets(r *rig) {
	records := r.fill(shard(1), 2)
	r.trim(stream(1), last(records).Arrival+1)
	r.reopen()
	r.wantFloor(shard(1), nil)
	more := r.append(entry(shard(1), "k", "after"))
	if more[0].Offset <= last(records).Offset || more[0].Arrival < last(records).Arrival {
		r.Errorf("%s follows %s, which was trimmed", text(more[0]), text(last(records)))
	}
	r.reopen()
	r.wantRecords(shard(1), 0, more)
}

// Seal "is durable": the end, of a shard without records too.
func reopenKeepsEnds(r *rig) {
	records := r.fill(shard(1), 2)
	trimmed := r.append(entry(shard(3), "k", "d"))
	ends := []shardlog.Offset{r.seal(shard(1)), r.seal(shard(2)), r.seal(shard(3))}
	r.trim(stream(1), records[0].Arrival)
	for range 2 {
		r.reopen()
		for i, end := range ends {
			s := shard(uint32(i + 1))
			if got := r.State(s); !got.Sealed || got.Next != end {
				r.Errorf("State = %+v, want sealed at %d", got, end)
			}
			if again := r.seal(s); again != end {
				r.Errorf("the end moved from %d to %d", end, again)
			}
			if got := r.try(entry(s, "k", "late")); !errors.Is(got[0].Err, shardlog.ErrSealed) {
				r.Errorf("an append to a sealed shard: %+v", got[0])
			}
		}
		r.wantRecords(shard(1), 0, records)
		r.wantRecords(shard(3), 0, trimmed)
	}
}

// Drop "is durable".
func reopenKeepsDrops(r *rig) {
	other := shardlog.Shard{Stream: stream(2), Number: 1}
	want := r.append(entry(shard(1), "k", "d"), entry(other, "k", "d"))[1:]
	r.drop(stream(1))
	r.drop(stream(3)) // of which there never was a record
	for range 2 {
		r.reopen()
		r.wantDropped(shard(1))
		r.wantDropped(shardlog.Shard{Stream: stream(3), Number: 1})
		r.wantRecords(other, 0, want)
	}
}

func reopenOfAnEmptyLog(r *rig) {
	for range 3 {
		r.reopen()
		r.wantRecords(shard(1), 0, nil)
	}
	r.wantRecords(shard(1), 0, r.append(entry(shard(1), "k", "first")))
}

func reopenAgainAndAgain(r *rig) {
	want := make([][]shardlog.Record, 3)
	for round := range 10 {
		for n := range want {
			for i := range 1 + round%3 {
				want[n] = append(want[n], r.append(entry(shard(uint32(n)), "k", fmt.Sprint(round, i)))...)
			}
		}
		r.reopen()
		for n, records := range want {
			r.wantRecords(shard(uint32(n)), 0, records)
		}
	}
}
