package streams

import (
	"context"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// UpdateStreamMode makes a stream provisioned or on-demand: UPDATING, then ACTIVE.
// It keeps its shards; what becomes of them then is said in on_demand.go. A stream may
// change its mode twice in 24 hours. Asked for the mode that a stream has, it does
// nothing, which is not documented; Terraform does ask.
//
// WarmThroughputMiBps is judged and set as by UpdateStreamWarmThroughput. The order
// of the checks is not documented.
func (s *Service) UpdateStreamMode(ctx context.Context, caller access.Caller, in *kinesis.UpdateStreamModeInput) (*kinesis.UpdateStreamModeOutput, error) {
	st, err := s.find(caller, nil, in.StreamARN)
	if err != nil {
		return nil, err
	}
	mode := kinesis.StreamMode(strings.Clone(string(*in.StreamModeDetails.StreamMode)))
	warm := warmth(in.WarmThroughputMiBps)
	err = s.reshard(ctx, st.streamKey, func(old *stream) (*stream, error) {
		if warm > 0 {
			if err := s.checkWarmThroughput(old.streamKey, mode, warm); err != nil {
				return nil, err
			}
		}
		if mode == old.Mode && (warm == 0 || warm == old.WarmMiBps) {
			return old, nil
		}
		now := time.Now()
		doc := old.entering(kinesis.StreamStatusUpdating, now)
		if mode != old.Mode {
			if err := s.checkMode(old, mode, now); err != nil {
				return nil, err
			}
			doc.changeMode(mode, len(old.ring), now)
		}
		if warm > 0 {
			doc.WarmMiBps = warm
		}
		return old.warming(doc), nil
	})
	if err != nil {
		return nil, err
	}
	return &kinesis.UpdateStreamModeOutput{}, nil
}

// checkMode judges a change of mode against how often there may be one, and what
// the account may have in that mode.
func (s *Service) checkMode(st *stream, mode kinesis.StreamMode, now time.Time) error {
	u := s.catalog.now().usage(st.accountKey())
	switch {
	case len(st.ModeChanges) >= limits.ModeChanges && within(st.ModeChanges[len(st.ModeChanges)-limits.ModeChanges], now, limits.ModeChangesWindow):
		return errModeChanges(st.streamKey, limits.ModeChanges)
	case mode == kinesis.StreamModeProvisioned && len(st.queues) > 0:
		return errHasQueues(st.streamKey)
	case mode == kinesis.StreamModeProvisioned:
		return s.checkShardLimit(st.streamKey, st.claim())
	case u.onDemand >= s.onDemandLimit():
		return errOnDemandLimit(st.streamKey, s.onDemandLimit())
	}
	return nil
}

// within reports whether at lies in the window that ends at now. What lies ahead of
// now does not: the clock was set back, and that must not lock anyone out.
func within(at shardlog.Millis, now time.Time, window time.Duration) bool {
	age := now.Sub(at.Time())
	return age >= 0 && age < window
}

// changeMode sets another mode of a stream of so many shards. Only the changes that a
// check may ask for are kept. One that becomes on-demand keeps its shards at first,
// as if some had been hot today.
func (doc *streamDocument) changeMode(mode kinesis.StreamMode, shards int, now time.Time) {
	kept := doc.ModeChanges[max(0, len(doc.ModeChanges)-limits.ModeChanges+1):]
	doc.ModeChanges = append(append([]shardlog.Millis{}, kept...), shardlog.MillisOf(now)) // the snapshot has the old list
	doc.Mode, doc.WarmMiBps = mode, 0
	if mode == kinesis.StreamModeOnDemand {
		doc.Peaks = doc.Peaks.noted(dailyPeak{Day: dayOf(now), Shards: shards})
	}
}
