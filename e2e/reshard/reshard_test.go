//go:build e2e

package reshard

import (
	"context"
	"fmt"
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

// serve starts a server on a folder of its own.
func serve(t *testing.T, args ...string) *kinesis.Client {
	t.Helper()
	addr, err := process.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	s, err := process.Start(process.Options{Binary: binary, Data: filepath.Join(t.TempDir(), "data"), Addr: addr, Args: args})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := s.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	return kinesis.New(kinesis.Options{
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
