package backup

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"github.com/freshet/freshet/e2e/process"
)

const stream = "orders"

func newClient(endpoint string) *kinesis.Client {
	return kinesis.New(kinesis.Options{
		BaseEndpoint: aws.String(endpoint), Region: "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		HTTPClient:  process.HTTPClient(),
		Retryer:     aws.NopRetryer{}, // a record that is sent again may rightly be there twice
	})
}

// writer sends records 1, 2, 3 … one batch after the other, all with one
// partition key.
type writer struct {
	key    string
	client *kinesis.Client
	// acknowledged is the number of the last record of which the server has said
	// that it is stored, sent that of the last one that was sent.
	acknowledged, sent atomic.Int64
}

const batch = 20

// run writes until a request fails.
func (w *writer) run(ctx context.Context) {
	filling := make([]byte, 2000)
	for {
		in := &kinesis.PutRecordsInput{StreamName: aws.String(stream)}
		first := w.sent.Load() + 1
		for n := first; n < first+batch; n++ {
			in.Records = append(in.Records, types.PutRecordsRequestEntry{
				PartitionKey: aws.String(w.key), Data: append(fmt.Appendf(nil, "%d ", n), filling...),
			})
		}
		w.sent.Store(first + batch - 1)
		out, err := w.client.PutRecords(ctx, in)
		if err != nil || *out.FailedRecordCount > 0 {
			return
		}
		w.acknowledged.Store(first + batch - 1)
	}
}

// count returns how many records of each key the server has, which must be 1, 2,
// 3 … in this order.
func count(ctx context.Context, c *kinesis.Client) (map[string]int64, error) {
	shards, err := c.ListShards(ctx, &kinesis.ListShardsInput{StreamName: aws.String(stream)})
	if err != nil {
		return nil, err
	}
	counts := map[string]int64{}
	for _, s := range shards.Shards {
		if err := countShard(ctx, c, s.ShardId, counts); err != nil {
			return nil, fmt.Errorf("%s: %w", *s.ShardId, err)
		}
	}
	return counts, nil
}

func countShard(ctx context.Context, c *kinesis.Client, shard *string, counts map[string]int64) error {
	at, err := c.GetShardIterator(ctx, &kinesis.GetShardIteratorInput{
		StreamName: aws.String(stream), ShardId: shard, ShardIteratorType: types.ShardIteratorTypeTrimHorizon,
	})
	if err != nil {
		return err
	}
	for iterator := at.ShardIterator; ; {
		page, err := c.GetRecords(ctx, &kinesis.GetRecordsInput{ShardIterator: iterator})
		if err != nil {
			return err
		}
		for _, r := range page.Records {
			var n int64
			if _, err := fmt.Sscanf(string(r.Data), "%d ", &n); err != nil {
				return fmt.Errorf("record %.20q: %w", r.Data, err)
			}
			if counts[*r.PartitionKey]++; counts[*r.PartitionKey] != n {
				return fmt.Errorf("record %d of %s comes after %d others", n, *r.PartitionKey, counts[*r.PartitionKey]-1)
			}
		}
		if len(page.Records) == 0 && *page.MillisBehindLatest == 0 {
			return nil
		}
		iterator = page.NextShardIterator
	}
}
