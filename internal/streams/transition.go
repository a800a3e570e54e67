package streams

import (
	"context"
	"fmt"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/shardlog"
)

// A stream in CREATING, UPDATING or DELETING is in a transition. Its document
// says so before anything is done, and since when; so whoever stops half-way,
// the transition is found at the next start and finished.
//
// With a delay of zero the operation that began a transition also finishes it.
// Else, and when finishing failed, the goroutine of runTransitions does. Both may
// try at once: each step may be repeated.

// transitionRetry is how long a transition that failed waits.
const transitionRetry = time.Second

// begin makes a change that puts the stream at key into a transition, or
// creates it in one, and finishes that if there is to be no delay.
func (s *Service) begin(ctx context.Context, key streamKey, fn func(*stream) (*stream, error)) error {
	st, err := s.catalog.change(ctx, key, fn)
	if err != nil {
		s.poke() // the change may have met, or left in doubt, a transition that nobody knows of
		return err
	}
	if !inTransition(st) {
		return nil
	}
	if s.options.TransitionDelay > 0 {
		s.poke()
		return nil
	}
	// From here on the transition is durable; that the caller goes away does
	// not stop it, and that we fail does not fail the operation.
	if err := s.finish(context.WithoutCancel(ctx), st); err != nil {
		s.options.Logger.Warn("transition will be tried again", "stream", st.name, "status", st.Status, "err", err)
		s.poke()
	}
	return nil
}

func inTransition(st *stream) bool {
	return st != nil && st.Status != kinesis.StreamStatusActive
}

// finish ends the transition that st is in. It may be called when another call
// has already done so.
func (s *Service) finish(ctx context.Context, st *stream) error {
	switch st.Status {
	case kinesis.StreamStatusCreating:
		return s.finishCreating(ctx, st)
	case kinesis.StreamStatusUpdating:
		if st.Encrypting != nil {
			return s.finishEncrypting(ctx, st)
		}
		return s.finishReshard(ctx, st)
	case kinesis.StreamStatusDeleting:
		return s.finishDeleting(ctx, st)
	}
	return nil
}

func (s *Service) finishCreating(ctx context.Context, st *stream) error {
	if st.isCopying() {
		return s.abandonClone(ctx, st)
	}
	_, err := s.catalog.change(ctx, st.streamKey, func(old *stream) (*stream, error) {
		if !old.is(st) {
			return old, nil
		}
		return old.revised(old.entering(kinesis.StreamStatusActive, time.Now()), old.shards), nil
	})
	return err
}

// finishDeleting drops the records first: a stream whose document is gone must
// have none left.
func (s *Service) finishDeleting(ctx context.Context, st *stream) error {
	if err := s.log.Drop(ctx, st.id); err != nil {
		return fmt.Errorf("drop stream %s: %w", st.name, err)
	}
	s.clones.Delete(st.id) // it may not have had its turn
	_, err := s.catalog.change(ctx, st.streamKey, func(old *stream) (*stream, error) {
		if !old.is(st) {
			return old, nil
		}
		return nil, nil
	})
	return err
}

// is reports whether st, which may be nil, still is the stream that it was as
// o, in the same transition.
func (st *stream) is(o *stream) bool {
	return st != nil && st.id == o.id && st.Status == o.Status && st.Since == o.Since
}

// poke tells the goroutine of transitions to look again.
func (s *Service) poke() {
	select {
	case s.wake <- struct{}{}:
	default: // it has been told and has not looked yet
	}
}

// runTransitions finishes transitions when their delay has passed.
func (s *Service) runTransitions(ctx context.Context) {
	for ctx.Err() == nil {
		wait := s.finishDue(ctx)
		var timer <-chan time.Time
		if wait >= 0 {
			timer = time.After(wait)
		}
		select {
		case <-s.wake:
		case <-timer:
		case <-ctx.Done():
		}
	}
}

// finishDue finishes all transitions that are due, and returns how long it is
// to the next one, below 0 if there is none.
func (s *Service) finishDue(ctx context.Context) time.Duration {
	next := time.Duration(-1)
	later := func(d time.Duration) {
		if next < 0 || d < next {
			next = d
		}
	}
	try := func(st *stream, wait time.Duration, finish func(context.Context, *stream) error) {
		if wait > 0 {
			later(wait)
		}
		if wait != 0 {
			return
		}
		if err := finish(ctx, st); err != nil && ctx.Err() == nil {
			s.options.Logger.Warn("transition will be tried again", "stream", st.name, "status", st.Status, "err", err)
			later(transitionRetry)
		}
	}
	for _, st := range s.catalog.now().sorted {
		try(st, s.due(st), s.finish)
		try(st, s.consumersDue(st), s.finishConsumers)
		try(st, s.queuesDue(st), s.finishQueues)
	}
	return next
}

// due returns how long it is until the transition of st is to be finished, below
// 0 if it is in none.
func (s *Service) due(st *stream) time.Duration {
	if !inTransition(st) {
		return -1
	}
	return s.remaining(st.Since)
}

// remaining returns how long what entered a transition at since stays in it, 0 if
// that is over. It exceeds the delay only if the clock was set back; that must not
// keep anything for ever.
func (s *Service) remaining(since shardlog.Millis) time.Duration {
	left := time.Until(since.Time().Add(s.options.TransitionDelay))
	if left < 0 || left > s.options.TransitionDelay {
		return 0
	}
	return left
}
