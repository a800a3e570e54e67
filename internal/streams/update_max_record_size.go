package streams

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// UpdateMaxRecordSize bounds the records that are put from now on; those that are
// there stay readable. That the stream passes UPDATING, for which it must be ACTIVE,
// and that the present size is accepted and changes nothing, is not documented.
func (s *Service) UpdateMaxRecordSize(ctx context.Context, caller access.Caller, in *kinesis.UpdateMaxRecordSizeInput) (*kinesis.UpdateMaxRecordSizeOutput, error) {
	st, err := s.find(caller, nil, in.StreamARN)
	if err != nil {
		return nil, err
	}
	err = s.begin(ctx, st.streamKey, amending(st.streamKey, func(old *stream, doc *streamDocument) error {
		if *in.MaxRecordSizeInKiB == old.MaxRecordKiB {
			return nil
		}
		if old.Status != kinesis.StreamStatusActive {
			return errNotActive(old)
		}
		*doc = old.entering(kinesis.StreamStatusUpdating, time.Now())
		doc.MaxRecordKiB = *in.MaxRecordSizeInKiB
		return nil
	}))
	if err != nil {
		return nil, err
	}
	return &kinesis.UpdateMaxRecordSizeOutput{}, nil
}
