package streams

import (
	"context"
	"slices"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// UpdateShardCount brings a provisioned stream to TargetShardCount shards that are
// alike: UPDATING, then ACTIVE. It does so by splits and merges (scaling.go);
// between them there may be shards that live but for a moment. While it goes on the
// target counts against the account's limit, if it is more than there are.
//
// It leads to at most twice and at least half the open shards, rounded up, to at
// most 10,000, and may be called ten times in 24 hours (API, UpdateShardCount). The
// count that there is may be asked for: shards that are not alike become so. In
// which order AWS checks, and the rounding, is not documented.
func (s *Service) UpdateShardCount(ctx context.Context, caller access.Caller, in *kinesis.UpdateShardCountInput) (*kinesis.UpdateShardCountOutput, error) {
	st, err := s.find(caller, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	target, current := int(*in.TargetShardCount), 0
	err = s.reshard(ctx, st.streamKey, func(st *stream) (*stream, error) {
		if st.Mode == kinesis.StreamModeOnDemand {
			return nil, errOnDemand(st)
		}
		current = len(st.ring)
		if err := s.checkScaling(st, target); err != nil {
			return nil, err
		}
		now := time.Now()
		doc := st.entering(kinesis.StreamStatusUpdating, now)
		doc.Scalings = st.recentScalings(now)
		if len(doc.Scalings) >= limits.UpdateShardCountCalls {
			return nil, errScaledTooOften(st, limits.UpdateShardCountCalls)
		}
		doc.Scalings = append(doc.Scalings, doc.Since)
		return st.scaling(doc, target), nil
	})
	if err != nil {
		return nil, err
	}
	return &kinesis.UpdateShardCountOutput{
		StreamName:        &st.name,
		StreamARN:         new(st.arn()),
		CurrentShardCount: new(int32(current)),
		TargetShardCount:  new(int32(target)),
	}, nil
}

// checkScaling judges a target for st.
func (s *Service) checkScaling(st *stream, target int) error {
	current := len(st.ring)
	const most = limits.UpdateShardCountMax
	switch {
	case target > most, current > most && target == most: // a larger stream may only be brought below it
		return errScaleTooFar(current, target, most)
	case target > 2*current:
		return errScaleUp(current, target)
	case target < (current+1)/2:
		return errScaleDown(current, target)
	case target > current:
		return s.checkShardLimit(st.streamKey, target-current)
	}
	return nil
}

// recentScalings are the times of the calls that count at now.
func (st *stream) recentScalings(now time.Time) []shardlog.Millis {
	return slices.DeleteFunc(slices.Clone(st.Scalings), func(at shardlog.Millis) bool {
		return !within(at, now, limits.UpdateShardCountWindow)
	})
}
