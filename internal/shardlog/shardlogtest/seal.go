package shardlogtest

import (
	"errors"
	"fmt"
	"sync"

	"github.com/freshet/freshet/internal/shardlog"
)

var sealTests = []test{
	{"EndsTheShard", sealEndsTheShard},
	{"IsIdempotent", sealIsIdempotent},
	{"OfAnUnknownShard", sealOfAnUnknownShard},
	{"AnswersEachEntryOfAnAppend", sealAnswersEachEntry},
	{"IsExactDuringAppends", sealIsExactDuringAppends},
	{"FromManyGoroutines", sealFromManyGoroutines},
}

// "Seal ends shard and returns its end: every acknowledged record lies below it
// and no later Append to the shard succeeds."
func sealEndsTheShard(r *rig) {
	records := r.fill(shard(1), 2)
	end := r.seal(shard(1))
	if end <= last(records).Offset {
		r.Errorf("the end is %d, the last record's offset %d", end, last(records).Offset)
	}
	if got := r.try(entry(shard(1), "k", "late")); !errors.Is(got[0].Err, shardlog.ErrSealed) {
		r.Errorf("an append after Seal: %+v", got[0])
	}
	state := r.State(shard(1))
	if !state.Sealed || state.Next != end {
		r.Errorf("State = %+v, want sealed at %d", state, end)
	}
	r.wantRecords(shard(1), 0, records)
}

// "It is idempotent: each call returns the same end, whatever its generation."
func sealIsIdempotent(r *rig) {
	r.fill(shard(1), 2)
	end := r.seal(shard(1))
	for _, generation := range []uint32{0, 1, 2, 1 << 31} {
		r.try(entry(shard(1), "k", "late"))
		if again, err := r.Seal(ctx(), shard(1), generation); again != end || err != nil {
			r.Errorf("Seal with generation %d = %d, %v; want %d", generation, again, err, end)
		}
	}
}

// A shard that nobody appended to can end too: a child that is merged at once.
func sealOfAnUnknownShard(r *rig) {
	end := r.seal(shard(1))
	if got := r.State(shard(1)); !got.Sealed || got.Next != end {
		r.Errorf("State = %+v, want sealed at %d", got, end)
	}
	if got := r.try(entry(shard(1), "k", "late")); !errors.Is(got[0].Err, shardlog.ErrSealed) {
		r.Errorf("an append after Seal: %+v", got[0])
	}
	if again := r.seal(shard(1)); again != end {
		r.Errorf("the end moved from %d to %d", end, again)
	}
	r.wantRecords(shard(1), 0, nil)
}

// "The entry is not stored", and those of other shards are.
func sealAnswersEachEntry(r *rig) {
	before := r.append(entry(shard(1), "k", "before"))
	r.seal(shard(1))
	entries := []shardlog.Entry{
		entry(shard(1), "k", "late"), entry(shard(2), "k", "a"),
		entry(shard(1), "k", "late"), entry(shard(2), "k", "b"),
	}
	var stored []shardlog.Record
	for i, result := range r.try(entries...) {
		if i%2 == 0 {
			if !errors.Is(result.Err, shardlog.ErrSealed) {
				r.Errorf("entry %d: %+v, want ErrSealed", i, result)
			}
			continue
		}
		if result.Err != nil {
			r.Errorf("entry %d: %v", i, result.Err)
		}
		stored = append(stored, record(entries[i], result))
	}
	r.wantRecords(shard(1), 0, before)
	r.wantRecords(shard(2), 0, stored)
}

// doc.go: "No acknowledged record lies at or beyond the end that Seal returned."
// An append that begins after Seal has returned gets ErrSealed; one that runs
// beside it may get either, and the shard holds exactly what was acknowledged.
func sealIsExactDuringAppends(r *rig) {
	const goroutines, least = 6, 20
	h := newHistory()
	var writers, warm sync.WaitGroup
	warm.Add(goroutines)
	sealed := make(chan struct{})
	for g := range goroutines {
		writers.Go(func() {
			for i := 0; ; i++ {
				if i == least {
					warm.Done()
				}
				late := closed(sealed)
				entries := []shardlog.Entry{
					entry(shard(1), "k", fmt.Sprint(g, i)), entry(shard(2), "k", ""), entry(shard(1), "k", fmt.Sprint(g, i, "b")),
				}
				begin := h.now()
				results, err := r.Append(ctx(), entries)
				if err != nil {
					r.Errorf("Append: %v", err)
					return
				}
				h.note(entries, results, begin)
				if late && (!errors.Is(results[0].Err, shardlog.ErrSealed) || !errors.Is(results[2].Err, shardlog.ErrSealed) || results[1].Err != nil) {
					r.Errorf("an append that began after Seal had returned: %+v", results)
				}
				if late {
					return
				}
			}
		})
	}
	warm.Wait()
	end := r.seal(shard(1))
	close(sealed)
	writers.Wait()
	for n := range uint32(2) {
		want, err := h.acknowledged(shard(n + 1))
		if err != nil {
			r.Fatal(err)
		}
		if n == 0 && last(want).Offset >= end {
			r.Errorf("%s was acknowledged, the end is %d", text(last(want)), end)
		}
		r.wantRecords(shard(n+1), 0, want)
	}
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func sealFromManyGoroutines(r *rig) {
	r.fill(shard(1), 2)
	ends := make([]shardlog.Offset, 8)
	var all sync.WaitGroup
	for i := range ends {
		all.Go(func() {
			end, err := r.Seal(ctx(), shard(1), uint32(i))
			if err != nil {
				r.Errorf("Seal: %v", err)
			}
			ends[i] = end
		})
	}
	all.Wait()
	for _, end := range ends {
		if end != ends[0] {
			r.Fatalf("Seal returned %v", ends)
		}
	}
}
