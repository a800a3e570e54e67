package streams

import (
	"fmt"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

func TestGetRecordsIteratorTypes(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		a := r.put("orders", "k", "a")
		later(time.Second)
		between := time.Now().Add(-500 * time.Millisecond)
		b := r.put("orders", "k", "b")
		latest := r.iterator("orders", "0", kinesis.ShardIteratorTypeLatest)
		later(time.Second)
		r.put("orders", "k", "c")

		f := func(kind kinesis.ShardIteratorType, number *string, at time.Time, want ...string) {
			t.Helper()
			it := r.iterator("orders", "0", kind, func(in *kinesis.GetShardIteratorInput) {
				in.StartingSequenceNumber = number
				if !at.IsZero() {
					in.Timestamp = &at
				}
			})
			wantList(t, texts(r.get(it).Records), want...)
		}
		start := r.stream("orders").shard(0).starting().String()
		f(kinesis.ShardIteratorTypeTrimHorizon, nil, time.Time{}, "a", "b", "c")
		f(kinesis.ShardIteratorTypeLatest, nil, time.Time{})
		f(kinesis.ShardIteratorTypeAtSequenceNumber, b.SequenceNumber, time.Time{}, "b", "c")
		f(kinesis.ShardIteratorTypeAfterSequenceNumber, a.SequenceNumber, time.Time{}, "b", "c")
		f(kinesis.ShardIteratorTypeAtSequenceNumber, &start, time.Time{}, "a", "b", "c")
		f(kinesis.ShardIteratorTypeAfterSequenceNumber, &start, time.Time{}, "a", "b", "c")
		f(kinesis.ShardIteratorTypeAtTimestamp, nil, between, "b", "c")
		f(kinesis.ShardIteratorTypeAtTimestamp, nil, time.Unix(0, 0), "a", "b", "c")
		f(kinesis.ShardIteratorTypeAtTimestamp, nil, time.Now(), "c")
		later(time.Millisecond)
		f(kinesis.ShardIteratorTypeAtTimestamp, nil, time.Now()) // nothing yet: the next

		// Section 8: LATEST is decided when the iterator is made, and an
		// iterator is good for any number of reads.
		wantList(t, texts(r.get(latest).Records), "c")
		wantList(t, texts(r.get(latest).Records), "c")
	})
}

func TestGetRecordsGivesAnotherIteratorEachTime(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		it := r.iterator("orders", "0", kinesis.ShardIteratorTypeLatest)
		seen := map[string]bool{it: true}
		for range 5 {
			it = *r.get(it).NextShardIterator
			if seen[it] {
				t.Fatal("an iterator came twice")
			}
			seen[it] = true
		}
		r.put("orders", "k", "a")
		wantList(t, texts(r.get(it).Records), "a")
	})
}

// Section 9: at most Limit records, by default 10,000, and 10 MiB.
func TestGetRecordsLimits(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("small", 1)
		list := make([]kinesis.PutRecordsRequestEntry, 500)
		for i := range list {
			list[i] = kinesis.PutRecordsRequestEntry{Data: fmt.Append(nil, i), PartitionKey: new("k")}
		}
		for range 21 {
			_, err := r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{StreamName: new("small"), Records: list})
			must(t, 0, err)
		}
		it := r.iterator("small", "0", kinesis.ShardIteratorTypeTrimHorizon)
		out := r.get(it)
		wantEqual(t, len(out.Records), 10000, "records without Limit")
		wantEqual(t, len(r.get(*out.NextShardIterator).Records), 500, "records after them")
		got, err := r.GetRecords(r.ctx(), testCaller, &kinesis.GetRecordsInput{ShardIterator: &it, Limit: new(int32(7))})
		wantEqual(t, len(must(t, got, err).Records), 7, "records with Limit")

		r.create("large", 1)
		for range 12 {
			_, err := r.PutRecord(r.ctx(), testCaller, &kinesis.PutRecordInput{StreamName: new("large"), PartitionKey: new("k"), Data: make([]byte, 1<<20-1)})
			must(t, 0, err)
		}
		out = r.get(r.iterator("large", "0", kinesis.ShardIteratorTypeTrimHorizon))
		wantEqual(t, len(out.Records), 10, "records of 1 MiB, key included")
		wantEqual(t, len(r.get(*out.NextShardIterator).Records), 2, "records after them")
	})
}

