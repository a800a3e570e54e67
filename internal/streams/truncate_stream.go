package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/shardlog"
)

// TruncateStream deletes the records of a stream that arrived before an instant,
// as retention would, for good. What PurgeStream says of shards and iterators
// holds here, too. An instant that is still to come is refused: what arrives until
// then would not be deleted.
func (s *Service) TruncateStream(ctx context.Context, caller access.Caller, name string, in *extapi.TruncateRequest) (*extapi.TrimResult, error) {
	st, err := s.trimmable(caller, name)
	if err != nil {
		return nil, err
	}
	before, now := shardlog.MillisOf(in.Before), now()
	switch {
	case in.Before.IsZero():
		return nil, errNoBefore()
	case before > now:
		return nil, errBeforeAhead(before, now)
	}
	return s.trimBefore(ctx, st, before)
}
