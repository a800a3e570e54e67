package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// UpdateQueueRecordsVisibility says when records that were received and not acknowledged
// are visible again, in seconds from now; 0 is at once. The handle stays good. It is not
// bounded from the receipt on, as far as AWS says.
func (s *Service) UpdateQueueRecordsVisibility(_ context.Context, caller access.Caller, in *kinesis.UpdateQueueRecordsVisibilityInput) (*kinesis.UpdateQueueRecordsVisibilityOutput, error) {
	handles := handlesOf(in.Entries, func(e *kinesis.UpdateQueueRecordsVisibilityRequestEntry) *string { return e.ReceiptHandle })
	seconds := make([]int32, len(in.Entries))
	for i, e := range in.Entries {
		seconds[i] = *e.VisibilityTimeoutSeconds
	}
	outcomes, err := s.hide(caller, in.QueueARN, false, handles, seconds)
	if err != nil {
		return nil, err
	}
	good, bad := parted(outcomes,
		func(handle *string) kinesis.UpdateQueueRecordsVisibilityResultEntry {
			return kinesis.UpdateQueueRecordsVisibilityResultEntry{ReceiptHandle: handle}
		},
		func(handle, code, message *string) kinesis.UpdateQueueRecordsVisibilityErrorEntry {
			return kinesis.UpdateQueueRecordsVisibilityErrorEntry{ReceiptHandle: handle, ErrorCode: code, ErrorMessage: message}
		})
	return &kinesis.UpdateQueueRecordsVisibilityOutput{Successful: good, Failed: bad}, nil
}
