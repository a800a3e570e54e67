package shardlogtest

import "github.com/freshet/freshet/internal/shardlog"

var findTests = []test{
	{"ByArrival", findByArrival},
	{"AtOrAboveTheFloor", findAtOrAboveTheFloor},
	{"InASealedShard", findInASealedShard},
}

// wantFound checks Find at every edge of the arrivals, for a shard that holds
// records.
func (r *rig) wantFound(s shardlog.Shard, records []shardlog.Record) {
	r.Helper()
	for _, t := range edges(records) {
		want := r.State(s).Next
		if since := arrivedSince(records, t); len(since) > 0 {
			want = since[0].Offset
		}
		if got := r.find(s, t); got != want {
			r.Fatalf("Find %d = %d, want %d; records from %s to %s", t, got, want, text(records[0]), text(last(records)))
		}
	}
}

// "Find returns the offset of the first record whose arrival is at or after t:
// State.Next if there is no such record."
func findByArrival(r *rig) {
	records := r.fill(shard(1), 4)
	r.append(entry(shard(2), "k", "another shard, later"))
	r.wantFound(shard(1), records)
}

// "The floor at the lowest."
func findAtOrAboveTheFloor(r *rig) {
	records := r.fill(shard(1), 4)
	r.trim(stream(1), last(records).Arrival)
	left := arrivedSince(records, last(records).Arrival)
	r.wantFound(shard(1), left)
	if got := r.find(shard(1), records[0].Arrival); got != r.State(shard(1)).Floor {
		r.Errorf("Find of a trimmed arrival = %d, want the floor %d", got, r.State(shard(1)).Floor)
	}
}

func findInASealedShard(r *rig) {
	records := r.fill(shard(1), 3)
	end := r.seal(shard(1))
	r.wantFound(shard(1), records)
	if got := r.find(shard(1), last(records).Arrival+1); got != end {
		r.Errorf("Find beyond the last arrival = %d, want the end %d", got, end)
	}
}
