package streams

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// DeleteStream removes a stream with its records: DELETING, then gone. It is
// allowed in CREATING too, and does nothing in DELETING. That it is refused in
// UPDATING is not confirmed of AWS. Its consumers go with it, if in says so; else
// a stream that has any is in use. While it has queues it is in use whatever in says: that
// EnforceConsumerDeletion does not reach them is not documented.
func (s *Service) DeleteStream(ctx context.Context, caller access.Caller, in *kinesis.DeleteStreamInput) (*kinesis.DeleteStreamOutput, error) {
	st, err := s.find(caller, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	err = s.begin(ctx, st.streamKey, func(old *stream) (*stream, error) {
		switch {
		case old == nil:
			return nil, errNoStream(st.streamKey)
		case old.Status == kinesis.StreamStatusDeleting:
			return old, nil
		case old.Status == kinesis.StreamStatusUpdating:
			return nil, errNotActive(old)
		case len(old.queues) > 0:
			return nil, errHasQueues(old.streamKey)
		}
		if len(old.consumers) > 0 && (in.EnforceConsumerDeletion == nil || !*in.EnforceConsumerDeletion) {
			return nil, errHasConsumers(old.streamKey)
		}
		next := old.revised(old.entering(kinesis.StreamStatusDeleting, time.Now()), old.shards)
		for _, c := range old.consumers {
			next = next.withConsumer(c.entering(kinesis.ConsumerStatusDeleting, time.Now()))
		}
		return next, nil
	})
	if err != nil {
		return nil, err
	}
	return &kinesis.DeleteStreamOutput{}, nil
}
