package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// IncreaseStreamRetentionPeriod shows the records that are not hidden yet for
// longer, up to 8760 hours; none that was hidden is shown again. The present
// period is accepted, and changes nothing.
func (s *Service) IncreaseStreamRetentionPeriod(ctx context.Context, caller access.Caller, in *kinesis.IncreaseStreamRetentionPeriodInput) (*kinesis.IncreaseStreamRetentionPeriodOutput, error) {
	hours := *in.RetentionPeriodHours
	err := s.changeRetention(ctx, caller, in.StreamName, in.StreamARN, hours, func(st *stream) error {
		if hours < st.RetentionHours {
			return errRetentionIncrease(st, hours)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &kinesis.IncreaseStreamRetentionPeriodOutput{}, nil
}
