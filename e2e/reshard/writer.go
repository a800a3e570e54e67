package reshard

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// writer puts records of its keys, the next one of each in every request.
type writer struct {
	client *kinesis.Client
	stream string
	keys   []string
	pace   time.Duration
	// acknowledged is how many records each key has that the server has: all keys
	// have as many.
	acknowledged atomic.Int64
	longest      time.Duration // of a request
}

// run writes until stop is closed. A record that is refused ends it: a reshard is
// nothing that a writer should notice.
func (w *writer) run(ctx context.Context, stop <-chan struct{}) error {
	tick := time.NewTicker(w.pace)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		if err := w.put(ctx); err != nil {
			return err
		}
	}
}

func (w *writer) put(ctx context.Context) error {
	n := w.acknowledged.Load()
	in := &kinesis.PutRecordsInput{StreamName: &w.stream}
	for _, key := range w.keys {
		in.Records = append(in.Records, types.PutRecordsRequestEntry{PartitionKey: aws.String(key), Data: fmt.Appendf(nil, "%d", n)})
	}
	began := time.Now()
	out, err := w.client.PutRecords(ctx, in)
	if err != nil {
		return fmt.Errorf("put: %w", err)
	}
	w.longest = max(w.longest, time.Since(began))
	for i, r := range out.Records {
		if r.SequenceNumber == nil {
			return fmt.Errorf("record %d of %s: %s: %s", n, w.keys[i], aws.ToString(r.ErrorCode), aws.ToString(r.ErrorMessage))
		}
	}
	w.acknowledged.Add(1)
	return nil
}
