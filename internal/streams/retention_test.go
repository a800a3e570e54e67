package streams

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// Retention holds at every read, not only when the room is given back.
func TestRecordsExpireToTheMillisecond(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		later(30 * time.Second) // between two trims
		a := r.put("orders", "k", "a")
		later(time.Millisecond)
		r.put("orders", "k", "b")
		begin := r.iterator("orders", "0", kinesis.ShardIteratorTypeTrimHorizon)
		wantList(t, texts(r.get(begin).Records), "a", "b")

		later(24*time.Hour - time.Millisecond)
		wantList(t, r.all("orders", "0"), "a", "b")
		later(time.Millisecond)
		wantList(t, r.all("orders", "0"), "b")
		it := r.iterator("orders", "0", kinesis.ShardIteratorTypeAtSequenceNumber,
			func(in *kinesis.GetShardIteratorInput) { in.StartingSequenceNumber = a.SequenceNumber })
		out := r.get(it)
		wantList(t, texts(out.Records), "b")
		wantEqual(t, *out.MillisBehindLatest, 0, "MillisBehindLatest")
		later(time.Millisecond)
		wantList(t, r.all("orders", "0"))
		if got := r.log.State(r.stream("orders").ref(r.stream("orders").shard(0))).Floor; got != 0 {
			t.Errorf("the floor is %d before the trim", got)
		}
		later(time.Minute)
		synctest.Wait()
		if got := r.log.State(r.stream("orders").ref(r.stream("orders").shard(0))).Floor; got != 2 {
			t.Errorf("the floor is %d after the trim", got)
		}
		r.put("orders", "k", "c")
		wantList(t, r.all("orders", "0"), "c")
	})
}

// A closed shard is read, to its end and its children, until its records have
// expired; then it is gone for readers, and later from the catalog.
func TestClosedShardsExpire(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.put("orders", "k", "a")
		later(time.Hour)
		r.split("orders", 0)
		later(23*time.Hour + time.Minute)
		synctest.Wait()
		out := r.get(r.iterator("orders", "0", kinesis.ShardIteratorTypeTrimHorizon))
		wantList(t, texts(out.Records)) // the record has expired, the shard has not
		wantEqual(t, len(out.ChildShards), 2, "children")
		wantList(t, ids(r.shards("orders", nil)), shardID(0), shardID(1), shardID(2))
		last := r.iterator("orders", "0", kinesis.ShardIteratorTypeLatest)

		later(59*time.Minute + time.Millisecond)
		wantList(t, ids(r.shards("orders", nil)), shardID(1), shardID(2))
		_, err := r.GetShardIterator(r.ctx(), testCaller, &kinesis.GetShardIteratorInput{
			StreamName: new("orders"), ShardId: new("0"), ShardIteratorType: new(kinesis.ShardIteratorTypeLatest)})
		wantError(t, err, notFound, say(shardMissed))
		_, err = r.GetRecords(r.ctx(), testCaller, &kinesis.GetRecordsInput{ShardIterator: &last})
		if err == nil {
			t.Error("an expired shard is read")
		}
		wantEqual(t, len(r.stream("orders").shards), 3, "documents")
		later(12 * time.Minute)
		synctest.Wait()
		wantEqual(t, len(r.stream("orders").shards), 2, "documents after the slack")
		wantEqual(t, *r.shards("orders", nil)[0].ParentShardId, shardID(0), "the parent's name")

		r.start(Options{}) // and the store knows no more
		wantEqual(t, len(r.stream("orders").shards), 2, "documents after a restart")
		r.split("orders", 1)
		wantList(t, ids(r.shards("orders", nil)), shardID(1), shardID(2), shardID(3), shardID(4))
	})
}
