package streams

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"pgregory.net/rapid"
)

// Writers go on while the stream is split and merged; a reader that follows the
// lineage then finds every record once, and each key's in the order of its
// puts, with rising numbers.
func TestReshardUnderLoadLosesNothingAndKeepsTheOrder(t *testing.T) {
	r := newRig(t, Options{})
	r.create("orders", 2)
	const writers, each = 4, 300
	var wg sync.WaitGroup
	done := make(chan struct{})
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				r.put("orders", fmt.Sprint("key ", w), fmt.Sprint(i))
			}
		})
	}
	var resharding sync.WaitGroup
	resharding.Go(func() { r.reshardUntil(done) })
	wg.Wait()
	close(done)
	resharding.Wait()

	next := map[string]int{}
	last := map[string]string{}
	r.follow("orders", func(rec kinesis.Record) {
		key := *rec.PartitionKey
		wantEqual(t, string(rec.Data), fmt.Sprint(next[key]), "the next record of "+key)
		next[key]++
		if *rec.SequenceNumber <= last[key] {
			t.Errorf("%s of %s does not follow %s", *rec.SequenceNumber, key, last[key])
		}
		last[key] = *rec.SequenceNumber
	})
	for w := range writers {
		wantEqual(t, next[fmt.Sprint("key ", w)], each, "records of a writer")
	}
}

// reshardUntil splits and merges at random until done is closed, at least ten
// times.
func (r *rig) reshardUntil(done <-chan struct{}) {
	for i := 0; ; i++ {
		select {
		case <-done:
			if i >= 10 {
				return
			}
		default:
		}
		ring := r.stream("orders").ring
		at := rand.IntN(len(ring))
		if len(ring) > 8 || at+1 < len(ring) && rand.IntN(2) == 0 {
			at = min(at, len(ring)-2)
			r.merge("orders", ring[at].number, ring[at+1].number)
		} else {
			r.split("orders", ring[at].number)
		}
	}
}

// follow reads all shards as the KCL does: a child only when all its parents
// have ended.
func (r *rig) follow(name string, visit func(kinesis.Record)) {
	r.t.Helper()
	r.followFrom(name, of(kinesis.ShardFilterTypeAtTrimHorizon), visit)
}

// followFrom begins with the shards that a filter selects, AT_TRIM_HORIZON or
// AT_TIMESTAMP, and at the place of that name.
func (r *rig) followFrom(name string, f *kinesis.ShardFilter, visit func(kinesis.Record)) {
	r.t.Helper()
	began, ended := map[string]bool{}, map[string]bool{}
	ready := ids(r.shards(name, f))
	for _, shard := range ready {
		began[shard] = true
	}
	for len(ready) > 0 {
		shard := ready[0]
		ready = ready[1:]
		it := new(r.iterator(name, shard, kinesis.ShardIteratorTypeTrimHorizon))
		if began[shard] && f.Timestamp != nil {
			it = new(r.iterator(name, shard, kinesis.ShardIteratorTypeAtTimestamp,
				func(in *kinesis.GetShardIteratorInput) { in.Timestamp = f.Timestamp }))
		}
		for it != nil {
			out := r.get(*it)
			for _, rec := range out.Records {
				visit(rec)
			}
			if it = out.NextShardIterator; it != nil {
				if *out.MillisBehindLatest == 0 {
					break // the tail of an open shard
				}
				continue
			}
			ended[shard] = true
			for _, child := range out.ChildShards {
				if all(child.ParentShards, ended) {
					ready = append(ready, *child.ShardId)
				}
			}
		}
	}
}

func all(parents []string, ended map[string]bool) bool {
	for _, p := range parents {
		if !ended[p] {
			return false
		}
	}
	return true
}

// Section 12: a reader that begins at an instant, as the KCL does with
// AT_TIMESTAMP, gets every record that arrived at it or later, whatever was
// split and merged in that millisecond.
func TestReadingFromAnInstantMissesNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		synctestRun(t, rt, func(r *rig) {
			type put struct {
				data string
				at   time.Time
			}
			var puts []put
			for i := range rapid.IntRange(1, 20).Draw(rt, "steps") {
				later(rapid.SampledFrom([]time.Duration{0, 0, time.Millisecond, time.Second}).Draw(rt, "pause"))
				if rapid.Bool().Draw(rt, "put") {
					data := fmt.Sprint(i)
					r.putAt("orders", hashKey{hi: rapid.Uint64().Draw(rt, "key")}, data)
					puts = append(puts, put{data, time.Now()})
				} else {
					r.randomReshard(rt)
				}
			}
			later(time.Second)
			for _, begin := range puts {
				got := map[string]int{}
				r.followFrom("orders", at(kinesis.ShardFilterTypeAtTimestamp, begin.at), func(rec kinesis.Record) { got[string(rec.Data)]++ })
				for _, p := range puts {
					want := 1
					if p.at.Before(begin.at) {
						want = 0
					}
					if got[p.data] != want {
						rt.Fatalf("%s, put at %v, was read %d times from %v", p.data, p.at, got[p.data], begin.at)
					}
				}
			}
		})
	})
}
