package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// DescribeStreamConsumer describes a consumer, which is named by its ARN, by its
// stream's ARN and its name, or by all three if they agree.
func (s *Service) DescribeStreamConsumer(_ context.Context, caller access.Caller, in *kinesis.DescribeStreamConsumerInput) (*kinesis.DescribeStreamConsumerOutput, error) {
	st, c, err := s.findConsumer(caller, in.StreamARN, in.ConsumerName, in.ConsumerARN)
	if err != nil {
		return nil, err
	}
	return &kinesis.DescribeStreamConsumerOutput{ConsumerDescription: &kinesis.ConsumerDescription{
		ConsumerName:              &c.name,
		ConsumerARN:               new(st.consumerKey(c).arn()),
		ConsumerStatus:            &c.Status,
		ConsumerCreationTimestamp: c.creation(),
		StreamARN:                 new(st.arn()),
	}}, nil
}
