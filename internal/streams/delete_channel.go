package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// DeleteChannel finds no channel, because none can be created yet.
func (s *Service) DeleteChannel(_ context.Context, _ access.Caller, in *kinesis.DeleteChannelInput) (*kinesis.DeleteChannelOutput, error) {
	return nil, errNoChannel(*in.ChannelARN)
}
