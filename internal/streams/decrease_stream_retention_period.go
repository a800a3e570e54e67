package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// DecreaseStreamRetentionPeriod hides the records that are older than the new
// period, at once and for good; 24 hours is the shortest. The present period is
// accepted, and changes nothing.
func (s *Service) DecreaseStreamRetentionPeriod(ctx context.Context, caller access.Caller, in *kinesis.DecreaseStreamRetentionPeriodInput) (*kinesis.DecreaseStreamRetentionPeriodOutput, error) {
	hours := *in.RetentionPeriodHours
	err := s.changeRetention(ctx, caller, in.StreamName, in.StreamARN, hours, func(st *stream) error {
		if hours > st.RetentionHours {
			return errRetentionDecrease(st, hours)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &kinesis.DecreaseStreamRetentionPeriodOutput{}, nil
}
