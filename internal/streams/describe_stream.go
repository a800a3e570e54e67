package streams

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
)

// DescribeStream describes a stream and a page of its shards, none while it is
// CREATING; at most 100 a page, after ExclusiveStartShardId. Expired shards are
// not described.
func (s *Service) DescribeStream(_ context.Context, caller access.Caller, in *kinesis.DescribeStreamInput) (*kinesis.DescribeStreamOutput, error) {
	st, err := s.find(caller, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	from, err := exclusiveStart(st.streamKey, in.ExclusiveStartShardId)
	if err != nil {
		return nil, err
	}
	d := &kinesis.StreamDescription{
		StreamName:              &st.name,
		StreamARN:               new(st.arn()),
		StreamStatus:            &st.Status,
		StreamModeDetails:       st.modeDetails(),
		Shards:                  []kinesis.Shard{},
		HasMoreShards:           new(false),
		RetentionPeriodHours:    &st.RetentionHours,
		StreamCreationTimestamp: st.creation(),
		EnhancedMonitoring:      st.monitoring(),
	}
	d.EncryptionType, d.KeyId = st.encryption()
	if st.Status != kinesis.StreamStatusCreating {
		l := lineageNow(st, now(), s.horizon(st))
		d.Shards, *d.HasMoreShards = l.pageOf(from, limits.Page(in.Limit, limits.DescribeStreamShards), l.exists)
	}
	return &kinesis.DescribeStreamOutput{StreamDescription: d}, nil
}

func (st *stream) modeDetails() *kinesis.StreamModeDetails {
	return &kinesis.StreamModeDetails{StreamMode: &st.Mode}
}

func (st *stream) creation() *time.Time { return new(time.Unix(st.Created, 0).UTC()) }
