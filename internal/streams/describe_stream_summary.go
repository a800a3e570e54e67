package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// DescribeStreamSummary describes a stream without its shards. StreamId, which
// AWS reserves for the future, is left out: clients would send it back.
func (s *Service) DescribeStreamSummary(_ context.Context, caller access.Caller, in *kinesis.DescribeStreamSummaryInput) (*kinesis.DescribeStreamSummaryOutput, error) {
	st, err := s.find(caller, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	d := &kinesis.StreamDescriptionSummary{
		StreamName:              &st.name,
		StreamARN:               new(st.arn()),
		StreamStatus:            &st.Status,
		StreamModeDetails:       st.modeDetails(),
		RetentionPeriodHours:    &st.RetentionHours,
		StreamCreationTimestamp: st.creation(),
		EnhancedMonitoring:      noMonitoring(),
		EncryptionType:          new(kinesis.EncryptionTypeNone),
		OpenShardCount:          new(int32(0)),
		ConsumerCount:           new(int32(len(st.consumers))),
		MaxRecordSizeInKiB:      &st.MaxRecordKiB,
	}
	if st.Status != kinesis.StreamStatusCreating {
		*d.OpenShardCount = int32(len(st.ring))
	}
	d.WarmThroughput = s.warmThroughput(st)
	if st.Distribution != "" {
		d.RecordDistributionStrategy = &st.Distribution
	}
	return &kinesis.DescribeStreamSummaryOutput{StreamDescriptionSummary: d}, nil
}
