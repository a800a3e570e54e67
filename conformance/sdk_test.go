package conformance

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// sdk returns AWS's own client with an account of its own.
func sdk(options ...func(*kinesis.Options)) *kinesis.Client {
	return kinesis.New(kinesis.Options{
		BaseEndpoint:     &endpoint,
		Region:           "us-east-1",
		RetryMaxAttempts: 1,
		Credentials:      credentials.NewStaticCredentialsProvider(newAccount(), "secret", ""),
	}, options...)
}

// The main flow of AWS's own Go client: make a stream, wait, put, read shard by
// shard, delete (B).
//
//rule:1.3 *
func TestSDKFlow(t *testing.T) {
	ctx, c := t.Context(), sdk()
	name := aws.String("orders")
	if _, err := c.CreateStream(ctx, &kinesis.CreateStreamInput{StreamName: name, ShardCount: aws.Int32(2)}); err != nil {
		t.Fatal(err)
	}
	described := &kinesis.DescribeStreamInput{StreamName: name}
	quick := func(o *kinesis.StreamExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 10*time.Millisecond, 50*time.Millisecond
	}
	if err := kinesis.NewStreamExistsWaiter(c, quick).Wait(ctx, described, 10*time.Second); err != nil {
		t.Fatal(err)
	}
	put := sdkPut(t, c, name)
	got := map[string]string{}
	for in := (&kinesis.ListShardsInput{StreamName: name, MaxResults: aws.Int32(1)}); in != nil; {
		page, err := c.ListShards(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		sdkRead(t, c, name, page.Shards[0].ShardId, got)
		in = nil
		if page.NextToken != nil {
			in = &kinesis.ListShardsInput{NextToken: page.NextToken, MaxResults: aws.Int32(1)}
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(put) {
		t.Errorf("read %v\nput %v", got, put)
	}
	if _, err := c.DeleteStream(ctx, &kinesis.DeleteStreamInput{StreamName: name}); err != nil {
		t.Fatal(err)
	}
	gone := func(o *kinesis.StreamNotExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 10*time.Millisecond, 50*time.Millisecond
	}
	if err := kinesis.NewStreamNotExistsWaiter(c, gone).Wait(ctx, described, 10*time.Second); err != nil {
		t.Fatal(err)
	}
}

// sdkPut puts a batch and one record, and returns the data by sequence number.
func sdkPut(t *testing.T, c *kinesis.Client, name *string) map[string]string {
	t.Helper()
	put := map[string]string{}
	in := &kinesis.PutRecordsInput{StreamName: name}
	for i := range 20 {
		in.Records = append(in.Records, types.PutRecordsRequestEntry{PartitionKey: aws.String(fmt.Sprint(i)), Data: fmt.Appendf(nil, "batch %d", i)})
	}
	batch, err := c.PutRecords(t.Context(), in)
	if err != nil || *batch.FailedRecordCount != 0 {
		t.Fatalf("PutRecords: %v, %+v", err, batch)
	}
	for i, r := range batch.Records {
		put[*r.SequenceNumber] = string(in.Records[i].Data)
	}
	one, err := c.PutRecord(t.Context(), &kinesis.PutRecordInput{StreamName: name, PartitionKey: aws.String("one"), Data: []byte("one")})
	if err != nil {
		t.Fatal(err)
	}
	put[*one.SequenceNumber] = "one"
	return put
}

// sdkRead adds the records of one shard to got.
func sdkRead(t *testing.T, c *kinesis.Client, name, shard *string, got map[string]string) {
	t.Helper()
	first, err := c.GetShardIterator(t.Context(), &kinesis.GetShardIteratorInput{StreamName: name, ShardId: shard, ShardIteratorType: types.ShardIteratorTypeTrimHorizon})
	if err != nil {
		t.Fatal(err)
	}
	for it, behind := first.ShardIterator, int64(1); behind > 0; {
		r, err := c.GetRecords(t.Context(), &kinesis.GetRecordsInput{ShardIterator: it, Limit: aws.Int32(4)})
		if err != nil {
			t.Fatal(err)
		}
		for _, record := range r.Records {
			got[*record.SequenceNumber] = string(record.Data)
		}
		it, behind = r.NextShardIterator, *r.MillisBehindLatest
	}
}

// AWS's own Go client reads our errors as its types (B).
//
//rule:1.3 *
func TestSDKErrors(t *testing.T) {
	ctx, c := t.Context(), sdk()
	name := aws.String("none")
	_, err := c.DescribeStream(ctx, &kinesis.DescribeStreamInput{StreamName: name})
	if e := (*types.ResourceNotFoundException)(nil); !errors.As(err, &e) {
		t.Errorf("an unknown stream: %v", err)
	}
	_, err = c.GetRecords(ctx, &kinesis.GetRecordsInput{ShardIterator: aws.String("AAAA")})
	if e := (*types.InvalidArgumentException)(nil); !errors.As(err, &e) {
		t.Errorf("a forged iterator: %v", err)
	}
	_, err = c.CreateStream(ctx, &kinesis.CreateStreamInput{StreamName: name, ShardCount: aws.Int32(2000000000)})
	if e := (*types.LimitExceededException)(nil); !errors.As(err, &e) {
		t.Errorf("too many shards: %v", err)
	}
}

// AWS's own Go client subscribes along every way, reads on, follows a split to its
// children, and reads exceptions as its types (B).
//
//rule:14 SubscribeToShard
func TestSDKSubscribeToShard(t *testing.T) {
	for _, w := range ways() {
		t.Run(w.name, func(t *testing.T) {
			h, url := w.client()
			t.Cleanup(h.CloseIdleConnections)
			c := sdk(func(o *kinesis.Options) { o.BaseEndpoint, o.HTTPClient = &url, h })
			sdkSubscribe(t, c)
		})
	}
}

func sdkSubscribe(t *testing.T, c *kinesis.Client) {
	ctx, name := t.Context(), aws.String("orders")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := c.CreateStream(ctx, &kinesis.CreateStreamInput{StreamName: name, ShardCount: aws.Int32(1)})
	must(err)
	described, err := c.DescribeStreamSummary(ctx, &kinesis.DescribeStreamSummaryInput{StreamName: name})
	must(err)
	registered, err := c.RegisterStreamConsumer(ctx, &kinesis.RegisterStreamConsumerInput{
		StreamARN: described.StreamDescriptionSummary.StreamARN, ConsumerName: aws.String("audit")})
	must(err)
	consumer := registered.Consumer.ConsumerARN
	subscribe := func(shard string, kind types.ShardIteratorType) *kinesis.SubscribeToShardEventStream {
		t.Helper()
		out, err := c.SubscribeToShard(ctx, &kinesis.SubscribeToShardInput{ConsumerARN: consumer, ShardId: &shard,
			StartingPosition: &types.StartingPosition{Type: kind}})
		must(err)
		t.Cleanup(func() { out.GetStream().Close() })
		return out.GetStream()
	}
	put := sdkPut(t, c, name)
	stream := subscribe(shardID(0), types.ShardIteratorTypeTrimHorizon)
	got := map[string]string{}
	for len(got) < len(put) {
		sdkEvent(t, stream, got)
	}
	if fmt.Sprint(got) != fmt.Sprint(put) {
		t.Errorf("read %v\nput %v", got, put)
	}
	_, err = c.SubscribeToShard(ctx, &kinesis.SubscribeToShardInput{ConsumerARN: consumer, ShardId: aws.String(shardID(0)),
		StartingPosition: &types.StartingPosition{Type: types.ShardIteratorTypeLatest}})
	if e := (*types.ResourceInUseException)(nil); !errors.As(err, &e) {
		t.Errorf("a second subscription: %v", err)
	}
	_, err = c.SplitShard(ctx, &kinesis.SplitShardInput{StreamName: name, ShardToSplit: aws.String(shardID(0)), NewStartingHashKey: aws.String("1000")})
	must(err)
	last := sdkEvent(t, stream, got)
	for last.ContinuationSequenceNumber != nil {
		last = sdkEvent(t, stream, got)
	}
	if len(last.ChildShards) != 2 || len(last.ChildShards[0].ParentShards) != 1 {
		t.Errorf("the last event is %+v", last)
	}
	if _, open := <-stream.Events(); open || stream.Err() != nil {
		t.Errorf("after the last event: %v", stream.Err())
	}

	stream = subscribe(shardID(2), types.ShardIteratorTypeLatest)
	sdkEvent(t, stream, got)
	_, err = c.DeregisterStreamConsumer(ctx, &kinesis.DeregisterStreamConsumerInput{ConsumerARN: consumer})
	must(err)
	for range stream.Events() {
	}
	if e := (*types.ResourceNotFoundException)(nil); !errors.As(stream.Err(), &e) {
		t.Errorf("without its consumer the stream ends with %v", stream.Err())
	}
}

// sdkEvent adds the records of the next event to got, and returns the event.
func sdkEvent(t *testing.T, s *kinesis.SubscribeToShardEventStream, got map[string]string) types.SubscribeToShardEvent {
	t.Helper()
	e, ok := (<-s.Events()).(*types.SubscribeToShardEventStreamMemberSubscribeToShardEvent)
	if !ok {
		t.Fatalf("no event: %v", s.Err())
	}
	for _, r := range e.Value.Records {
		got[*r.SequenceNumber] = string(r.Data)
	}
	return e.Value
}
