//go:build e2e

package reshard

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"github.com/freshet/freshet/e2e/process"
)

// binary is the command, built from these sources.
var binary string

func TestMain(m *testing.M) {
	os.Exit(process.WithBinary(func(built string) int {
		binary = built
		return m.Run()
	}))
}

// serve starts a server on a folder of its own, which is stopped when the test ends.
func serve(t *testing.T) *kinesis.Client {
	t.Helper()
	s, c := start(t, filepath.Join(t.TempDir(), "data"))
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return c
}

func start(t *testing.T, data string) (*process.Server, *kinesis.Client) {
	t.Helper()
	addr, err := process.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	s, err := process.Start(process.Options{Binary: binary, Data: data, Addr: addr})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, kinesis.New(kinesis.Options{
		BaseEndpoint: aws.String(s.Endpoint()), Region: "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		HTTPClient:  process.HTTPClient(),
		Retryer:     aws.NopRetryer{},
	})
}

// TestReshardUnderLoad runs about a minute, in short mode a few seconds.
func TestReshardUnderLoad(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	load := Load{Client: serve(t), Stream: "orders", Writers: 8, Keys: 20, Pace: 10 * time.Millisecond, Step: 500 * time.Millisecond, More: 100}
	if testing.Short() {
		load.Step, load.More = 200*time.Millisecond, 2
	}
	rep, err := Run(ctx, load)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(rep)
}

// TestScalingOfManyShards brings 5,000 shards to 10,000, in short mode 500 to 1,000,
// while records are put and another stream is changed: neither may wait for all of
// it.
func TestScalingOfManyShards(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	shards := int32(5000)
	if testing.Short() {
		shards = 500
	}
	c := serve(t)
	for name, n := range map[string]int32{"orders": shards, "parcels": 1} {
		if _, err := c.CreateStream(ctx, &kinesis.CreateStreamInput{StreamName: &name, ShardCount: &n}); err != nil {
			t.Fatal(err)
		}
	}
	stop := make(chan struct{})
	var others sync.WaitGroup
	var put, change time.Duration
	others.Go(func() {
		put = longest(t, stop, func(i int) error {
			in := &kinesis.PutRecordsInput{StreamName: aws.String("orders")}
			for k := range 100 {
				in.Records = append(in.Records, types.PutRecordsRequestEntry{PartitionKey: aws.String(fmt.Sprint(i, k)), Data: []byte("x")})
			}
			out, err := c.PutRecords(ctx, in)
			if err == nil && *out.FailedRecordCount > 0 {
				err = fmt.Errorf("%d records were not put", *out.FailedRecordCount)
			}
			return err
		})
	})
	others.Go(func() {
		change = longest(t, stop, func(i int) error {
			_, err := c.AddTagsToStream(ctx, &kinesis.AddTagsToStreamInput{StreamName: aws.String("parcels"), Tags: map[string]string{"n": fmt.Sprint(i)}})
			return err
		})
	})
	began := time.Now()
	_, err := c.UpdateShardCount(ctx, &kinesis.UpdateShardCountInput{StreamName: aws.String("orders"), TargetShardCount: aws.Int32(2 * shards), ScalingType: types.ScalingTypeUniformScaling})
	took := time.Since(began)
	close(stop)
	others.Wait()
	if err != nil {
		t.Fatal(err)
	}
	list, err := listShards(ctx, c, "orders", types.ShardFilter{Type: types.ShardFilterTypeAtLatest})
	if err != nil {
		t.Fatal(err)
	}
	if err := divideTheRing(list); err != nil || len(list) != int(2*shards) {
		t.Errorf("%d shards are open: %v", len(list), err)
	}
	t.Logf("%d shards became %d in %v; meanwhile the longest put took %v, the longest change of another stream %v", shards, 2*shards, took, put, change)
	if most := took/2 + time.Second; put > most || change > most {
		t.Errorf("a put took %v, a change %v, of a scaling of %v", put, change, took)
	}
}

// longest calls fn until stop is closed and returns how long a call took at most.
func longest(t *testing.T, stop <-chan struct{}, fn func(i int) error) (most time.Duration) {
	for i := 0; !closed(stop); i++ {
		began := time.Now()
		if err := fn(i); err != nil {
			t.Error(err)
			return most
		}
		most = max(most, time.Since(began))
	}
	return most
}

// TestScalingSurvivesAKill kills the server within a scaling, under load, and starts
// another: it goes on with the scaling by itself, and has every record.
func TestScalingSurvivesAKill(t *testing.T) {
	rounds := 5
	if testing.Short() {
		rounds = 2
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	for n := range rounds {
		killWithinAScaling(ctx, t, time.Duration(rand.Int64N(int64(150*time.Millisecond))))
		if t.Failed() {
			t.Fatalf("in round %d", n)
		}
	}
}

const manyShards = 1000 // a scaling has several rounds

func killWithinAScaling(ctx context.Context, t *testing.T, after time.Duration) {
	data := filepath.Join(t.TempDir(), "data")
	s, c := start(t, data)
	if _, err := c.CreateStream(ctx, &kinesis.CreateStreamInput{StreamName: aws.String("orders"), ShardCount: aws.Int32(manyShards)}); err != nil {
		t.Fatal(err)
	}
	var writers []*writer
	var writing sync.WaitGroup
	for i := range 4 {
		w := &writer{client: c, stream: "orders", pace: time.Millisecond}
		for k := range 20 {
			w.keys = append(w.keys, fmt.Sprint(i, " ", k))
		}
		writers = append(writers, w)
		writing.Go(func() { _ = w.run(ctx, nil) }) // ends when the server does
	}
	answered := false
	writing.Go(func() {
		_, err := c.UpdateShardCount(ctx, &kinesis.UpdateShardCountInput{StreamName: aws.String("orders"), TargetShardCount: aws.Int32(2 * manyShards), ScalingType: types.ScalingTypeUniformScaling})
		answered = err == nil
	})
	<-time.After(after) // the moment of the kill is any
	if err := s.Kill(); err != nil {
		t.Fatal(err)
	}
	writing.Wait()

	s, c = start(t, data)
	defer func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	r := run{Load: Load{Client: c, Stream: "orders"}}
	if err := r.awaitActive(ctx); err != nil {
		t.Fatal(err)
	}
	open, err := r.open(ctx)
	if n := len(open); err != nil || n != manyShards && n != 2*manyShards {
		t.Errorf("after a kill %v into a scaling %d shards are open: %v", after, n, err)
	}
	done := make(chan struct{})
	close(done)
	all := reader{client: c, stream: "orders", done: done}
	if err := all.run(ctx); err != nil {
		t.Fatal(err)
	}
	for _, w := range writers {
		for _, key := range w.keys {
			least, found := w.acknowledged.Load(), all.mu.seen.next[key]
			if found < least || found > least+1 || all.mu.seen.first[key] != 0 {
				t.Errorf("records %d to %d of %s are there, %d were acknowledged", all.mu.seen.first[key], found, key, least)
			}
		}
	}
	t.Logf("killed after %v: the scaling had been answered: %v; %d shards, %d records a key", after.Round(time.Millisecond), answered, len(open), writers[0].acknowledged.Load())
}
