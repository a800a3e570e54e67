package extapi

// ShardsPath lies below the path of a stream and answers a Shards by GET.
const ShardsPath = "/shards"

// Shards is what the open shards of a stream took in the last minute, in the order
// of their hash keys. It is known some ten seconds after it has begun, and
// forgotten when a shard has rested for five minutes, or the server has ended.
type Shards struct {
	Stream string  `json:"stream"`
	Shards []Shard `json:"shards"`
}

// Shard is the load of one open shard.
type Shard struct {
	ID string `json:"id"`
	// StartingHashKey and EndingHashKey are its range, both included.
	StartingHashKey  string  `json:"startingHashKey"`
	EndingHashKey    string  `json:"endingHashKey"`
	RecordsPerSecond float64 `json:"recordsPerSecond"`
	// BytesPerSecond counts data and partition keys.
	BytesPerSecond float64 `json:"bytesPerSecond"`
	// Load is how much that is of what AWS lets a shard take: 1 is 1,000 records
	// or 1 MiB a second, whichever is reached first.
	Load float64 `json:"load"`
	// Share is what share of the stream's load it is, 0 to 1.
	Share float64 `json:"share"`
	// Keys are the partition keys with the most records, the first first: those
	// that have a hundredth or more of the shard's.
	Keys []HotKey `json:"keys"`
	// Advice is nil if the shard is good as it is, while nothing is known of a whole
	// minute, and in on-demand streams, whose
	// shards are split and merged without anybody.
	Advice *ShardAdvice `json:"advice,omitempty"`
}

// HotKey is a partition key, cut to 64 bytes, and the share of its shard's records
// that it has had in the last minutes, 0 to 1: an estimate, from a sample.
type HotKey struct {
	Key   string  `json:"key"`
	Share float64 `json:"share"`
}

// ShardAdvice is what would be good for a shard.
type ShardAdvice struct {
	// Action is "split": the shard is hot. SplitShard with NewStartingHashKey
	// divides its load in halves, as far as that can be.
	//
	// "merge": the shard and its neighbour AdjacentShard are cold. MergeShards with
	// the two, in this order.
	//
	// "spread": the shard is hot by one partition key, and no split divides that.
	// Only the producer can, by more keys.
	Action             string `json:"action"`
	NewStartingHashKey string `json:"newStartingHashKey,omitempty"`
	AdjacentShard      string `json:"adjacentShard,omitempty"`
}
