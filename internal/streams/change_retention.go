package streams

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
)

// changeRetention makes hours the retention of the stream that a request means.
// wrong judges hours by the present one, which both operations accept. Then the
// stream passes UPDATING, for which it must be ACTIVE; what it hides, it hides
// from the beginning of that, and for good (keeping.go).
//
// The order, in which the stream's status comes last, is not documented.
func (s *Service) changeRetention(ctx context.Context, caller access.Caller, name, arn *string, hours int32, wrong func(*stream) error) error {
	st, err := s.find(caller, name, arn)
	if err != nil {
		return err
	}
	return s.begin(ctx, st.streamKey, amending(st.streamKey, func(old *stream, doc *streamDocument) error {
		if hours < limits.RetentionHoursMin {
			return errRetentionTooShort(hours)
		}
		if hours > limits.RetentionHoursMax {
			return errRetentionTooLong(hours)
		}
		if err := wrong(old); err != nil || hours == old.RetentionHours {
			return err
		}
		if old.Status != kinesis.StreamStatusActive {
			return errNotActive(old)
		}
		*doc = old.entering(kinesis.StreamStatusUpdating, time.Now())
		doc.RetentionHours = hours
		return nil
	}))
}
