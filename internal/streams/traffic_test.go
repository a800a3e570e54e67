package streams

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// What went through between two looks is exact, wherever the word runs over.
func TestTrafficBetweenTwoLooksIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var traffic traffic
		traffic.word.Store(rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(math.MaxUint64-10, math.MaxUint64),
			rapid.Just(uint64(trafficBytes))).Draw(t, "before"))
		_, word := traffic.since(0)
		want := amount{}
		for range rapid.IntRange(0, 20).Draw(t, "calls") {
			a := amount{rapid.Int64Range(0, 10000).Draw(t, "records"), rapid.Int64Range(0, 1<<31).Draw(t, "bytes")}
			traffic.add(a)
			want = want.plus(a)
		}
		got, word := traffic.since(word)
		if got != want {
			t.Fatalf("counted %v, want %v", got, want)
		}
		if rest, _ := traffic.since(word); rest != (amount{}) {
			t.Fatalf("%v went through though nothing was added", rest)
		}
	})
}

// A tally loses nothing when shards make room for each other.
func TestTallyTellsEachShardItsOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shards := make([]*shard, rapid.IntRange(1, 100).Draw(t, "shards"))
		for i := range shards {
			shards[i] = newShard(uint32(i), shardDocument{})
		}
		want := make([]amount, len(shards))
		var tally tally
		for range rapid.IntRange(0, 500).Draw(t, "records") {
			i, bytes := rapid.IntRange(0, len(shards)-1).Draw(t, "shard"), rapid.IntRange(0, 100).Draw(t, "bytes")
			tally.add(destination{shards[i].numbering(), shards[i].live}, bytes)
			want[i] = want[i].plus(amount{1, int64(bytes)})
		}
		tally.settle()
		for i, sh := range shards {
			if got, _ := sh.live.in.since(0); got != want[i] {
				t.Fatalf("shard %d counts %v, want %v", i, got, want[i])
			}
		}
	})
}

// taken is what a shard of a stream took since it was made.
func (r *rig) taken(name string, number uint32) amount {
	in, _ := r.stream(name).shard(number).live.in.since(0)
	return in
}

// Data and partition keys count, where they were put, also where a reshard moved
// them; what was refused does not.
func TestPutsAreCounted(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		r.putAt("orders", hashKey{}, "four")
		out, err := r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{StreamName: new("orders"), Records: []kinesis.PutRecordsRequestEntry{
			{PartitionKey: new("key"), ExplicitHashKey: new("1"), Data: []byte("a")},
			{PartitionKey: new("key"), ExplicitHashKey: new(maxHashKey.String()), Data: []byte("bc")},
		}})
		must(t, out, err)
		wantEqual(t, r.taken("orders", 0), amount{2, 5 + 4}, "what was put into shard 0")
		wantEqual(t, r.taken("orders", 1), amount{1, 5}, "what was put into shard 1")

		r.split("orders", 1)
		wantEqual(t, r.taken("orders", 1), amount{1, 5}, "what was put into shard 1, which is closed")

		// A put that was routed to a shard which was sealed under it.
		st := r.stream("orders")
		p := newPuts(st, 1)
		must(t, 0, p.add(0, []byte("late"), new("key"), new("0")))
		r.split("orders", 0)
		must(t, 0, r.append(r.ctx(), p))
		wantEqual(t, r.taken("orders", 0), amount{2, 5 + 4}, "what was put into shard 0, which is closed")
		wantEqual(t, r.taken("orders", p.shards[0].number), amount{1, 7}, "what was put into its child")
	})
}
