package reshard

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
	"golang.org/x/sync/errgroup"
)

// pollInterval is how long a reader waits at the tail of a shard.
const pollInterval = 100 * time.Millisecond

// reader reads a stream from an instant, or from its beginning if that is zero.
type reader struct {
	client *kinesis.Client
	stream string
	from   time.Time
	// done is closed when nothing is put or resharded any more.
	done <-chan struct{}

	shards *errgroup.Group // the goroutines that read one
	mu     struct {
		sync.Mutex
		known map[string]bool // shards that are being read, or were
		ended map[string]bool
		seen  ledger
	}
}

// run reads until done is closed and all that is there has been read.
func (r *reader) run(ctx context.Context) error {
	r.mu.known, r.mu.ended, r.mu.seen = map[string]bool{}, map[string]bool{}, newLedger(r.from)
	list, err := r.firstShards(ctx)
	if err != nil {
		return err
	}
	if err := divideTheRing(list); err != nil {
		return fmt.Errorf("from %v: %w", r.from, err)
	}
	for _, sh := range list {
		r.mu.known[*sh.ShardId] = true
	}
	r.shards, ctx = errgroup.WithContext(ctx)
	for _, sh := range list {
		r.shards.Go(func() error { return r.read(ctx, *sh.ShardId, true) })
	}
	return r.shards.Wait()
}

// firstShards lists the shards that were open where the reader begins.
func (r *reader) firstShards(ctx context.Context) ([]types.Shard, error) {
	if r.from.IsZero() {
		return listShards(ctx, r.client, r.stream, types.ShardFilter{Type: types.ShardFilterTypeAtTrimHorizon})
	}
	return listShards(ctx, r.client, r.stream, types.ShardFilter{Type: types.ShardFilterTypeAtTimestamp, Timestamp: &r.from})
}

func listShards(ctx context.Context, c *kinesis.Client, stream string, filter types.ShardFilter) ([]types.Shard, error) {
	var list []types.Shard
	for in := (&kinesis.ListShardsInput{StreamName: &stream, ShardFilter: &filter}); in != nil; {
		out, err := c.ListShards(ctx, in)
		if err != nil {
			return nil, err
		}
		list, in = append(list, out.Shards...), nil
		if out.NextToken != nil {
			in = &kinesis.ListShardsInput{NextToken: out.NextToken}
		}
	}
	return list, nil
}

// read reads a shard to its end, or to its tail when all is done. Children are read
// from their beginning.
func (r *reader) read(ctx context.Context, shard string, first bool) error {
	in := &kinesis.GetShardIteratorInput{StreamName: &r.stream, ShardId: &shard, ShardIteratorType: types.ShardIteratorTypeTrimHorizon}
	if first && !r.from.IsZero() {
		in.ShardIteratorType, in.Timestamp = types.ShardIteratorTypeAtTimestamp, &r.from
	}
	at, err := r.client.GetShardIterator(ctx, in)
	if err != nil {
		return fmt.Errorf("%s: %w", shard, err)
	}
	for iterator := at.ShardIterator; iterator != nil; {
		last := closed(r.done) // looked at before the read: what was put before is in it
		page, err := r.client.GetRecords(ctx, &kinesis.GetRecordsInput{ShardIterator: iterator})
		if err != nil {
			return fmt.Errorf("%s: %w", shard, err)
		}
		if err := r.take(page.Records); err != nil {
			return fmt.Errorf("%s: %w", shard, err)
		}
		if iterator = page.NextShardIterator; iterator == nil {
			return r.end(ctx, shard, page.ChildShards)
		}
		switch {
		case len(page.ChildShards) > 0:
			return fmt.Errorf("%s names children before its end", shard)
		case *page.MillisBehindLatest > 0:
		case last:
			return nil
		default:
			select {
			case <-time.After(pollInterval): // polling is all a client of AWS can do
			case <-r.done:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return errors.New(shard + " has no iterator")
}

// take adds records to what was seen.
func (r *reader) take(records []types.Record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, rec := range records {
		if err := r.mu.seen.add(rec); err != nil {
			return err
		}
	}
	return nil
}

// end begins with the children of a shard whose parents have all ended now.
func (r *reader) end(ctx context.Context, shard string, children []types.ChildShard) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.ended[shard] = true
	if len(children) == 0 {
		return fmt.Errorf("%s has ended, and names no children", shard)
	}
	for _, child := range children {
		if len(child.ParentShards)+len(children) != 3 { // a split has two children, a merge two parents
			return fmt.Errorf("%s, one of %d children of %s, names %d parents", *child.ShardId, len(children), shard, len(child.ParentShards))
		}
		if r.mu.known[*child.ShardId] || !r.endedLocked(child.ParentShards) {
			continue
		}
		r.mu.known[*child.ShardId] = true
		r.shards.Go(func() error { return r.read(ctx, *child.ShardId, false) })
	}
	return nil
}

func (r *reader) endedLocked(shards []string) bool {
	for _, sh := range shards {
		if !r.mu.ended[sh] {
			return false
		}
	}
	return true
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
