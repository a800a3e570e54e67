package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// DisableEnhancedMonitoring turns shard-level metrics of a stream off, ALL of them or
// some. One that is not on is ignored. The stream keeps its status; that it does is
// not documented.
func (s *Service) DisableEnhancedMonitoring(ctx context.Context, caller access.Caller, in *kinesis.DisableEnhancedMonitoringInput) (*kinesis.EnhancedMonitoringOutput, error) {
	return s.changeMonitoring(ctx, caller, in.StreamName, in.StreamARN, in.ShardLevelMetrics, func(on, asked bool) bool { return on && !asked })
}
