package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// ReceiveDeadLetterQueueRecords receives dead letters as ReceiveQueueRecords does
// records. That it counts in ReceiveCount, and that FirstReceiveTimestamp stays, is not
// documented.
func (s *Service) ReceiveDeadLetterQueueRecords(ctx context.Context, caller access.Caller, in *kinesis.ReceiveDeadLetterQueueRecordsInput) (*kinesis.ReceiveDeadLetterQueueRecordsOutput, error) {
	records, err := s.receive(ctx, caller, true, (*kinesis.ReceiveQueueRecordsInput)(in))
	if err != nil {
		return nil, err
	}
	return &kinesis.ReceiveDeadLetterQueueRecordsOutput{QueueRecords: records}, nil
}
