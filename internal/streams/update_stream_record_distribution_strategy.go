package streams

import (
	"context"
	"strings"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// UpdateStreamRecordDistributionStrategy says where the records of an on-demand
// stream go that are put from now on (distribution.go). It takes effect at once, and
// the stream keeps its status. USER_PARTITION_KEY is accepted for a provisioned
// stream, which knows nothing else, and changes nothing; that it is, is not
// documented.
func (s *Service) UpdateStreamRecordDistributionStrategy(ctx context.Context, caller access.Caller, in *kinesis.UpdateStreamRecordDistributionStrategyInput) (*kinesis.UpdateStreamRecordDistributionStrategyOutput, error) {
	st, err := s.find(caller, nil, in.StreamARN)
	if err != nil {
		return nil, err
	}
	want := kinesis.RecordDistributionStrategy(strings.Clone(string(*in.RecordDistributionStrategy)))
	_, err = s.catalog.change(ctx, st.streamKey, amending(st.streamKey, func(old *stream, doc *streamDocument) error {
		switch {
		case !old.takesPuts():
			return errNotActive(old)
		case old.Mode == kinesis.StreamModeOnDemand:
			doc.Distribution = want
		case want == kinesis.RecordDistributionStrategyAuto:
			return errAutoProvisioned(old.streamKey)
		}
		return nil
	}))
	if err != nil {
		return nil, err
	}
	return &kinesis.UpdateStreamRecordDistributionStrategyOutput{}, nil
}
