package streams

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/shardlog"
)

// Stream is the extension API's description of a stream.
func (s *Service) Stream(_ context.Context, caller access.Caller, name string, _ *extapi.Nothing) (*extapi.Stream, error) {
	st, err := s.find(caller, &name, nil)
	if err != nil {
		return nil, err
	}
	return s.extended(st), nil
}

// Streams describes all streams of the caller, by name. There are as many as its
// account may have: no more than a reply can hold.
func (s *Service) Streams(_ context.Context, caller access.Caller, _ string, _ *extapi.Nothing) (*extapi.Streams, error) {
	out := &extapi.Streams{Streams: []extapi.Stream{}}
	for _, st := range s.catalog.now().of(streamKey{account: caller.Account(), region: caller.Region()}) {
		out.Streams = append(out.Streams, *s.extended(st))
	}
	return out, nil
}

func (s *Service) extended(st *stream) *extapi.Stream {
	return &extapi.Stream{
		Name:           st.name,
		ARN:            st.arn(),
		Account:        st.account,
		Region:         st.region,
		Status:         string(st.Status),
		Mode:           string(st.Mode),
		Created:        *st.creation(),
		RetentionHours: st.RetentionHours,
		OpenShards:     len(st.ring),
		Tags:           st.Tags,
		Paused:         timeOrNil(st.Paused),
		Clone:          s.cloneOf(st),
	}
}

// timeOrNil returns m as a time, nil for 0.
func timeOrNil(m shardlog.Millis) *time.Time {
	if m == 0 {
		return nil
	}
	return new(m.Time())
}
