package streams

import (
	"context"
	"slices"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// shardMetrics are all metrics that there are of a shard, in the model's order. What
// the catalog keeps and answers show are some of them, in this order: that of AWS's
// answers has no meaning.
var shardMetrics = []kinesis.MetricsName{
	kinesis.MetricsNameIncomingBytes,
	kinesis.MetricsNameIncomingRecords,
	kinesis.MetricsNameOutgoingBytes,
	kinesis.MetricsNameOutgoingRecords,
	kinesis.MetricsNameWriteProvisionedThroughputExceeded,
	kinesis.MetricsNameReadProvisionedThroughputExceeded,
	kinesis.MetricsNameIteratorAgeMilliseconds,
}

// changeMonitoring sets which metrics of the shards of a stream are on: those of
// which want says so, told whether they are on now and whether the request names
// them. The answer has those before and after. The stream must be ACTIVE or
// UPDATING.
func (s *Service) changeMonitoring(ctx context.Context, caller access.Caller, name, arn *string, asked []kinesis.MetricsName, want func(on, asked bool) bool) (*kinesis.EnhancedMonitoringOutput, error) {
	st, err := s.find(caller, name, arn)
	if err != nil {
		return nil, err
	}
	all := slices.Contains(asked, kinesis.MetricsNameAll)
	var before, after []kinesis.MetricsName
	st, err = s.catalog.change(ctx, st.streamKey, amending(st.streamKey, func(old *stream, doc *streamDocument) error {
		if !old.takesPuts() {
			return errNotActive(old)
		}
		before, after = old.Monitoring, nil
		for _, m := range shardMetrics {
			if want(slices.Contains(before, m), all || slices.Contains(asked, m)) {
				after = append(after, m)
			}
		}
		doc.Monitoring = after
		return nil
	}))
	if err != nil {
		return nil, err
	}
	return &kinesis.EnhancedMonitoringOutput{
		StreamName:               &st.name,
		StreamARN:                new(st.arn()),
		CurrentShardLevelMetrics: listed(before),
		DesiredShardLevelMetrics: listed(after),
	}, nil
}

// monitoring describes which metrics are on: one list, empty if none is.
func (st *stream) monitoring() []kinesis.EnhancedMetrics {
	return []kinesis.EnhancedMetrics{{ShardLevelMetrics: listed(st.Monitoring)}}
}

// listed returns metrics as a list that is there though it be empty.
func listed(metrics []kinesis.MetricsName) []kinesis.MetricsName {
	if metrics == nil {
		return []kinesis.MetricsName{}
	}
	return metrics
}
