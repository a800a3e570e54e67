package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// pollEvery is how often a shard that has nothing new is asked again, as the KCL
// does it, but more often.
const pollEvery = 250 * time.Millisecond

// poll is a reader that asks with GetRecords.
func (st *stream) poll(ctx context.Context, shard string, meet func([]types.Record) error) ([]types.ChildShard, error) {
	it, err := st.client.GetShardIterator(ctx, &kinesis.GetShardIteratorInput{
		StreamName: &st.name, ShardId: &shard, ShardIteratorType: types.ShardIteratorTypeTrimHorizon,
	})
	if err != nil {
		return nil, err
	}
	pause := time.NewTicker(pollEvery)
	defer pause.Stop()
	for next := it.ShardIterator; ; {
		out, err := st.client.GetRecords(ctx, &kinesis.GetRecordsInput{ShardIterator: next, Limit: aws.Int32(2000)})
		if err != nil {
			return nil, err
		}
		if err := meet(out.Records); err != nil {
			return nil, err
		}
		if (out.NextShardIterator == nil) != (len(out.ChildShards) > 0) {
			return nil, fmt.Errorf("%d children beside the iterator %v", len(out.ChildShards), out.NextShardIterator)
		}
		if out.NextShardIterator == nil {
			return out.ChildShards, nil
		}
		next = out.NextShardIterator
		if *out.MillisBehindLatest > 0 {
			continue
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
