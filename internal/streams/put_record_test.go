package streams

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// Section 10: MD5 of the partition key, unless ExplicitHashKey is given, which
// wins; the partition key is kept as it was all the same.
func TestPutsAreRoutedByExplicitHashKeyBeforePartitionKey(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		// The MD5 of "a" begins with 0c, that of "user" with ee.
		f := func(key, explicit string, want uint32) {
			t.Helper()
			one := &kinesis.PutRecordInput{StreamName: new("orders"), PartitionKey: &key, Data: []byte{}}
			entry := kinesis.PutRecordsRequestEntry{PartitionKey: &key, Data: []byte{}}
			if explicit != "" {
				one.ExplicitHashKey, entry.ExplicitHashKey = &explicit, &explicit
			}
			out, err := r.PutRecord(r.ctx(), testCaller, one)
			wantEqual(t, *must(t, out, err).ShardId, shardID(want), "the shard of "+key)
			outs, err := r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{
				StreamName: new("orders"), Records: []kinesis.PutRecordsRequestEntry{entry}})
			wantEqual(t, *must(t, outs, err).Records[0].ShardId, shardID(want), "the shard of "+key)
			it := r.iterator("orders", shardID(want), kinesis.ShardIteratorTypeAfterSequenceNumber,
				func(in *kinesis.GetShardIteratorInput) { in.StartingSequenceNumber = out.SequenceNumber })
			wantEqual(t, *r.get(it).Records[0].PartitionKey, key, "the key")
		}
		f("a", "", 0)
		f("user", "", 1)
		f("a", "340282366920938463463374607431768211455", 1)
		f("a", "170141183460469231731687303715884105728", 1) // the first of shard 1
		f("user", "170141183460469231731687303715884105727", 0)
		f("user", "0", 0)
	})
}

// Sections 9 and 10: empty data is valid and comes back as empty data, not as
// none; EncryptionType is there with KMS only.
func TestEmptyDataAndEncryptionType(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		out := r.put("orders", "k", "")
		outs, err := r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{StreamName: new("orders"), Records: entries("k")})
		must(t, 0, err)
		got := r.get(r.iterator("orders", "0", kinesis.ShardIteratorTypeTrimHorizon)).Records
		if got[0].Data == nil || len(got[0].Data) != 0 {
			t.Errorf("empty data came back as %#v", got[0].Data)
		}
		if out.EncryptionType != nil || outs.EncryptionType != nil || got[0].EncryptionType != nil {
			t.Error("there is an EncryptionType")
		}
	})
}

// Section 4: the stream comes before the hash key, and that before the number
// (messages_test.go); all come before the size, which is ours to place.
func TestPutJudgesTheStreamFirst(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		tooHigh := new("340282366920938463463374607431768211456")
		in := &kinesis.PutRecordInput{StreamName: new("orders"), PartitionKey: new("k"), Data: make([]byte, 2<<20), ExplicitHashKey: tooHigh}
		list := &kinesis.PutRecordsInput{StreamName: new("orders"), Records: []kinesis.PutRecordsRequestEntry{
			{PartitionKey: in.PartitionKey, Data: in.Data}, {PartitionKey: in.PartitionKey, Data: []byte{}, ExplicitHashKey: tooHigh}}}
		f := func(code, message string) {
			t.Helper()
			_, err := r.PutRecord(r.ctx(), testCaller, in)
			wantError(t, err, code, message)
			_, err = r.PutRecords(r.ctx(), testCaller, list)
			wantError(t, err, code, message)
		}
		f(notFound, say(streamGone))
		r.create("orders", 1)
		f(invalid, "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was "+*tooHigh)
		wantList(t, r.all("orders", "0"))
	})
}

// A put whose shard was sealed waits for the children, not for just any change
// of the stream.
func TestPutWaitsThroughOtherChanges(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		st := r.stream("orders")
		must(t, 0, errOf(r.log.Seal(r.ctx(), st.ref(st.shard(0)), 0)))
		done := false
		go func() { r.put("orders", "k", "a"); done = true }()
		for range 3 {
			later(time.Second)
			must(t, 0, errOf(r.catalog.change(r.ctx(), st.streamKey, func(old *stream) (*stream, error) {
				return old.revised(old.streamDocument, old.shards), nil
			})))
			r.create("other"+time.Now().Format("05"), 1)
			synctest.Wait()
			wantEqual(t, done, false, "being done")
		}
		r.split("orders", 0)
		synctest.Wait()
		wantEqual(t, done, true, "being done")
		wantList(t, append(r.all("orders", "1"), r.all("orders", "2")...), "a")
	})
}

// A put that waits for a stream that is deleted is told so.
func TestPutThatWaitsIsToldOfADeletion(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		st := r.stream("orders")
		must(t, 0, errOf(r.log.Seal(r.ctx(), st.ref(st.shard(0)), 0)))
		errs := make(chan error, 2)
		go func() {
			_, err := r.PutRecord(r.ctx(), testCaller, &kinesis.PutRecordInput{StreamName: new("orders"), PartitionKey: new("k")})
			errs <- err
		}()
		go func() {
			_, err := r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{StreamName: new("orders"), Records: entries("a", "b")})
			errs <- err
		}()
		synctest.Wait()
		r.delete("orders")
		wantError(t, <-errs, notFound, say(streamGone))
		wantError(t, <-errs, notFound, say(streamGone))
	})
}
