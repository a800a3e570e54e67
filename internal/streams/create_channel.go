package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// CreateChannel is refused: nothing delivers records elsewhere yet. What AWS would
// refuse is refused before: another number of streams or of destinations than one,
// an unknown stream, one that is not on-demand. The codes and texts are not
// documented.
//
// Unlike AWS, which would make the channel.
func (s *Service) CreateChannel(_ context.Context, caller access.Caller, in *kinesis.CreateChannelInput) (*kinesis.CreateChannelOutput, error) {
	if len(in.StreamConfigurationList) != 1 {
		return nil, errChannelStreams(len(in.StreamConfigurationList))
	}
	if (in.S3DestinationConfiguration == nil) == (in.S3TablesDestinationConfiguration == nil) {
		return nil, errChannelDestination()
	}
	st, err := s.find(caller, nil, in.StreamConfigurationList[0].StreamARN)
	if err != nil {
		return nil, err
	}
	if st.Mode != kinesis.StreamModeOnDemand {
		return nil, errChannelProvisioned(st.streamKey)
	}
	return nil, errNoChannels()
}
