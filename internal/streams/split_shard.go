package streams

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// SplitShard divides the hash keys of an open shard between two children, the
// second of which begins at NewStartingHashKey: UPDATING, then ACTIVE. The shard
// closes, and the children open, at the end of UPDATING; until then it takes puts.
//
// AWS checks in this order (observed): the id can be read, the stream exists, it
// is ACTIVE, the shard exists, the account may have one more, the key lies in the
// shard. Where the mode and being closed come is not documented: here as soon as
// the stream, and the shard, is known.
func (s *Service) SplitShard(ctx context.Context, caller access.Caller, in *kinesis.SplitShardInput) (*kinesis.SplitShardOutput, error) {
	key, err := address(caller, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	number, ok := parseShardID(*in.ShardToSplit)
	if !ok {
		return nil, errShardNotFound(key, *in.ShardToSplit)
	}
	st, err := s.find(caller, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	err = s.reshard(ctx, st.streamKey, func(st *stream) (*stream, error) {
		sh, err := s.replaceable(st, number)
		if err != nil {
			return nil, err
		}
		if err := s.checkShardLimit(st.streamKey, 1); err != nil {
			return nil, err
		}
		start, ok := parseHashKey(*in.NewStartingHashKey)
		if !ok || !sh.Keys.splitsAt(start) {
			return nil, errSplitKey(st, sh, *in.NewStartingHashKey)
		}
		return st.closing(time.Now(), splitAt(sh, start)), nil
	})
	if err != nil {
		return nil, err
	}
	return &kinesis.SplitShardOutput{}, nil
}

// splitAt is the replacement of sh by two shards of which the second begins at
// start, a key above the first of sh.
func splitAt(sh *shard, start hashKey) replacement {
	return replacement{
		parents: []uint32{sh.number},
		ranges:  []hashRange{{sh.Keys.Start, start.prev()}, {start, sh.Keys.End}},
	}
}

// replaceable returns the shard of that number of a provisioned stream, which is
// ACTIVE. A shard that is not open, or does not exist, is an error.
func (s *Service) replaceable(st *stream, number uint32) (*shard, error) {
	if st.Mode == kinesis.StreamModeOnDemand {
		return nil, errOnDemand(st)
	}
	if !st.shows(number, s.horizon(st)) {
		return nil, errShardNotFound(st.streamKey, shardID(number))
	}
	sh := st.shard(number)
	if sh.State != open {
		return nil, errReplaced(st, sh)
	}
	return sh, nil
}
