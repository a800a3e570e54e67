package conformance

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"github.com/freshet/freshet"
)

// limitedStream makes a stream under AWS's rates, with what differs from them.
func limitedStream(t *testing.T, c *kinesis.Client, differs string) *string {
	t.Helper()
	name := aws.String("orders")
	_, err := c.CreateStream(t.Context(), &kinesis.CreateStreamInput{
		StreamName: name, ShardCount: aws.Int32(1), Tags: map[string]string{"freshet:limits": strings.TrimSpace("aws " + differs)}})
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// Throttling fails per entry, and who puts the failed ones again has them put in
// the end (K, B).
//
//rule:10 PutRecord PutRecords
func TestSDKPutsAgainWhatWasThrottled(t *testing.T) {
	ctx, c := t.Context(), sdk()
	name := limitedStream(t, c, "write_records=50/s")
	var left []types.PutRecordsRequestEntry
	for i := range 80 {
		left = append(left, types.PutRecordsRequestEntry{PartitionKey: aws.String("k"), Data: []byte{byte(i)}})
	}
	first := true
	for start := time.Now(); len(left) > 0; {
		out, err := c.PutRecords(ctx, &kinesis.PutRecordsInput{StreamName: name, Records: left})
		if err != nil {
			t.Fatal(err)
		}
		if failed := int(*out.FailedRecordCount); first && (failed < 1 || failed > 30) {
			t.Errorf("%d of 80 failed at once, 50 may be put", failed)
		}
		first = false
		left = failedEntries(t, left, out)
		if time.Since(start) > 10*time.Second {
			t.Fatalf("%d are left after ten seconds", len(left))
		}
		time.Sleep(50 * time.Millisecond) // as a client backs off
	}
	it, err := c.GetShardIterator(ctx, &kinesis.GetShardIteratorInput{
		StreamName: name, ShardId: aws.String(shardID(0)), ShardIteratorType: types.ShardIteratorTypeTrimHorizon})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.GetRecords(ctx, &kinesis.GetRecordsInput{ShardIterator: it.ShardIterator})
	if err != nil || len(got.Records) != 80 {
		t.Fatalf("%d records, %v", len(got.Records), err)
	}
	for i, r := range got.Records {
		if r.Data[0] != byte(i) {
			t.Fatalf("record %d is the one of place %d: the order is not kept", r.Data[0], i)
		}
	}
}

// failedEntries returns the entries that were throttled, which say so.
func failedEntries(t *testing.T, entries []types.PutRecordsRequestEntry, out *kinesis.PutRecordsOutput) []types.PutRecordsRequestEntry {
	t.Helper()
	var left []types.PutRecordsRequestEntry
	for i, r := range out.Records {
		if r.ErrorCode == nil {
			continue
		}
		left = append(left, entries[i])
		if *r.ErrorCode != "ProvisionedThroughputExceededException" || !strings.HasPrefix(*r.ErrorMessage, "Rate exceeded for shard shardId-000000000000 in stream orders under account ") {
			t.Fatalf("%s: %s", *r.ErrorCode, *r.ErrorMessage)
		}
	}
	if len(left) != int(*out.FailedRecordCount) {
		t.Errorf("FailedRecordCount %d, %d failed", *out.FailedRecordCount, len(left))
	}
	return left
}

// So many calls a second and shard, then ProvisionedThroughputExceededException (B).
//
//rule:9 GetRecords
func TestSDKGetRecordsIsThrottled(t *testing.T) {
	ctx, c := t.Context(), sdk()
	name := limitedStream(t, c, "read_calls=1/s")
	it, err := c.GetShardIterator(ctx, &kinesis.GetShardIteratorInput{
		StreamName: name, ShardId: aws.String(shardID(0)), ShardIteratorType: types.ShardIteratorTypeLatest})
	if err != nil {
		t.Fatal(err)
	}
	for range 100 { // on a machine that is very slow it may take a few
		_, err := c.GetRecords(ctx, &kinesis.GetRecordsInput{ShardIterator: it.ShardIterator})
		if e := (*types.ProvisionedThroughputExceededException)(nil); errors.As(err, &e) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
	t.Error("none of a hundred calls is throttled")
}

// withLimits are the servers of these tests whose clock is the test's.
var withLimits = freshet.Options{Limits: freshet.LimitsAWS}

// failed checks how many records of a PutRecords were not put.
func (r *reply) failed(want int64) {
	r.t.Helper()
	if got := r.num("FailedRecordCount"); got != want {
		r.t.Errorf("FailedRecordCount %d, want %d", got, want)
	}
}

// 1,000 records a second and shard (B); the text of an entry (T mhart/kinesalite#87).
//
//rule:10 PutRecord PutRecords
func TestWritesOfAShardAreLimited(t *testing.T) {
	ahead(t, withLimits, func(c *client) {
		c.stream("s", 1)
		entries := list{}
		for range 500 {
			entries = append(entries, object{"PartitionKey": "k", "Data": []byte{}})
		}
		in := object{"StreamName": "s", "Records": entries}
		c.must("PutRecords", in).failed(0)
		c.must("PutRecords", in).failed(0)
		text := "Rate exceeded for shard shardId-000000000000 in stream s under account " + c.account + ". Limit: write_records=1000/s."
		r := c.must("PutRecords", in)
		r.failed(500)
		if code, said := r.str("Records.0.ErrorCode"), r.str("Records.499.ErrorMessage"); code != "ProvisionedThroughputExceededException" || said != text {
			c.t.Errorf("%s: %s", code, said)
		}
		c.call("PutRecord", object{"StreamName": "s", "PartitionKey": "k", "Data": []byte{}}).fails("ProvisionedThroughputExceededException", text)
		c.pass(100 * time.Millisecond)
		c.must("PutRecords", in).failed(400)
	})
}

// Five calls of GetRecords a second and shard; after a reply of 10 MiB none for 5 s
// (B). The text is that of today (T awslabs/amazon-kinesis-client#1521).
//
//rule:9 GetRecords
func TestReadsOfAShardAreLimited(t *testing.T) {
	ahead(t, withLimits, func(c *client) {
		c.stream("s", 1)
		it := c.iterator("s", "TRIM_HORIZON", nil)
		for range 5 {
			c.records(it)
		}
		refused := func(limit string) {
			c.t.Helper()
			c.call("GetRecords", object{"ShardIterator": it}).fails("ProvisionedThroughputExceededException",
				"Rate exceeded for Shard - "+c.account+"/s/shardId-000000000000. Limit: "+limit+".")
		}
		refused("read_calls=5/s")
		for range 10 {
			c.pass(time.Second)
			c.put("s", "k", make([]byte, 1<<20-1))
		}
		if n := len(c.records(it).list("Records")); n != 10 {
			c.t.Errorf("%d records", n)
		}
		refused("read_bytes=2MiB/s")
		c.pass(5*time.Second - time.Millisecond)
		refused("read_bytes=2MiB/s")
		c.pass(time.Millisecond)
		c.records(it)
	})
}

// The control plane's rates (B): of an account, whatever the stream; what is said
// names the stream if there is one (T boto/botocore#821), else the account.
//
//rule:5 *
func TestCallsOfAnAccountAreLimited(t *testing.T) {
	ahead(t, withLimits, func(c *client) {
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			c.must("CreateStream", object{"StreamName": name, "ShardCount": 1})
		}
		create := func() *reply { return c.call("CreateStream", object{"StreamName": "f", "ShardCount": 1}) }
		create().fails("LimitExceededException", "Rate exceeded for stream f under account "+c.account+". Limit: CreateStream=5/s.")
		for range 5 {
			c.must("ListStreams", object{})
		}
		c.call("ListStreams", object{}).fails("LimitExceededException", "Rate exceeded for account "+c.account+". Limit: ListStreams=5/s.")
		c.call("CreateStream", object{"StreamName": "", "ShardCount": 1}).failsLike("ValidationException", "2 validation errors detected.*")
		c.pass(200 * time.Millisecond)
		if r := create(); r.status != 200 {
			c.t.Errorf("status %d, %s", r.status, r.printable())
		}
	})
}

// A second call of GetShardIterator is free, the sixth in a second is not (B).
//
//rule:5 GetShardIterator
func TestIteratorsOfAShardAreLimited(t *testing.T) {
	ahead(t, withLimits, func(c *client) {
		c.stream("s", 2)
		for range 5 {
			c.iterator("s", "LATEST", nil)
		}
		c.call("GetShardIterator", iteratorOf("s", "LATEST", nil)).fails("ProvisionedThroughputExceededException",
			"Rate exceeded for Shard - "+c.account+"/s/shardId-000000000000. Limit: GetShardIterator=5/s.")
		c.iterator("s", "LATEST", object{"ShardId": shardID(1)})
	})
}

// SubscribeToShard is called once a second by a consumer on a shard (B), whatever
// becomes of the call. Which refusal comes first is not known.
//
//rule:5 SubscribeToShard
func TestSubscriptionsOfAConsumerAreLimited(t *testing.T) {
	ahead(t, withLimits, func(c *client) {
		c.stream("s", 1)
		arn := c.must("RegisterStreamConsumer", object{"StreamARN": c.arn("s"), "ConsumerName": "c"}).str("Consumer.ConsumerARN")
		subscribe := func(shard int) *reply {
			return c.call("SubscribeToShard", object{"ConsumerARN": arn, "ShardId": shardID(shard), "StartingPosition": object{"Type": "LATEST"}})
		}
		subscribe(7).oneOf("ResourceNotFoundException")
		subscribe(7).fails("LimitExceededException", "Rate exceeded for stream s under account "+c.account+". Limit: SubscribeToShard=1/s.")
		subscribe(8).oneOf("ResourceNotFoundException")
		c.pass(time.Second)
		subscribe(7).oneOf("ResourceNotFoundException")
	})
}
