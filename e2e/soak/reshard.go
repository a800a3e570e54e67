package main

import (
	"context"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// scalings is how often a day AWS lets a stream be scaled.
const scalings = 10

// reshard splits a shard or merges two, so that there are between half and twice
// as many as in the beginning; now and then it makes as many in one go.
func (st *stream) reshard(ctx context.Context, random *rand.Rand) error {
	open, err := st.open(ctx)
	if err != nil {
		return err
	}
	st.reshards++
	if st.reshards%st.scaleEvery == 0 && st.reshards <= scalings*st.scaleEvery && len(open) != st.shards {
		return st.scale(ctx)
	}
	more := len(open) <= st.shards/2 || len(open) < 2*st.shards && random.IntN(2) == 0
	if more {
		sh := slices.MaxFunc(open, func(a, b types.Shard) int { return width(a).Cmp(width(b)) })
		middle := new(big.Int).Add(number(*sh.HashKeyRange.StartingHashKey), new(big.Int).Rsh(width(sh), 1)).String()
		_, err = st.client.SplitShard(ctx, &kinesis.SplitShardInput{StreamName: &st.name, ShardToSplit: sh.ShardId, NewStartingHashKey: &middle})
		st.counts.splits.Add(1)
	} else {
		i := random.IntN(len(open) - 1)
		_, err = st.client.MergeShards(ctx, &kinesis.MergeShardsInput{StreamName: &st.name, ShardToMerge: open[i].ShardId, AdjacentShardToMerge: open[i+1].ShardId})
		st.counts.merges.Add(1)
	}
	if err != nil {
		return fmt.Errorf("reshard %s: %w", st.name, err)
	}
	return nil
}

// scale makes as many even shards as there were in the beginning.
func (st *stream) scale(ctx context.Context) error {
	_, err := st.client.UpdateShardCount(ctx, &kinesis.UpdateShardCountInput{
		StreamName: &st.name, TargetShardCount: aws.Int32(int32(st.shards)), ScalingType: types.ScalingTypeUniformScaling,
	})
	if err != nil {
		return fmt.Errorf("scale %s: %w", st.name, err)
	}
	st.counts.scalings.Add(1)
	return nil
}

// open returns the open shards in the order of their ranges.
func (st *stream) open(ctx context.Context) ([]types.Shard, error) {
	out, err := st.client.ListShards(ctx, &kinesis.ListShardsInput{
		StreamName: &st.name, ShardFilter: &types.ShardFilter{Type: types.ShardFilterTypeAtLatest},
	})
	if err != nil {
		return nil, fmt.Errorf("list the shards of %s: %w", st.name, err)
	}
	slices.SortFunc(out.Shards, func(a, b types.Shard) int {
		return number(*a.HashKeyRange.StartingHashKey).Cmp(number(*b.HashKeyRange.StartingHashKey))
	})
	return out.Shards, nil
}

func width(sh types.Shard) *big.Int {
	return new(big.Int).Sub(number(*sh.HashKeyRange.EndingHashKey), number(*sh.HashKeyRange.StartingHashKey))
}

func number(digits string) *big.Int {
	n, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		panic("the server gave a hash key that is no number: " + digits)
	}
	return n
}
