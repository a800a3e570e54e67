package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// DescribeChannel finds no channel, because none can be created yet.
func (s *Service) DescribeChannel(_ context.Context, _ access.Caller, in *kinesis.DescribeChannelInput) (*kinesis.DescribeChannelOutput, error) {
	return nil, errNoChannel(*in.ChannelARN)
}
