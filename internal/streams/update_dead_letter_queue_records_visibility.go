package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// UpdateDeadLetterQueueRecordsVisibility does for dead letters what
// UpdateQueueRecordsVisibility does for records.
func (s *Service) UpdateDeadLetterQueueRecordsVisibility(_ context.Context, caller access.Caller, in *kinesis.UpdateDeadLetterQueueRecordsVisibilityInput) (*kinesis.UpdateDeadLetterQueueRecordsVisibilityOutput, error) {
	handles := handlesOf(in.Entries, func(e *kinesis.UpdateDeadLetterQueueRecordsVisibilityRequestEntry) *string { return e.ReceiptHandle })
	seconds := make([]int32, len(in.Entries))
	for i, e := range in.Entries {
		seconds[i] = *e.VisibilityTimeoutSeconds
	}
	outcomes, err := s.hide(caller, in.QueueARN, true, handles, seconds)
	if err != nil {
		return nil, err
	}
	good, bad := parted(outcomes,
		func(handle *string) kinesis.UpdateDeadLetterQueueRecordsVisibilityResultEntry {
			return kinesis.UpdateDeadLetterQueueRecordsVisibilityResultEntry{ReceiptHandle: handle}
		},
		func(handle, code, message *string) kinesis.UpdateDeadLetterQueueRecordsVisibilityErrorEntry {
			return kinesis.UpdateDeadLetterQueueRecordsVisibilityErrorEntry{ReceiptHandle: handle, ErrorCode: code, ErrorMessage: message}
		})
	return &kinesis.UpdateDeadLetterQueueRecordsVisibilityOutput{Successful: good, Failed: bad}, nil
}