// Section 9: MillisBehindLatest is how far the answer is behind the present.
func TestMillisBehindLatest(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		it := r.iterator("orders", "0", kinesis.ShardIteratorTypeTrimHorizon)
		wantEqual(t, *r.get(it).MillisBehindLatest, 0, "MillisBehindLatest of an empty shard")
		r.put("orders", "k", "a")
		later(7 * time.Second)
		r.put("orders", "k", "b")
		later(5 * time.Second)
		one := func(it string) *kinesis.GetRecordsOutput {
			out, err := r.GetRecords(r.ctx(), testCaller, &kinesis.GetRecordsInput{ShardIterator: &it, Limit: new(int32(1))})
			return must(t, out, err)
		}
		out := one(it)
		wantEqual(t, *out.MillisBehindLatest, 12000, "MillisBehindLatest after the first record")
		later(time.Second) // it grows though nothing arrives
		wantEqual(t, *one(it).MillisBehindLatest, 13000, "the same, a second later")
		wantEqual(t, *one(*out.NextShardIterator).MillisBehindLatest, 0, "MillisBehindLatest after the last record")
		wantEqual(t, *r.get(it).MillisBehindLatest, 0, "MillisBehindLatest when all is returned")
	})
}

// Sections 9 and 12: the end of a shard.
func TestGetRecordsAtTheEndOfAShard(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		first := r.stream("orders").shard(0).Keys
		r.putAt("orders", first.Start, "a")
		r.putAt("orders", first.Start, "b")
		it := r.iterator("orders", "0", kinesis.ShardIteratorTypeTrimHorizon)
		if out := r.get(it); out.NextShardIterator == nil || out.ChildShards != nil {
			t.Fatalf("an open shard ends: %+v", out)
		}
		r.split("orders", 0)
		r.putAt("orders", first.Start, "c")
		wantList(t, r.all("orders", "2"), "c")

		one, err := r.GetRecords(r.ctx(), testCaller, &kinesis.GetRecordsInput{ShardIterator: &it, Limit: new(int32(1))})
		must(t, 0, err)
		if one.NextShardIterator == nil || len(one.ChildShards) != 0 {
			t.Errorf("before the last record: %+v", one)
		}
		out := r.get(*one.NextShardIterator)
		wantList(t, texts(out.Records), "b")
		r.wantEnd(out, "[shardId-000000000002 [shardId-000000000000]] [shardId-000000000003 [shardId-000000000000]]")
		// The KCL asks LATEST and looks at the first answer only.
		r.wantEnd(r.get(r.iterator("orders", "0", kinesis.ShardIteratorTypeLatest)),
			"[shardId-000000000002 [shardId-000000000000]] [shardId-000000000003 [shardId-000000000000]]")

		// A merge: the one child names both parents, from either.
		r.merge("orders", 3, 1)
		const child = "[shardId-000000000004 [shardId-000000000003 shardId-000000000001]]"
		r.wantEnd(r.get(r.iterator("orders", "3", kinesis.ShardIteratorTypeTrimHorizon)), child)
		r.wantEnd(r.get(r.iterator("orders", "1", kinesis.ShardIteratorTypeTrimHorizon)), child)
		// What became of the children later does not matter.
		r.wantEnd(r.get(r.iterator("orders", "0", kinesis.ShardIteratorTypeLatest)),
			"[shardId-000000000002 [shardId-000000000000]] [shardId-000000000003 [shardId-000000000000]]")
		wantEqual(t, *out.MillisBehindLatest, 0, "MillisBehindLatest at the end")
	})
}

func (r *rig) wantEnd(out *kinesis.GetRecordsOutput, want string) {
	r.t.Helper()
	if out.NextShardIterator != nil {
		r.t.Error("there is an iterator at the end")
	}
	var got string
	for i, c := range out.ChildShards {
		if i > 0 {
			got += " "
		}
		got += fmt.Sprint([]any{*c.ShardId, c.ParentShards})
		if c.HashKeyRange == nil {
			r.t.Errorf("%s has no hash keys", *c.ShardId)
		}
	}
	if got != want {
		r.t.Errorf("children %s, want %s", got, want)
	}
}

func TestIteratorIsForItsStreamAndCaller(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.create("others", 1)
		it := r.iterator("orders", "0", kinesis.ShardIteratorTypeLatest)
		get := func(arn string) error {
			_, err := r.GetRecords(r.ctx(), testCaller, &kinesis.GetRecordsInput{ShardIterator: &it, StreamARN: &arn})
			return err
		}
		must(t, 0, get(r.stream("orders").arn()))
		other := r.stream("others").arn()
		wantError(t, get(other), invalid, "StreamARN "+other+" does not name the stream of the ShardIterator.")
		// Whether the other account has a stream of that name makes no difference.
		abroad := func() {
			t.Helper()
			_, err := r.GetRecords(r.ctx(), otherCaller, &kinesis.GetRecordsInput{ShardIterator: &it})
			wantError(t, err, notFound, "Shard shardId-000000000000 in stream orders under account 999999999999 does not exist")
		}
		abroad()
		_, err := r.CreateStream(r.ctx(), otherCaller, &kinesis.CreateStreamInput{StreamName: new("orders"), ShardCount: new(int32(1))})
		must(t, 0, err)
		abroad()
	})
}
