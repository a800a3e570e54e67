package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// AcknowledgeDeadLetterQueueRecords does for dead letters what AcknowledgeQueueRecords
// does for records.
func (s *Service) AcknowledgeDeadLetterQueueRecords(ctx context.Context, caller access.Caller, in *kinesis.AcknowledgeDeadLetterQueueRecordsInput) (*kinesis.AcknowledgeDeadLetterQueueRecordsOutput, error) {
	handles := handlesOf(in.Entries, func(e *kinesis.AcknowledgeDeadLetterQueueRecordsRequestEntry) *string { return e.ReceiptHandle })
	outcomes, err := s.acknowledge(ctx, caller, in.QueueARN, true, handles)
	if err != nil {
		return nil, err
	}
	good, bad := parted(outcomes,
		func(handle *string) kinesis.AcknowledgeDeadLetterQueueRecordsResultEntry {
			return kinesis.AcknowledgeDeadLetterQueueRecordsResultEntry{ReceiptHandle: handle}
		},
		func(handle, code, message *string) kinesis.AcknowledgeDeadLetterQueueRecordsErrorEntry {
			return kinesis.AcknowledgeDeadLetterQueueRecordsErrorEntry{ReceiptHandle: handle, ErrorCode: code, ErrorMessage: message}
		})
	return &kinesis.AcknowledgeDeadLetterQueueRecordsOutput{Successful: good, Failed: bad}, nil
}
