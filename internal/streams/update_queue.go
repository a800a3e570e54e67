package streams

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// UpdateQueue changes attributes of a queue that is ACTIVE: UPDATING, then ACTIVE.
// They hold when that is over, and for what is received from then on; receiving and
// acknowledging go on meanwhile. The answer describes the queue as UPDATING, with the
// new attributes, also where there is no delay. What they mean for records that were
// received already, delivery.go says (adjustLocked).
func (s *Service) UpdateQueue(ctx context.Context, caller access.Caller, in *kinesis.UpdateQueueInput) (*kinesis.UpdateQueueOutput, error) {
	st, q, err := s.findQueue(caller, in.QueueARN)
	if err != nil {
		return nil, err
	}
	var updating *queue
	err = s.changeQueue(ctx, st, q, func(old *queue) (*queue, error) {
		if old.Status != kinesis.QueueStatusActive {
			return nil, errQueueNotActive(st.streamKey, old)
		}
		attributes, err := old.amended(in.QueueAttributes)
		if err != nil {
			return nil, err
		}
		updating = old.entering(kinesis.QueueStatusUpdating, time.Now())
		updating.Next = &attributes
		return updating, nil
	})
	if err != nil {
		return nil, err
	}
	return &kinesis.UpdateQueueOutput{QueueDescription: updating.describe(st)}, nil
}
