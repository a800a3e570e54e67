package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// RestoreDeadLetterQueueRecords makes of dead letters records that were never received,
// visible at once, and that survives a power cut when it returns.
func (s *Service) RestoreDeadLetterQueueRecords(ctx context.Context, caller access.Caller, in *kinesis.RestoreDeadLetterQueueRecordsInput) (*kinesis.RestoreDeadLetterQueueRecordsOutput, error) {
	handles := handlesOf(in.Entries, func(e *kinesis.RestoreDeadLetterQueueRecordsRequestEntry) *string { return e.ReceiptHandle })
	outcomes, err := s.restore(ctx, caller, in.QueueARN, handles)
	if err != nil {
		return nil, err
	}
	good, bad := parted(outcomes,
		func(handle *string) kinesis.RestoreDeadLetterQueueRecordsResultEntry {
			return kinesis.RestoreDeadLetterQueueRecordsResultEntry{ReceiptHandle: handle}
		},
		func(handle, code, message *string) kinesis.RestoreDeadLetterQueueRecordsErrorEntry {
			return kinesis.RestoreDeadLetterQueueRecordsErrorEntry{ReceiptHandle: handle, ErrorCode: code, ErrorMessage: message}
		})
	return &kinesis.RestoreDeadLetterQueueRecordsOutput{Successful: good, Failed: bad}, nil
}
