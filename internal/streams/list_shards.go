package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
)

// ListShards lists the shards of a stream that a filter selects, by id, at most
// 1000 a page. All pages show the stream as it was at the first: a reshard
// between two pages makes neither a hole nor an overlap. A stream that is
// neither ACTIVE nor UPDATING is in use.
//
// Of the members besides NextToken, MaxResults counts, and ShardFilter is
// ignored: the token has the first page's.
func (s *Service) ListShards(_ context.Context, caller access.Caller, in *kinesis.ListShardsInput) (*kinesis.ListShardsOutput, error) {
	if in.NextToken == nil && in.StreamName == nil && in.StreamARN == nil {
		return nil, errNoNameNorToken()
	}
	if in.NextToken == nil {
		return s.listFirst(caller, in)
	}
	return s.listNext(caller, in)
}

func (s *Service) listFirst(caller access.Caller, in *kinesis.ListShardsInput) (*kinesis.ListShardsOutput, error) {
	st, err := s.find(caller, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	if in.StreamCreationTimestamp != nil && in.StreamCreationTimestamp.Unix() != st.Created {
		return nil, errNoStream(st.streamKey) // another stream that had the name
	}
	if !st.takesPuts() {
		return nil, errNotActive(st)
	}
	l := lineageNow(st, now(), s.horizon(st))
	n, after, err := listingOf(l, in.ShardFilter)
	if err != nil {
		return nil, err
	}
	from, err := exclusiveStart(st.streamKey, in.ExclusiveStartShardId)
	if err != nil {
		return nil, err
	}
	filtered, err := exclusiveStart(st.streamKey, after)
	if err != nil {
		return nil, err
	}
	return s.listPage(l, n, max(from, filtered), in.MaxResults), nil
}

func (s *Service) listNext(caller access.Caller, in *kinesis.ListShardsInput) (*kinesis.ListShardsOutput, error) {
	switch {
	case in.StreamName != nil || in.StreamARN != nil:
		return nil, errNameAndToken()
	case in.StreamCreationTimestamp != nil:
		return nil, errTokenAnd("StreamCreationTimestamp")
	case in.ExclusiveStartShardId != nil:
		return nil, errTokenAnd("ExclusiveStartShardId")
	}
	p, err := s.tokens.openShards(*in.NextToken, now())
	if err != nil {
		return nil, err
	}
	st := s.catalog.now().byID[p.stream]
	if st == nil || !st.owns(caller) {
		return nil, errNoStream(streamKey{caller.Account(), caller.Region(), p.name})
	}
	if !st.takesPuts() {
		return nil, errNotActive(st)
	}
	return s.listPage(lineageAt(st, p.asOf, s.horizon(st)), p.listing, int64(p.after)+1, in.MaxResults), nil
}

// listPage makes the page of n that begins at the shard number from.
func (s *Service) listPage(l lineage, n listing, from int64, maxResults *int32) *kinesis.ListShardsOutput {
	most := limits.Page(maxResults, limits.ListShardsShards)
	list, more := l.pageOf(from, most, func(sh *shard) bool { return n.has(l, sh) })
	out := &kinesis.ListShardsOutput{Shards: list}
	if more {
		last, _ := parseShardID(*list[len(list)-1].ShardId)
		out.NextToken = new(s.tokens.nextShards(shardPage{stream: l.st.id, name: l.st.name, listing: n, after: last}, now()))
	}
	return out
}
