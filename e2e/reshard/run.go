package reshard

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
	"golang.org/x/sync/errgroup"
)

// Load says what Run does.
type Load struct {
	// Client is for the stream, which Run makes; it must not retry: a record that
	// is sent again may rightly be there twice.
	Client *kinesis.Client
	Stream string
	// Writers is how many there are, Keys how many keys each has.
	Writers, Keys int
	// Pace is how often a writer puts.
	Pace time.Duration
	// Step is how long Run waits between two changes of the shards.
	Step time.Duration
	// More is how many splits and merges follow after the scalings.
	More int
}

// Report is what a Run did.
type Report struct {
	Records, Shards, Readers int
	LongestPut, LongestStep  time.Duration
}

func (r Report) String() string {
	return fmt.Sprintf("%d records, %d shards, %d readers; the longest put took %v, the longest change of the shards %v",
		r.Records, r.Shards, r.Readers, r.LongestPut.Round(time.Millisecond), r.LongestStep.Round(time.Millisecond))
}

// run is a Run under way.
type run struct {
	Load
	writers []*writer
	longest time.Duration // of a step
}

// Run makes a stream of two shards and splits, merges and scales it, 2 → 16 → 3,
// under load, and returns an error unless every reader saw what it must.
func Run(ctx context.Context, l Load) (Report, error) {
	r := &run{Load: l}
	_, err := l.Client.CreateStream(ctx, &kinesis.CreateStreamInput{StreamName: &l.Stream, ShardCount: aws.Int32(2)})
	if err == nil {
		err = r.awaitActive(ctx)
	}
	if err != nil {
		return Report{}, err
	}
	work, working := errgroup.WithContext(ctx)
	stop := make(chan struct{})
	writing, written := errgroup.Group{}, make(chan struct{})
	for w := range l.Writers {
		wr := &writer{client: l.Client, stream: l.Stream, pace: l.Pace}
		for k := range l.Keys {
			wr.keys = append(wr.keys, fmt.Sprintf("writer %d key %d", w, k))
		}
		r.writers = append(r.writers, wr)
		writing.Go(func() error { return wr.run(working, stop) })
	}
	work.Go(func() error { defer close(written); return writing.Wait() })

	readers := r.reshardAndRead(working, work, written)
	close(stop)
	if err := work.Wait(); err != nil {
		return Report{}, err
	}
	return r.report(ctx, readers)
}

// beginning is a reader, and the number of the first record of each writer's keys
// that it may not miss.
type beginning struct {
	*reader
	first []int64
}

// reshardAndRead makes all changes of the shards, and while some are under way, and
// after others, begins with a reader at that instant; the first reads everything.
func (r *run) reshardAndRead(ctx context.Context, work *errgroup.Group, written <-chan struct{}) (readers []beginning) {
	start := func(from time.Time) {
		b := beginning{reader: &reader{client: r.Client, stream: r.Stream, from: from, done: written}}
		for _, w := range r.writers {
			n := int64(0)
			if !from.IsZero() {
				n = w.acknowledged.Load() + 1 // the one in between may have arrived before
			}
			b.first = append(b.first, n)
		}
		readers = append(readers, b)
		work.Go(func() error { return b.run(ctx) })
	}
	start(time.Time{})
	for i, step := range r.steps() {
		select {
		case <-time.After(r.Step):
		case <-ctx.Done():
			return readers
		}
		began := time.Now()
		if i < 8 && i%2 == 0 {
			start(began)
		}
		err := step(ctx)
		if i < 8 && i%2 == 1 {
			start(time.Now())
		}
		if err == nil {
			err = r.awaitActive(ctx)
		}
		if err != nil {
			work.Go(func() error { return err })
			return readers
		}
		r.longest = max(r.longest, time.Since(began))
	}
	return readers
}

// steps are the changes of the shards. A stream may be scaled ten times a day.
func (r *run) steps() []func(context.Context) error {
	steps := []func(context.Context) error{r.split, r.merge, r.split}
	for _, target := range []int32{4, 8, 16, 9, 5, 3} {
		steps = append(steps, func(ctx context.Context) error { return r.scale(ctx, target) })
	}
	for i := range r.More {
		steps = append(steps, []func(context.Context) error{r.split, r.merge}[i%2])
	}
	return steps
}

// open lists the shards that are open, by their hash keys.
func (r *run) open(ctx context.Context) ([]types.Shard, error) {
	list, err := listShards(ctx, r.Client, r.Stream, types.ShardFilter{Type: types.ShardFilterTypeAtLatest})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b types.Shard) int { return startOf(a).Cmp(startOf(b)) })
	return list, divideTheRing(list)
}

func startOf(sh types.Shard) *big.Int {
	start, _ := new(big.Int).SetString(*sh.HashKeyRange.StartingHashKey, 10)
	return start
}

func (r *run) split(ctx context.Context) error {
	shards, err := r.open(ctx)
	if err != nil {
		return err
	}
	sh := shards[rand.IntN(len(shards))]
	end, _ := new(big.Int).SetString(*sh.HashKeyRange.EndingHashKey, 10)
	middle := new(big.Int).Rsh(new(big.Int).Add(startOf(sh), end), 1)
	_, err = r.Client.SplitShard(ctx, &kinesis.SplitShardInput{StreamName: &r.Stream, ShardToSplit: sh.ShardId, NewStartingHashKey: aws.String(middle.String())})
	return err
}

func (r *run) merge(ctx context.Context) error {
	shards, err := r.open(ctx)
	if err != nil {
		return err
	}
	i := rand.IntN(len(shards) - 1)
	_, err = r.Client.MergeShards(ctx, &kinesis.MergeShardsInput{StreamName: &r.Stream, ShardToMerge: shards[i].ShardId, AdjacentShardToMerge: shards[i+1].ShardId})
	return err
}

func (r *run) scale(ctx context.Context, target int32) error {
	_, err := r.Client.UpdateShardCount(ctx, &kinesis.UpdateShardCountInput{StreamName: &r.Stream, TargetShardCount: &target, ScalingType: types.ScalingTypeUniformScaling})
	return err
}

// awaitActive waits until the stream is ACTIVE.
func (r *run) awaitActive(ctx context.Context) error {
	for {
		out, err := r.Client.DescribeStreamSummary(ctx, &kinesis.DescribeStreamSummaryInput{StreamName: &r.Stream})
		if err != nil || out.StreamDescriptionSummary.StreamStatus == types.StreamStatusActive {
			return err
		}
		select {
		case <-time.After(5 * time.Millisecond): // polling is all a client of AWS can do
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// report holds what each reader saw against what was acknowledged.
func (r *run) report(ctx context.Context, readers []beginning) (Report, error) {
	rep := Report{Readers: len(readers), LongestStep: r.longest}
	var errs []error
	for i, w := range r.writers {
		rep.Records += int(w.acknowledged.Load()) * len(w.keys)
		rep.LongestPut = max(rep.LongestPut, w.longest)
		for _, key := range w.keys {
			for _, b := range readers {
				errs = append(errs, b.mu.seen.complete(key, b.first[i], w.acknowledged.Load()))
			}
		}
	}
	list, err := listShards(ctx, r.Client, r.Stream, types.ShardFilter{Type: types.ShardFilterTypeFromTrimHorizon})
	rep.Shards = len(list)
	return rep, errors.Join(append(errs, err)...)
}
