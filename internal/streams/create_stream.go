package streams

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// CreateStream makes a stream: CREATING, then ACTIVE. It refuses a name that is
// taken, be it by a stream in DELETING, and what goes over the account's limits,
// before it allocates anything for a count.
//
// Without ShardCount there are four shards (observed, 2022). A stream in mode
// ON_DEMAND begins with four whatever is asked for, and with more if it is to be warm
// for more; that a ShardCount is ignored then is not documented. Tags hold from
// CREATING on.
func (s *Service) CreateStream(ctx context.Context, caller access.Caller, in *kinesis.CreateStreamInput) (*kinesis.CreateStreamOutput, error) {
	key := streamKey{caller.Account(), caller.Region(), *in.StreamName}.clone()
	doc := newDocument(in, time.Now())
	count := shardCount(in, doc)
	err := s.begin(ctx, key, func(old *stream) (*stream, error) {
		if old != nil {
			return nil, errStreamExists(key)
		}
		if err := s.checkLimits(key, doc.Mode, count); err != nil {
			return nil, err
		}
		if doc.WarmMiBps > 0 {
			if err := s.checkWarmThroughput(key, doc.Mode, doc.WarmMiBps); err != nil {
				return nil, err
			}
		}
		if doc.Distribution == kinesis.RecordDistributionStrategyAuto && doc.Mode != kinesis.StreamModeOnDemand {
			return nil, errAutoProvisioned(key)
		}
		if err := checkTags(key, in.Tags); err != nil {
			return nil, err
		}
		return s.created(key, doc, count), nil
	})
	if err != nil {
		return nil, err
	}
	return &kinesis.CreateStreamOutput{}, nil
}

// newDocument returns what in asks for, with AWS's defaults.
func newDocument(in *kinesis.CreateStreamInput, now time.Time) streamDocument {
	doc := streamDocument{
		Status:         kinesis.StreamStatusCreating,
		Since:          shardlog.MillisOf(now),
		Created:        now.Unix(),
		Mode:           kinesis.StreamModeProvisioned,
		RetentionHours: limits.RetentionHoursDefault,
		MaxRecordKiB:   limits.RecordKiBDefault,
		WarmMiBps:      warmth(in.WarmThroughputMiBps),
		Tags:           cloneTags(in.Tags),
	}
	if in.StreamModeDetails != nil {
		doc.Mode = kinesis.StreamMode(strings.Clone(string(*in.StreamModeDetails.StreamMode)))
	}
	if in.MaxRecordSizeInKiB != nil {
		doc.MaxRecordKiB = *in.MaxRecordSizeInKiB
	}
	if in.RecordDistributionStrategy != nil {
		doc.Distribution = kinesis.RecordDistributionStrategy(strings.Clone(string(*in.RecordDistributionStrategy)))
	}
	return doc
}

func shardCount(in *kinesis.CreateStreamInput, doc streamDocument) int {
	switch {
	case doc.Mode == kinesis.StreamModeOnDemand:
		return max(limits.ShardsByDefault, int(doc.WarmMiBps))
	case in.ShardCount == nil:
		return limits.ShardsByDefault
	}
	return int(*in.ShardCount)
}

// checkLimits judges a stream of count shards against what key's account has.
// A limit on shards counts those that are open, of provisioned streams.
func (s *Service) checkLimits(key streamKey, mode kinesis.StreamMode, count int) error {
	u := s.catalog.now().usage(key.accountKey())
	if mode == kinesis.StreamModeProvisioned {
		if err := s.checkShardLimit(key, count); err != nil {
			return err
		}
	}
	switch {
	case mode == kinesis.StreamModeOnDemand && u.onDemand >= s.onDemandLimit():
		return errOnDemandLimit(key, s.onDemandLimit())
	case u.creating >= limits.StreamsCreating:
		return errTooManyCreating(key, u.creating)
	}
	return nil
}

// created makes the stream. Without a delay nobody ever sees it CREATING.
func (s *Service) created(key streamKey, doc streamDocument, count int) *stream {
	if s.options.TransitionDelay <= 0 {
		doc.Status = kinesis.StreamStatusActive
	}
	var id shardlog.StreamID
	rand.Read(id[:]) // never fails
	doc.ID = id.String()
	doc.NextShard = uint32(count)
	shards := make([]*shard, count)
	for i, keys := range evenRanges(count) {
		shards[i] = newShard(uint32(i), shardDocument{
			State:   open,
			Keys:    keys,
			Created: doc.Created,
			Opened:  shardlog.Millis(doc.Created) * 1000,
		})
	}
	return newStream(key, id, doc, shards)
}
