package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// ReceiveQueueRecords receives records, in no order, at most 10 and 10 MiB together, and
// hides them for a while; it waits until there is one. ReceiveCount counts this receive.
// A queue in CREATING has none yet, one in DELETING is not found. Where so many are in
// flight that there may be no more, ThrottlingException says so, and those that are
// visible again are received all the same. None of this is documented.
//
// The Data of the records belong to the log and must not be written to.
func (s *Service) ReceiveQueueRecords(ctx context.Context, caller access.Caller, in *kinesis.ReceiveQueueRecordsInput) (*kinesis.ReceiveQueueRecordsOutput, error) {
	records, err := s.receive(ctx, caller, false, in)
	if err != nil {
		return nil, err
	}
	return &kinesis.ReceiveQueueRecordsOutput{QueueRecords: records}, nil
}
