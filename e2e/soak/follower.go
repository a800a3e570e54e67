package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
	"golang.org/x/sync/errgroup"
)

// reader reads a shard from its beginning to its end, gives what it meets to
// meet, and returns the shards that took over. It returns no error when ctx ends.
type reader func(ctx context.Context, shard string, meet func([]types.Record) error) ([]types.ChildShard, error)

// follower follows a stream from its first shards on, each in a goroutine of its
// own, a child after all its parents.
type follower struct {
	st    *stream
	name  string
	read  reader
	count *atomic.Int64
	tasks *errgroup.Group

	mu    sync.Mutex
	next  map[string]uint64 // by key: the record that must come next
	ended map[string]bool   // shards that were read to their end
	began map[string]bool   // shards that have a reader
}

func newFollower(st *stream, name string, read reader, count *atomic.Int64) *follower {
	return &follower{
		st: st, name: name, read: read, count: count,
		next: map[string]uint64{}, ended: map[string]bool{}, began: map[string]bool{},
	}
}

// run follows until ctx ends.
func (f *follower) run(ctx context.Context) error {
	tasks, ctx := errgroup.WithContext(ctx)
	f.tasks = tasks
	out, err := f.st.client.ListShards(ctx, &kinesis.ListShardsInput{
		StreamName:  &f.st.name,
		ShardFilter: &types.ShardFilter{Type: types.ShardFilterTypeAtTrimHorizon},
	})
	if err != nil {
		return fmt.Errorf("list shards: %w", err)
	}
	for _, sh := range out.Shards {
		f.begin(ctx, *sh.ShardId)
	}
	return tasks.Wait()
}

// begin starts to read a shard, once.
func (f *follower) begin(ctx context.Context, shard string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.began[shard] {
		return
	}
	f.began[shard] = true
	f.tasks.Go(func() error { return f.follow(ctx, shard) })
}

// follow reads a shard to its end, and begins with the children whose parents
// have all ended.
func (f *follower) follow(ctx context.Context, shard string) error {
	children, err := f.read(ctx, shard, f.meet)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s of %s, %s: %w", f.name, f.st.name, shard, err)
	}
	if len(children) == 0 {
		return fmt.Errorf("%s of %s, %s: ended without children", f.name, f.st.name, shard)
	}
	f.mu.Lock()
	f.ended[shard] = true
	var ready []string
	for _, child := range children {
		if f.allEnded(child.ParentShards) {
			ready = append(ready, *child.ShardId)
		}
	}
	f.mu.Unlock()
	for _, child := range ready {
		f.begin(ctx, child)
	}
	return nil
}

func (f *follower) allEnded(shards []string) bool {
	for _, sh := range shards {
		if !f.ended[sh] {
			return false
		}
	}
	return len(shards) > 0
}

// meet checks that each record is the next of its key.
func (f *follower) meet(records []types.Record) error {
	now := time.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range records {
		n, at, err := readRecord(r.Data)
		if err != nil {
			return err
		}
		if want := f.next[*r.PartitionKey]; n != want {
			return fmt.Errorf("key %s: record %d where %d was due, at %s", *r.PartitionKey, n, want, *r.SequenceNumber)
		}
		f.next[*r.PartitionKey]++
		if f.name == "push" {
			f.st.pushes.Add(now.Sub(at))
		}
	}
	f.count.Add(int64(len(records)))
	return nil
}

// missing returns how many of the acknowledged records f has not met.
func (f *follower) missing(load []*writer) (missing uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, w := range load {
		for k, key := range w.keys {
			missing += w.acks[k].Load() - f.next[key]
		}
	}
	return missing
}
