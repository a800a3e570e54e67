package streams

import (
	"fmt"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// Section 8: GetShardIterator answers for a closed shard, for any type, and
// from each the end and the children are reached.
func TestIteratorsOfAClosedShard(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		a := r.put("orders", "k", "a")
		later(time.Second)
		b := r.put("orders", "k", "b")
		put := time.Now()
		later(time.Second)
		r.split("orders", 0)
		later(time.Second)
		f := func(kind kinesis.ShardIteratorType, number *string, at time.Time, want ...string) {
			t.Helper()
			out := r.get(r.iterator("orders", "0", kind, func(in *kinesis.GetShardIteratorInput) {
				in.StartingSequenceNumber = number
				if !at.IsZero() {
					in.Timestamp = &at
				}
			}))
			wantList(t, texts(out.Records), want...)
			r.wantEnd(out, "[shardId-000000000001 [shardId-000000000000]] [shardId-000000000002 [shardId-000000000000]]")
			wantEqual(t, *out.MillisBehindLatest, 0, "MillisBehindLatest")
		}
		end := r.shards("orders", nil)[0].SequenceNumberRange.EndingSequenceNumber
		none := time.Time{}
		f(kinesis.ShardIteratorTypeTrimHorizon, nil, none, "a", "b")
		f(kinesis.ShardIteratorTypeLatest, nil, none)
		f(kinesis.ShardIteratorTypeAtSequenceNumber, b.SequenceNumber, none, "b")
		f(kinesis.ShardIteratorTypeAfterSequenceNumber, a.SequenceNumber, none, "b")
		f(kinesis.ShardIteratorTypeAfterSequenceNumber, b.SequenceNumber, none)
		f(kinesis.ShardIteratorTypeAtSequenceNumber, end, none)
		f(kinesis.ShardIteratorTypeAtTimestamp, nil, put, "b")
		f(kinesis.ShardIteratorTypeAtTimestamp, nil, put.Add(time.Millisecond))
		f(kinesis.ShardIteratorTypeAtTimestamp, nil, time.Now())
	})
}

// A number that no record has yet: nothing is read until the shard comes to it,
// and the shard goes on being readable.
func TestIteratorBeyondTheTail(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.put("orders", "k", "a")
		sh := r.stream("orders").shard(0)
		f := func(kind kinesis.ShardIteratorType, index uint64, want string) {
			t.Helper()
			n := sh.starting()
			n.index = index
			it := r.iterator("orders", "0", kind, func(in *kinesis.GetShardIteratorInput) { in.StartingSequenceNumber = new(n.String()) })
			out := r.get(it)
			wantEqual(t, fmt.Sprint(texts(out.Records)), want, "the records")
			wantEqual(t, *out.MillisBehindLatest, 0, "MillisBehindLatest")
			if out.NextShardIterator == nil {
				t.Error("an open shard has ended")
			}
		}
		f(kinesis.ShardIteratorTypeAtSequenceNumber, 1, "[a]")
		f(kinesis.ShardIteratorTypeAtSequenceNumber, 3, "[]")
		f(kinesis.ShardIteratorTypeAfterSequenceNumber, 3, "[]")
		f(kinesis.ShardIteratorTypeAtSequenceNumber, sequenceIndexMax, "[]")
		f(kinesis.ShardIteratorTypeAfterSequenceNumber, sequenceIndexMax-1, "[]")
	})
}

// Section 4: a shard that does not exist comes before everything that is wrong
// with the number.
func TestGetShardIteratorJudgesTheShardFirst(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		f := func() {
			t.Helper()
			_, err := r.GetShardIterator(r.ctx(), testCaller, &kinesis.GetShardIteratorInput{
				StreamName: new("orders"), ShardId: new("7"), ShardIteratorType: new(kinesis.ShardIteratorTypeLatest), StartingSequenceNumber: new("x")})
			wantError(t, err, notFound, say("Shard shardId-000000000007 in stream {X} under account {A} does not exist"))
		}
		f()
		r.create("orders", 7)
		f()
	})
}

// Section 4: an iterator that has expired says so, whatever became of its
// stream.
func TestExpiryOfAnIteratorComesBeforeItsStream(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		it := r.iterator("orders", "0", kinesis.ShardIteratorTypeLatest)
		r.delete("orders")
		later(301 * time.Second)
		_, err := r.GetRecords(r.ctx(), testCaller, &kinesis.GetRecordsInput{ShardIterator: &it})
		wantError(t, err, "ExpiredIteratorException",
			"Iterator expired. The iterator was created at time Sat Jan 01 00:00:00 UTC 2000 while right now it is Sat Jan 01 00:05:01 UTC 2000 "+
				"which is further in the future than the tolerated delay of 300000 milliseconds.")
	})
}

// Section 8: each reply's iterator is good for 300 s of its own.
func TestAReaderThatGoesOnNeverExpires(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		it := r.iterator("orders", "0", kinesis.ShardIteratorTypeLatest)
		for range 5 {
			later(300 * time.Second)
			it = *r.get(it).NextShardIterator
		}
		r.put("orders", "k", "a")
		wantList(t, texts(r.get(it).Records), "a")
	})
}
