package streams

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/meta/memmeta"
	"pgregory.net/rapid"
)

// dyingStore writes some updates, and from then on none: what a crash leaves of
// an operation of several commits. The last of them may be written although its
// caller is told that it was not.
type dyingStore struct {
	*memmeta.Store
	left    atomic.Int32 // updates that are yet to succeed
	inDoubt bool         // the first that fails is written
}

func (s *dyingStore) Update(ctx context.Context, fn func(meta.Tx) error) (meta.Version, error) {
	left := s.left.Add(-1)
	if left >= 0 {
		return s.Store.Update(ctx, fn)
	}
	if left == -1 && s.inDoubt {
		_, _ = s.Store.Update(ctx, fn)
	}
	return 0, errStore
}

// Sections 11 and 12, of every history of splits, merges and scalings, with a
// crash between any two commits of one and a restart: at every instant the open
// shards divide the ring; a closed shard ends with children that name their
// parents; a single child names two; numbers of children lie above those of their
// parents; and who reads from any instant gets each record that arrived since, once
// and in the order of its key.
func TestEveryHistoryLeavesALineageToFollow(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		synctestRun(t, rt, func(r *rig) {
			h := history{rig: r, next: map[string]int{}}
			for range rapid.IntRange(1, 12).Draw(rt, "steps") {
				later(rapid.SampledFrom([]time.Duration{0, 0, time.Millisecond, time.Second, time.Hour}).Draw(rt, "pause"))
				switch rapid.IntRange(0, 3).Draw(rt, "step") {
				case 0, 1:
					h.put(rt)
				case 2:
					r.reshardAtRandom(rt)
				case 3:
					h.crash(rt)
				}
				h.instants = append(h.instants, time.Now())
			}
			later(time.Minute)
			h.checkListings(rt)
			h.checkEnds(rt)
			h.checkReading(rt)
		})
	})
}

// history is what was done to the stream orders.
type history struct {
	*rig
	puts     []historyPut
	next     map[string]int // by key, the number of the next record
	instants []time.Time
}

type historyPut struct {
	key string
	n   int
	at  time.Time
}

// put puts records of some keys, wherever these lie at the moment.
func (h *history) put(rt *rapid.T) {
	for range rapid.IntRange(1, 6).Draw(rt, "records") {
		key := fmt.Sprint("key ", rapid.IntRange(0, 9).Draw(rt, "key"))
		h.rig.put("orders", key, fmt.Sprint(h.next[key]))
		h.puts = append(h.puts, historyPut{key, h.next[key], time.Now()})
		h.next[key]++
	}
}

// reshardAtRandom splits, merges or scales. A scaling too many in a day is refused.
func (r *rig) reshardAtRandom(rt *rapid.T) {
	n := len(r.stream("orders").ring)
	if rapid.Bool().Draw(rt, "scale") {
		_, _ = r.scale("orders", int32(rapid.IntRange((n+1)/2, min(2*n, 24)).Draw(rt, "target")))
		return
	}
	r.randomReshard(rt)
}

// crash stops the service within a scaling and starts another on what is there.
func (h *history) crash(rt *rapid.T) {
	store := &dyingStore{Store: h.store, inDoubt: rapid.Bool().Draw(rt, "in doubt")}
	store.left.Store(1 << 20)
	stop := h.startOn(h.log, store, Options{})
	synctest.Wait()
	store.left.Store(int32(rapid.IntRange(0, 4).Draw(rt, "commits")))
	n := len(h.stream("orders").ring)
	_, _ = h.scale("orders", int32(rapid.IntRange((n+1)/2, min(2*n, 24)).Draw(rt, "target")))
	h.checkListings(rt) // what is seen of a scaling that has not come to its end
	h.checkEnds(rt)
	stop()
	h.start(Options{})
	synctest.Wait()
	if status := h.status("orders"); status != active {
		rt.Fatalf("after a restart the stream is %s", status)
	}
}

// checkListings asks for the shards of all instants at which anything happened, and
// of those before and after.
func (h *history) checkListings(rt *rapid.T) {
	h.t.Helper()
	for _, kind := range []kinesis.ShardFilterType{kinesis.ShardFilterTypeAtLatest, kinesis.ShardFilterTypeAtTrimHorizon} {
		wantTiling(rt, string(kind), h.shards("orders", of(kind)))
	}
	instants := slices.Clone(h.instants)
	for _, sh := range h.stream("orders").shards {
		instants = append(instants, sh.Opened.Time())
	}
	for _, when := range instants {
		for _, d := range []time.Duration{-time.Millisecond, 0, time.Millisecond} {
			wantTiling(rt, fmt.Sprint(when, d), h.shards("orders", at(kinesis.ShardFilterTypeAtTimestamp, when.Add(d))))
		}
	}
	wantFamily(rt, h.shards("orders", nil))
}

// checkEnds reads once from the end of each closed shard, as the KCL's clean-up
// does.
func (h *history) checkEnds(rt *rapid.T) {
	h.t.Helper()
	for _, sh := range h.stream("orders").shards {
		if sh.State != closed {
			continue
		}
		out := h.get(h.iterator("orders", sh.id, kinesis.ShardIteratorTypeLatest))
		if out.NextShardIterator != nil || len(out.ChildShards) == 0 {
			rt.Fatalf("%s is closed, and ends with %d children", sh.id, len(out.ChildShards))
		}
		for _, child := range out.ChildShards {
			if !slices.Contains(child.ParentShards, sh.id) || len(child.ParentShards)+len(out.ChildShards) != 3 {
				rt.Fatalf("%s, one of %d children of %s, names the parents %v", *child.ShardId, len(out.ChildShards), sh.id, child.ParentShards)
			}
		}
	}
}

// checkReading follows the lineage from the trim horizon, and from the instant of
// each put.
func (h *history) checkReading(rt *rapid.T) {
	h.t.Helper()
	from := func(what string, f *kinesis.ShardFilter, since time.Time) {
		next := map[string]int{}
		for _, p := range slices.Backward(h.puts) {
			if !p.at.Before(since) {
				next[p.key] = p.n
			}
		}
		last := map[string]string{}
		h.followFrom("orders", f, func(rec kinesis.Record) {
			key := *rec.PartitionKey
			if n, ok := next[key]; !ok || string(rec.Data) != fmt.Sprint(n) || *rec.SequenceNumber <= last[key] {
				rt.Fatalf("from %s: record %s of %s, number %s after %s; want record %d", what, rec.Data, key, *rec.SequenceNumber, last[key], n)
			}
			next[key]++
			last[key] = *rec.SequenceNumber
		})
		for key, n := range next {
			if n != h.next[key] {
				rt.Fatalf("from %s: %s ends at %d of %d", what, key, n, h.next[key])
			}
		}
	}
	from("the beginning", of(kinesis.ShardFilterTypeAtTrimHorizon), time.Time{})
	for _, p := range h.puts {
		from(p.at.String(), at(kinesis.ShardFilterTypeAtTimestamp, p.at), p.at)
	}
}
