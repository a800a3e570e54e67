package streams

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
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
	ended := map[string]bool{}
	ready := ids(r.shards(name, of(kinesis.ShardFilterTypeAtTrimHorizon)))
	for len(ready) > 0 {
		shard := ready[0]
		ready = ready[1:]
		it := new(r.iterator(name, shard, kinesis.ShardIteratorTypeTrimHorizon))
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
