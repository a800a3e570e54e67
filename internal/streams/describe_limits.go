package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// DescribeLimits tells the limits of the caller's account in the caller's region,
// and what counts against them: what CreateStream judges by, so that who plans by
// this, as Terraform does, is not refused. That shards of on-demand streams are not
// in OpenShardCount is not documented. There are no channels, and none are counted.
func (s *Service) DescribeLimits(_ context.Context, caller access.Caller, _ *kinesis.DescribeLimitsInput) (*kinesis.DescribeLimitsOutput, error) {
	u := s.catalog.now().usage(accountKey{caller.Account(), caller.Region()})
	return &kinesis.DescribeLimitsOutput{
		ShardLimit:               new(int32(s.shardLimit(caller.Region()))),
		OpenShardCount:           new(int32(u.shards)),
		OnDemandStreamCount:      new(int32(u.onDemand)),
		OnDemandStreamCountLimit: new(int32(s.onDemandLimit())),
	}, nil
}
