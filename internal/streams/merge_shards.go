package streams

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// MergeShards puts a child in the place of two open shards, the second of which
// begins where the first ends; so their order matters. UPDATING, then ACTIVE, as
// with SplitShard.
//
// AWS checks in this order (observed): both ids can be read, the stream exists, it
// is ACTIVE, both shards exist, they are adjacent. Being closed, of which that is
// not documented, is judged with each shard's existence.
func (s *Service) MergeShards(ctx context.Context, caller access.Caller, in *kinesis.MergeShardsInput) (*kinesis.MergeShardsOutput, error) {
	key, err := address(caller, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	first, ok := parseShardID(*in.ShardToMerge)
	if !ok {
		return nil, errShardNotFound(key, *in.ShardToMerge)
	}
	second, ok := parseShardID(*in.AdjacentShardToMerge)
	if !ok {
		return nil, errShardNotFound(key, *in.AdjacentShardToMerge)
	}
	st, err := s.find(caller, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	err = s.reshard(ctx, st.streamKey, func(st *stream) (*stream, error) {
		a, err := s.replaceable(st, first)
		if err != nil {
			return nil, err
		}
		b, err := s.replaceable(st, second)
		if err != nil {
			return nil, err
		}
		if a.Keys.End == maxHashKey || a.Keys.End.next() != b.Keys.Start {
			return nil, errNotAdjacent(st, a, b)
		}
		return st.closing(time.Now(), mergeOf(a, b)), nil
	})
	if err != nil {
		return nil, err
	}
	return &kinesis.MergeShardsOutput{}, nil
}

// mergeOf is the replacement of a and of b, which begins where a ends, by one.
func mergeOf(a, b *shard) replacement {
	return replacement{
		parents: []uint32{a.number, b.number},
		ranges:  []hashRange{{a.Keys.Start, b.Keys.End}},
	}
}
