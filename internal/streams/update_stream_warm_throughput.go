package streams

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// UpdateStreamWarmThroughput makes an on-demand stream ready for so many MiB/s,
// whatever its load has been, while its account has On-demand Advantage: UPDATING,
// then ACTIVE. It gets as many shards at once, all alike, if it has fewer; if it has
// more, those that are not needed otherwise are merged later (on_demand.go).
//
// The answer tells the target, and what the stream was ready for at the call. In
// which order AWS checks is not documented.
func (s *Service) UpdateStreamWarmThroughput(ctx context.Context, caller access.Caller, in *kinesis.UpdateStreamWarmThroughputInput) (*kinesis.UpdateStreamWarmThroughputOutput, error) {
	st, err := s.find(caller, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	mibps, current := *in.WarmThroughputMiBps, 0
	err = s.reshard(ctx, st.streamKey, func(old *stream) (*stream, error) {
		if err := s.checkWarmThroughput(old.streamKey, old.Mode, mibps); err != nil {
			return nil, err
		}
		current = len(old.ring)
		doc := old.entering(kinesis.StreamStatusUpdating, time.Now())
		doc.WarmMiBps = mibps
		return old.warming(doc), nil
	})
	if err != nil {
		return nil, err
	}
	return &kinesis.UpdateStreamWarmThroughputOutput{
		StreamName:     &st.name,
		StreamARN:      new(st.arn()),
		WarmThroughput: &kinesis.WarmThroughputObject{TargetMiBps: &mibps, CurrentMiBps: new(int32(current))},
	}, nil
}
