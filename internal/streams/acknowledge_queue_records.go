package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// AcknowledgeQueueRecords says that records need not be received again, each for
// itself, and that survives a power cut when it returns. A handle stays good when the
// record is visible again, until it is received again; of one that was acknowledged it
// is a success. What AWS makes of these is not documented.
func (s *Service) AcknowledgeQueueRecords(ctx context.Context, caller access.Caller, in *kinesis.AcknowledgeQueueRecordsInput) (*kinesis.AcknowledgeQueueRecordsOutput, error) {
	handles := handlesOf(in.Entries, func(e *kinesis.AcknowledgeQueueRecordsRequestEntry) *string { return e.ReceiptHandle })
	outcomes, err := s.acknowledge(ctx, caller, in.QueueARN, false, handles)
	if err != nil {
		return nil, err
	}
	good, bad := parted(outcomes,
		func(handle *string) kinesis.AcknowledgeQueueRecordsResultEntry {
			return kinesis.AcknowledgeQueueRecordsResultEntry{ReceiptHandle: handle}
		},
		func(handle, code, message *string) kinesis.AcknowledgeQueueRecordsErrorEntry {
			return kinesis.AcknowledgeQueueRecordsErrorEntry{ReceiptHandle: handle, ErrorCode: code, ErrorMessage: message}
		})
	return &kinesis.AcknowledgeQueueRecordsOutput{Successful: good, Failed: bad}, nil
}
