package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"github.com/freshet/freshet/e2e/process"
)

// mainStream is the stream that is written to.
const mainStream = "ledger"

// errRequest marks what a client sees when its server is killed.
var errRequest = errors.New("request failed")

// client speaks to one run of the server. It never sends anything twice: a
// record that is sent again might rightly be there twice.
type client struct{ *kinesis.Client }

func newClient(endpoint string) *client {
	return &client{kinesis.New(kinesis.Options{
		BaseEndpoint: aws.String(endpoint),
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider("test", "test", ""),
		Retryer:      aws.NopRetryer{},
		HTTPClient:   process.HTTPClient(),
	})}
}

// request marks err as the failure of a request.
func request(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %s: %w", errRequest, what, err)
}

// createMain makes the stream and waits until it is ACTIVE.
func (c *client) createMain(ctx context.Context, shards int) error {
	_, err := c.CreateStream(ctx, &kinesis.CreateStreamInput{
		StreamName: aws.String(mainStream), ShardCount: aws.Int32(int32(shards)),
	})
	if err != nil {
		return request("CreateStream", err)
	}
	wait := kinesis.NewStreamExistsWaiter(c, func(o *kinesis.StreamExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 10*time.Millisecond, 100*time.Millisecond
	})
	return request("wait for the stream", wait.Wait(ctx, &kinesis.DescribeStreamInput{StreamName: aws.String(mainStream)}, readyIn))
}

// shards lists the main stream's shards.
func (c *client) shards(ctx context.Context) ([]string, error) {
	out, err := c.ListShards(ctx, &kinesis.ListShardsInput{StreamName: aws.String(mainStream)})
	if err != nil {
		return nil, request("ListShards", err)
	}
	var ids []string
	for _, s := range out.Shards {
		ids = append(ids, *s.ShardId)
	}
	return ids, nil
}

// cursor is a place in a shard.
type cursor struct {
	client   *client
	iterator *string
}

// open returns the place after the record with sequence number after, or the
// beginning if after is "".
func (c *client) open(ctx context.Context, shard, after string) (*cursor, error) {
	in := &kinesis.GetShardIteratorInput{
		StreamName: aws.String(mainStream), ShardId: aws.String(shard), ShardIteratorType: types.ShardIteratorTypeTrimHorizon,
	}
	if after != "" {
		in.ShardIteratorType = types.ShardIteratorTypeAfterSequenceNumber
		in.StartingSequenceNumber = aws.String(after)
	}
	out, err := c.GetShardIterator(ctx, in)
	if err != nil {
		return nil, request("GetShardIterator", err)
	}
	return &cursor{c, out.ShardIterator}, nil
}

// next returns the next records, and whether there are none beyond them now.
func (c *cursor) next(ctx context.Context) (records []types.Record, tail bool, err error) {
	out, err := c.client.GetRecords(ctx, &kinesis.GetRecordsInput{ShardIterator: c.iterator})
	if err != nil {
		return nil, false, request("GetRecords", err)
	}
	if out.NextShardIterator == nil {
		return nil, false, errors.New("an open shard says that it has ended")
	}
	c.iterator = out.NextShardIterator
	return out.Records, len(out.Records) == 0 && *out.MillisBehindLatest == 0, nil
}
