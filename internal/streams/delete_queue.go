package streams

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// DeleteQueue removes a queue with all that is known of its deliveries: DELETING, in
// which nothing is received any more, then gone. It is allowed in whatever state, and
// does nothing in DELETING. The stream and its records are not touched.
func (s *Service) DeleteQueue(ctx context.Context, caller access.Caller, in *kinesis.DeleteQueueInput) (*kinesis.DeleteQueueOutput, error) {
	st, q, err := s.findQueue(caller, in.QueueARN)
	if err != nil {
		return nil, err
	}
	err = s.changeQueue(ctx, st, q, func(old *queue) (*queue, error) {
		if old.Status == kinesis.QueueStatusDeleting {
			return nil, nil
		}
		return old.entering(kinesis.QueueStatusDeleting, time.Now()), nil
	})
	if err != nil {
		return nil, err
	}
	return &kinesis.DeleteQueueOutput{}, nil
}
