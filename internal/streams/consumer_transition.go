package streams

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// A consumer is in a transition in CREATING and in DELETING. Its document says
// so, and since when, as that of a stream does (transition.go). Without a delay
// there is none: the operation makes the consumer ACTIVE, or removes it.

// deregistering returns st in which its consumer c is DELETING, or gone if there is
// no delay.
func (s *Service) deregistering(st *stream, c *consumer, now time.Time) *stream {
	if s.options.TransitionDelay <= 0 {
		return st.withoutConsumer(c)
	}
	return st.withConsumer(c.entering(kinesis.ConsumerStatusDeleting, now))
}

// finishConsumers ends the transitions of st's consumers that are due.
func (s *Service) finishConsumers(ctx context.Context, st *stream) error {
	_, err := s.catalog.change(ctx, st.streamKey, func(old *stream) (*stream, error) {
		if old == nil || old.id != st.id {
			return old, nil
		}
		next := old
		for _, c := range old.consumers {
			switch {
			case !c.inTransition() || s.remaining(c.Since) > 0:
			case c.Status == kinesis.ConsumerStatusDeleting:
				next = next.withoutConsumer(c)
			default:
				next = next.withConsumer(c.entering(kinesis.ConsumerStatusActive, time.Now()))
			}
		}
		return next, nil
	})
	return err
}

// consumersDue returns how long it is until one of st's consumers is due, below 0
// if none ever is. Those of a stream that is DELETING go with it.
func (s *Service) consumersDue(st *stream) time.Duration {
	wait := time.Duration(-1)
	if st.Status == kinesis.StreamStatusDeleting {
		return wait
	}
	for _, c := range st.consumers {
		if left := s.remaining(c.Since); c.inTransition() && (wait < 0 || left < wait) {
			wait = left
		}
	}
	return wait
}
