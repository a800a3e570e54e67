package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/shardlog"
)

// ResumeStream ends a pause. It does nothing to a stream that is not paused.
func (s *Service) ResumeStream(ctx context.Context, caller access.Caller, name string, _ *extapi.Nothing) (*extapi.Stream, error) {
	return s.setPaused(ctx, caller, name, func(shardlog.Millis) shardlog.Millis { return 0 })
}
