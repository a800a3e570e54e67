package streams

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// A queue is in a transition in CREATING, UPDATING and DELETING; as a consumer's
// (consumer_transition.go), its document says so, and without a delay there is
// none: the operation leaves the queue as the transition would.

// begun returns st with its queue q in the transition that it has entered, or as
// that leaves it if there is no delay.
func (s *Service) begun(st *stream, q *queue) *stream {
	if s.options.TransitionDelay > 0 {
		return st.withQueue(q)
	}
	return st.settling(q)
}

// settling returns st with its queue q as its transition leaves it.
func (st *stream) settling(q *queue) *stream {
	if settled := q.settled(time.Now()); settled != nil {
		return st.withQueue(settled)
	}
	return st.withoutQueue(q)
}

// changeQueue makes of the queue q of st what fn makes of it, and begins the
// transition that this puts it into; nil leaves it.
func (s *Service) changeQueue(ctx context.Context, st *stream, q *queue, fn func(*queue) (*queue, error)) error {
	_, err := s.catalog.change(ctx, st.streamKey, func(old *stream) (*stream, error) {
		var same *queue
		if old != nil && old.id == st.id {
			same = old.queue(q.id.number)
		}
		if same == nil {
			return nil, errNoQueue(q.arn(st.streamKey))
		}
		next, err := fn(same)
		if err != nil || next == nil {
			return old, err
		}
		return s.begun(old, next), nil
	})
	s.poke() // it may be in doubt whether the change was written
	return err
}

// finishQueues ends the transitions of st's queues that are due.
func (s *Service) finishQueues(ctx context.Context, st *stream) error {
	_, err := s.catalog.change(ctx, st.streamKey, func(old *stream) (*stream, error) {
		if old == nil || old.id != st.id {
			return old, nil
		}
		next := old
		for _, q := range old.queues {
			if q.inTransition() && s.remaining(q.Since) == 0 {
				next = next.settling(q)
			}
		}
		return next, nil
	})
	return err
}

// queuesDue returns how long it is until one of st's queues is due, below 0 if none
// ever is. Those of a stream that is DELETING go with it.
func (s *Service) queuesDue(st *stream) time.Duration {
	wait := time.Duration(-1)
	if st.Status == kinesis.StreamStatusDeleting {
		return wait
	}
	for _, q := range st.queues {
		if left := s.remaining(q.Since); q.inTransition() && (wait < 0 || left < wait) {
			wait = left
		}
	}
	return wait
}
