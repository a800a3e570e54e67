package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// UpdateChannel finds no channel, because none can be created yet.
func (s *Service) UpdateChannel(_ context.Context, _ access.Caller, in *kinesis.UpdateChannelInput) (*kinesis.UpdateChannelOutput, error) {
	return nil, errNoChannel(*in.ChannelARN)
}
