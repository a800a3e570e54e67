package streams

import (
	"context"
	"fmt"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// Initial is a stream that is to be there when operations are answered.
type Initial struct {
	Caller access.Caller
	Create *kinesis.CreateStreamInput
	// RetentionHours is 0 for AWS's default.
	RetentionHours int32
}

// EnsureStreams makes those of list that are not there, ACTIVE whatever the
// transition delay. One that is there is left as it is, with a warning if it
// differs. It is called after Load and before any operation. An error says that
// one cannot be made as it is asked for.
func (s *Service) EnsureStreams(ctx context.Context, list []Initial) error {
	for _, i := range list {
		key := streamKey{i.Caller.Account(), i.Caller.Region(), *i.Create.StreamName}
		made := false
		_, err := s.catalog.change(ctx, key, func(old *stream) (*stream, error) {
			if made = old == nil; !made {
				s.compareInitial(old, i)
				return old, nil
			}
			return s.initial(key, i)
		})
		if err != nil {
			return fmt.Errorf("initial stream %s in account %s and region %s: %w", key.name, key.account, key.region, err)
		}
		if made {
			s.options.Logger.Info("initial stream made", "stream", key.name, "account", key.account, "region", key.region)
		}
	}
	return nil
}

// initial returns the new stream at key that i asks for.
func (s *Service) initial(key streamKey, i Initial) (*stream, error) {
	doc := newDocument(i.Create, time.Now())
	doc.Status = kinesis.StreamStatusActive
	if i.RetentionHours != 0 {
		doc.RetentionHours = i.RetentionHours
	}
	count := shardCount(i.Create, doc)
	if err := s.checkLimits(key, doc.Mode, count); err != nil {
		return nil, err
	}
	if err := checkTags(key, i.Create.Tags); err != nil {
		return nil, err
	}
	return s.created(key, doc, count), nil
}

// compareInitial warns if st is not what i asks for. How many shards a stream has
// and how long it is kept is changed by operations; they must not be undone.
func (s *Service) compareInitial(st *stream, i Initial) {
	var differs []any
	differ := func(what string, is, want any) {
		if is != want {
			differs = append(differs, what, fmt.Sprintf("%v, not %v", is, want))
		}
	}
	if i.Create.StreamModeDetails != nil {
		differ("mode", st.Mode, *i.Create.StreamModeDetails.StreamMode)
	}
	if i.Create.ShardCount != nil {
		differ("shards", len(st.ring), int(*i.Create.ShardCount))
	}
	if i.RetentionHours != 0 {
		differ("retention_hours", st.RetentionHours, i.RetentionHours)
	}
	if len(differs) > 0 {
		s.options.Logger.Warn("initial stream is there already, and is left as it is",
			append([]any{"stream", st.name, "account", st.account, "region", st.region}, differs...)...)
	}
}
