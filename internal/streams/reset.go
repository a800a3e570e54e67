package streams

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/change"
	"github.com/freshet/freshet/internal/shardlog"
)

// Name is where a stream's name is looked up.
type Name struct{ Account, Region, Name string }

// resetsAtOnce is how many streams' records are dropped at once: the log syncs
// them together.
const resetsAtOnce = 64

// Reset deletes the streams of an account and a region, "" for any, whatever
// state they are in and whatever the transition delay, and returns their names.
// They are all gone when it returns; one that is made meanwhile under an old name
// is another stream. With an error some are DELETING still, and Run goes on.
//
// However many streams there are, the store writes twice.
func (s *Service) Reset(ctx context.Context, account, region string) ([]Name, error) {
	has := func(st *stream) bool {
		return (account == "" || st.account == account) && (region == "" || st.region == region)
	}
	ctx = context.WithoutCancel(ctx) // half a reset is of no use
	gone, err := s.catalog.changeAll(ctx, has, func(st *stream) *stream {
		if st.Status == kinesis.StreamStatusDeleting {
			return st
		}
		return st.revised(st.entering(kinesis.StreamStatusDeleting, time.Now()), st.shards)
	})
	if err != nil || len(gone) == 0 {
		return nil, err
	}
	// From here on the deletion is durable.
	defer s.poke()
	var g errgroup.Group
	g.SetLimit(resetsAtOnce)
	change.Say(ctx, "streams", len(gone), 0)
	names := make([]Name, len(gone))
	ours := map[shardlog.StreamID]bool{}
	for i, st := range gone {
		names[i] = Name{st.account, st.region, st.name}
		ours[st.id] = true
		s.clones.Delete(st.id)
		g.Go(func() error {
			if err := s.log.Drop(ctx, st.id); err != nil {
				return fmt.Errorf("drop stream %s: %w", st.name, err)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	_, err = s.catalog.changeAll(ctx, func(st *stream) bool { return ours[st.id] }, func(*stream) *stream { return nil })
	return names, err
}
