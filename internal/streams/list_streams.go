package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
)

// ListStreams lists the caller's streams by name, at most 100 a page, after
// NextToken or ExclusiveStartStreamName; that the token counts if both are given
// is not documented.
func (s *Service) ListStreams(_ context.Context, caller access.Caller, in *kinesis.ListStreamsInput) (*kinesis.ListStreamsOutput, error) {
	now := now()
	after := streamKey{account: caller.Account(), region: caller.Region()}
	if in.NextToken != nil {
		name, err := s.tokens.openStreams(*in.NextToken, now)
		if err != nil {
			return nil, err
		}
		after.name = name
	} else if in.ExclusiveStartStreamName != nil {
		after.name = *in.ExclusiveStartStreamName
	}

	list := s.catalog.now().of(after)
	most := limits.Page(in.Limit, limits.ListStreamsStreams)
	out := &kinesis.ListStreamsOutput{HasMoreStreams: new(len(list) > most)}
	list = list[:min(most, len(list))]
	out.StreamNames = make([]string, len(list))
	out.StreamSummaries = make([]kinesis.StreamSummary, len(list))
	for i, st := range list {
		out.StreamNames[i] = st.name
		out.StreamSummaries[i] = kinesis.StreamSummary{
			StreamName:              &st.name,
			StreamARN:               new(st.arn()),
			StreamStatus:            &st.Status,
			StreamModeDetails:       st.modeDetails(),
			StreamCreationTimestamp: st.creation(),
		}
	}
	if *out.HasMoreStreams {
		out.NextToken = new(s.tokens.nextStreams(out.StreamNames[most-1], now))
	}
	return out, nil
}
