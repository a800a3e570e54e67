package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// GetShardIterator returns a place in a shard to read from, good for 300 s and
// for any number of reads. It answers for closed shards too, for every type. A
// shard of a stream that does not exist, or is CREATING, does not exist.
func (s *Service) GetShardIterator(ctx context.Context, caller access.Caller, in *kinesis.GetShardIteratorInput) (*kinesis.GetShardIteratorOutput, error) {
	key, err := address(caller, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	number, ok := parseShardID(*in.ShardId)
	if !ok {
		return nil, errShardNotFound(key, *in.ShardId)
	}
	st := s.catalog.now().byKey[key]
	if st == nil || !key.owns(caller) || !st.shows(number, s.horizon(st)) {
		return nil, errNoShard(key, number)
	}
	next, err := s.offset(ctx, st, st.shard(number), position{*in.ShardIteratorType, in.StartingSequenceNumber, in.Timestamp})
	if err != nil {
		return nil, errRead(st, number, err)
	}
	if in.DryRun != nil && *in.DryRun {
		return nil, errDryRun()
	}
	if err := s.limitIterator(st, st.shard(number)); err != nil {
		return nil, err
	}
	it := shardIterator{stream: st.id, shard: number, next: next, given: now(), name: st.name}
	return &kinesis.GetShardIteratorOutput{ShardIterator: new(s.tokens.iterator(it))}, nil
}
