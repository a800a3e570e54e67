package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// DescribeQueue describes a queue, in whatever state it is.
func (s *Service) DescribeQueue(_ context.Context, caller access.Caller, in *kinesis.DescribeQueueInput) (*kinesis.DescribeQueueOutput, error) {
	st, q, err := s.findQueue(caller, in.QueueARN)
	if err != nil {
		return nil, err
	}
	return &kinesis.DescribeQueueOutput{QueueDescription: q.describe(st)}, nil
}
