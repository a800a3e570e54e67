package streams

import (
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
)

// Warm throughput is how much an on-demand stream can take at once, whatever its
// load has been: for each MiB/s it has a shard. It is there while the account has
// On-demand Advantage.

// checkWarmThroughput judges what the stream at key, in that mode, is asked to be
// warm for. In operations that do something else as well, nil and 0 ask for nothing.
func (s *Service) checkWarmThroughput(key streamKey, mode kinesis.StreamMode, mibps int32) error {
	switch most := s.onDemandShards(key.region); {
	case mode != kinesis.StreamModeOnDemand || !s.committed(key.accountKey()):
		return errWarmThroughput()
	case int(mibps) > most:
		return errWarmTooMuch(key, mibps, most)
	}
	return nil
}

// warmth returns what a request asks to be warm for, 0 for nothing.
func warmth(mibps *int32) int32 {
	if mibps == nil {
		return 0
	}
	return *mibps
}

// warming begins to give st, which enters UPDATING with doc, the shards for what doc
// is warm for.
func (st *stream) warming(doc streamDocument) *stream {
	if int(doc.WarmMiBps) <= len(st.ring) {
		return st.revised(doc, st.shards)
	}
	return st.scaling(doc, int(doc.WarmMiBps))
}

// warmShards is how many shards st must have for what it is warm for, now.
func (s *Service) warmShards(st *stream) int {
	if st.Mode != kinesis.StreamModeOnDemand || !s.committed(st.accountKey()) {
		return 0
	}
	return int(st.WarmMiBps)
}

// warmThroughput describes it: nil for streams that have none (API,
// WarmThroughputObject). One that never asked has as its target what it has.
func (s *Service) warmThroughput(st *stream) *kinesis.WarmThroughputObject {
	if st.Mode != kinesis.StreamModeOnDemand || !s.committed(st.accountKey()) {
		return nil
	}
	w := &kinesis.WarmThroughputObject{TargetMiBps: new(st.WarmMiBps), CurrentMiBps: new(int32(len(st.ring)))}
	if st.WarmMiBps == 0 {
		*w.TargetMiBps = *w.CurrentMiBps
	}
	return w
}

// onDemandShards bounds the shards of an on-demand stream in a region.
func (s *Service) onDemandShards(region string) int {
	if s.options.ShardLimit > 0 {
		return s.options.ShardLimit
	}
	return limits.OnDemandShards(region)
}
