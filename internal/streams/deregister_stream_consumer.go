package streams

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// DeregisterStreamConsumer removes a consumer: DELETING, then gone. It is allowed
// in CREATING too, and does nothing in DELETING. What is subscribed with it ends.
func (s *Service) DeregisterStreamConsumer(ctx context.Context, caller access.Caller, in *kinesis.DeregisterStreamConsumerInput) (*kinesis.DeregisterStreamConsumerOutput, error) {
	st, c, err := s.findConsumer(caller, in.StreamARN, in.ConsumerName, in.ConsumerARN)
	if err != nil {
		return nil, err
	}
	_, err = s.catalog.change(ctx, st.streamKey, func(old *stream) (*stream, error) {
		same := old.sameConsumer(st, c)
		switch {
		case same == nil:
			return nil, errNoConsumer(st.streamKey, c.name)
		case same.Status == kinesis.ConsumerStatusDeleting:
			return old, nil
		}
		return s.deregistering(old, same, time.Now()), nil
	})
	s.poke() // it may be in doubt whether the change was written
	if err != nil {
		return nil, err
	}
	return &kinesis.DeregisterStreamConsumerOutput{}, nil
}
