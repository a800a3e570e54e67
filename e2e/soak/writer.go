package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// batch is how many records a call puts, keysPerWriter how many keys they have.
const (
	batch         = 200
	keysPerWriter = 100
)

// writer puts records with keys of its own, one call after the other.
type writer struct {
	st   *stream
	keys []string
	next []uint64 // by key: how many were put
	acks []atomic.Uint64
}

func newWriter(st *stream, number int) *writer {
	w := &writer{st: st, next: make([]uint64, keysPerWriter), acks: make([]atomic.Uint64, keysPerWriter)}
	for i := range keysPerWriter {
		w.keys = append(w.keys, fmt.Sprintf("%d-%d", number, i))
	}
	return w
}

// run puts at the writer's pace until ctx ends. A call that is under way then is
// waited for: its records are acknowledged or the soak has failed.
func (w *writer) run(ctx context.Context) error {
	pause := time.Duration(float64(time.Second) * batch / float64(w.st.pace))
	at := 0
	return every(ctx, pause, func(ctx context.Context) error {
		err := w.put(context.WithoutCancel(ctx), at)
		at = (at + batch) % len(w.keys)
		return err
	})
}

// put puts a batch; the first record has the key at that place.
func (w *writer) put(ctx context.Context, at int) error {
	in := &kinesis.PutRecordsInput{StreamName: &w.st.name, Records: make([]types.PutRecordsRequestEntry, batch)}
	began := time.Now()
	for i := range in.Records {
		k := (at + i) % len(w.keys)
		in.Records[i] = types.PutRecordsRequestEntry{PartitionKey: &w.keys[k], Data: newRecord(w.next[k], began)}
		w.next[k]++
	}
	out, err := w.st.client.PutRecords(ctx, in)
	if err != nil {
		return fmt.Errorf("put to %s: %w", w.st.name, err)
	}
	if *out.FailedRecordCount != 0 {
		return fmt.Errorf("put to %s: %d records failed, the first with %s", w.st.name, *out.FailedRecordCount, firstFailure(out.Records))
	}
	w.st.puts.Add(time.Since(began))
	w.st.counts.records.Add(batch)
	for k := range w.acks {
		w.acks[k].Store(w.next[k])
	}
	return nil
}

func firstFailure(results []types.PutRecordsResultEntry) string {
	for _, r := range results {
		if r.ErrorCode != nil {
			return *r.ErrorCode + ": " + *r.ErrorMessage
		}
	}
	return "no code"
}
