package streams

import (
	"math/rand/v2"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// The records of an on-demand stream go where their partition keys say, or, with
// strategy AUTO, evenly to all shards (API, UpdateStreamRecordDistributionStrategy).
// With AUTO a record needs no partition key; one that it has is kept, and read with
// it, but decides nothing, as little as an ExplicitHashKey does. A provisioned stream
// has no strategy; one that was on-demand keeps it for when it is again.

// evenly reports whether the records of st go evenly to all shards.
func (st *stream) evenly() bool {
	return st.Distribution == kinesis.RecordDistributionStrategyAuto && st.Mode == kinesis.StreamModeOnDemand
}

// strategy describes where records go, nil for a provisioned stream, which has no
// strategy (API, StreamDescriptionSummary).
func (st *stream) strategy() *kinesis.RecordDistributionStrategy {
	switch {
	case st.Mode != kinesis.StreamModeOnDemand:
		return nil
	case st.Distribution == "":
		return new(kinesis.RecordDistributionStrategyUserPartitionKey)
	}
	return &st.Distribution
}

// anyKey returns a hash key of a shard of st that takes puts, each as likely as any
// other.
func (st *stream) anyKey() hashKey { return st.ring[rand.IntN(len(st.ring))].Keys.Start }
