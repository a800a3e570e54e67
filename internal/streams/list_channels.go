package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// ListChannels lists no channel, because none can be created yet. Streams by which
// it is asked to filter need not exist; that is not documented.
func (s *Service) ListChannels(_ context.Context, _ access.Caller, in *kinesis.ListChannelsInput) (*kinesis.ListChannelsOutput, error) {
	if in.NextToken != nil {
		return nil, errTokenInvalid() // none was given
	}
	return &kinesis.ListChannelsOutput{ChannelSummaries: []kinesis.ChannelSummary{}}, nil
}
