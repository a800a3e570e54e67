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
		EnhancedMonitoring:      st.monitoring(),
		OpenShardCount:          new(int32(0)),
		ConsumerCount:           new(int32(len(st.consumers))),
		MaxRecordSizeInKiB:      &st.MaxRecordKiB,
		ChannelCount:            new(int32(0)),
		QueueCount:              new(int32(len(st.queues))),

		RecordDistributionStrategy: st.strategy(),
	}
	d.EncryptionType, d.KeyId = st.encryption()
	if st.Status != kinesis.StreamStatusCreating {
		*d.OpenShardCount = int32(len(st.ring))
	}
	d.WarmThroughput = s.warmThroughput(st)
	return &kinesis.DescribeStreamSummaryOutput{StreamDescriptionSummary: d}, nil
}
