package streams

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// follower reads a stream by subscriptions alone: of each shard to its end, and then
// of its children.
type follower struct {
	r        *rig
	consumer string
	ctx      context.Context
	shards   sync.WaitGroup

	mu    sync.Mutex
	seen  map[string][]int // by partition key, the numbers in the order in which they came
	begun map[string]int   // by shard, how many of its parents have ended
	count int
	want  int
	done  context.CancelFunc // called when as many as wanted have come
}

// follow reads a shard that is open or was, from its beginning.
func (f *follower) follow(shard string) {
	f.shards.Go(func() {
		events, err := f.r.SubscribeToShard(f.ctx, testCaller, &kinesis.SubscribeToShardInput{ConsumerARN: &f.consumer, ShardId: &shard, StartingPosition: new(horizon())})
		if err != nil {
			f.r.t.Errorf("%s: %v", shard, err)
			return
		}
		for e, err := range events {
			if err != nil {
				f.r.t.Errorf("%s: %v", shard, err)
				return
			}
			f.take(e)
		}
	})
}

func (f *follower) take(e *kinesis.SubscribeToShardEvent) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, rec := range e.Records {
		n, _ := strconv.Atoi(string(rec.Data))
		f.seen[*rec.PartitionKey] = append(f.seen[*rec.PartitionKey], n)
		if f.count++; f.count == f.want {
			f.done()
		}
	}
	for _, c := range e.ChildShards { // a child of two is read when both have ended
		if f.begun[*c.ShardId]++; f.begun[*c.ShardId] == len(c.ParentShards) {
			f.follow(*c.ShardId)
		}
	}
}

// While eight writers write and shards split and merge, who follows the lineage by
// subscriptions gets every record once, and those of each key in order.
func TestSubscribersFollowReshardsUnderLoad(t *testing.T) {
	const writers, each = 8, 1500
	r := newRig(t, Options{})
	r.create("orders", 1)
	ctx, done := context.WithCancel(t.Context())
	f := &follower{r: r, consumer: r.register("orders", "audit"), ctx: ctx, done: done, want: writers * each,
		seen: map[string][]int{}, begun: map[string]int{}}
	f.follow(shardID(0))

	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				r.put("orders", fmt.Sprint("key-", w), fmt.Sprint(i))
			}
		})
	}
	for i := range uint32(12) { // each split is merged again
		r.split("orders", 3*i)
		r.merge("orders", 3*i+1, 3*i+2)
	}
	writing.Wait()
	f.shards.Wait() // each shard's subscription, which end when all has come

	wantEqual(t, f.count, writers*each, "records")
	wantList(t, slices.Sorted(maps.Keys(f.seen)), strings.Fields("key-0 key-1 key-2 key-3 key-4 key-5 key-6 key-7")...)
	for key, numbers := range f.seen {
		if !slices.IsSorted(numbers) || len(slices.Compact(numbers)) != each {
			t.Errorf("%s: not all of its records, each once and in order", key)
		}
	}
}
