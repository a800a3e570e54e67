package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// EnableEnhancedMonitoring turns shard-level metrics of a stream on. ALL stands for
// every one, and is spelt out in the answer (an example of the AWS CLI's). The
// stream keeps its status; that it does is not documented.
func (s *Service) EnableEnhancedMonitoring(ctx context.Context, caller access.Caller, in *kinesis.EnableEnhancedMonitoringInput) (*kinesis.EnhancedMonitoringOutput, error) {
	return s.changeMonitoring(ctx, caller, in.StreamName, in.StreamARN, in.ShardLevelMetrics, func(on, asked bool) bool { return on || asked })
}
