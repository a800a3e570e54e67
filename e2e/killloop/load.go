package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// writer sends one request after the other. Every fourth writer sends single
// records, the others batches.
type writer struct {
	number int
	client *client
	ledger *ledger
	rng    *rand.Rand
}

// largestBatch keeps the sum over a thousand rounds within reason.
const largestBatch = 12

// run writes until a request fails.
func (w writer) run(ctx context.Context) error {
	for attempt := 1; ; attempt++ {
		var err error
		if w.number%4 == 3 {
			err = w.putOne(ctx, w.ledger.send(w.number, attempt, 1)[0])
		} else {
			err = w.putBatch(ctx, w.ledger.send(w.number, attempt, 1+w.rng.IntN(largestBatch)))
		}
		if err != nil {
			return err
		}
	}
}

func (w writer) putOne(ctx context.Context, i id) error {
	out, err := w.client.PutRecord(ctx, &kinesis.PutRecordInput{
		StreamName: aws.String(mainStream), PartitionKey: aws.String(i.key()), Data: i.data(),
	})
	if err != nil {
		return request("PutRecord", err)
	}
	w.ledger.acknowledge(i, place{*out.ShardId, *out.SequenceNumber})
	return nil
}

func (w writer) putBatch(ctx context.Context, ids []id) error {
	in := &kinesis.PutRecordsInput{StreamName: aws.String(mainStream)}
	for _, i := range ids {
		in.Records = append(in.Records, types.PutRecordsRequestEntry{PartitionKey: aws.String(i.key()), Data: i.data()})
	}
	out, err := w.client.PutRecords(ctx, in)
	if err != nil {
		return request("PutRecords", err)
	}
	if len(out.Records) != len(ids) {
		return fmt.Errorf("PutRecords of %d records answers for %d", len(ids), len(out.Records))
	}
	for n, r := range out.Records {
		if r.ErrorCode != nil {
			return request("PutRecords", fmt.Errorf("record %v: %s: %s", ids[n], *r.ErrorCode, aws.ToString(r.ErrorMessage)))
		}
		w.ledger.acknowledge(ids[n], place{*r.ShardId, *r.SequenceNumber})
	}
	return nil
}

// reader follows a shard. What it is shown must be durable.
type reader struct {
	client       *client
	ledger       *ledger
	shard, after string
}

// run reads until a request fails.
func (r reader) run(ctx context.Context) error {
	c, err := r.client.open(ctx, r.shard, r.after)
	if err != nil {
		return err
	}
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		records, _, err := c.next(ctx)
		if err != nil {
			return err
		}
		for _, record := range records {
			i, err := idOf(*record.PartitionKey, record.Data)
			if err != nil {
				return fmt.Errorf("a reader of %s: %w", r.shard, err)
			}
			r.ledger.show(i, place{r.shard, *record.SequenceNumber})
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
			return request("poll", ctx.Err())
		}
	}
}
