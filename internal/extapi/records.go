package extapi

import "time"

// RecordsRequest asks for records of all shards of a stream, at
// StreamsPath/{name}/records: by POST as the body, or by GET as query parameters,
// which are named from, to, partition_key, limit, token and wait_ms. A token of a
// stream with thousands of shards is too long for a URL.
type RecordsRequest struct {
	// From is where to begin: trim_horizon (the default), latest, a time like
	// 2026-11-24T09:00:00Z, or an age like -10m. To is a time or an age at which to
	// end, exclusively.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// PartitionKey selects the records that have it.
	PartitionKey *string `json:"partitionKey,omitempty"`
	// Token is Next of the answer before. It holds all of the above.
	Token string `json:"token,omitempty"`
	// Limit is the most records of an answer, 100 by default and 10,000 at most. An
	// answer has about 8 MiB of data at most.
	Limit int `json:"limit,omitempty"`
	// WaitMillis is how long to wait for a record if there is none, at most 20,000.
	WaitMillis uint32 `json:"waitMillis,omitempty"`
}

// Records are some records of a stream.
//
// They come in the order in which they arrived, as far as that is known: by their
// arrival in milliseconds, and then by shard. A record that arrives late at the
// shard that it is in may follow one that arrived after it at another. What
// belongs together is always in order: the records of a shard, and those of a
// shard after those of the shards that it took over from.
type Records struct {
	Records []Record `json:"records"`
	// Next is the token to go on with, empty if Done.
	Next string `json:"next,omitempty"`
	// CaughtUp says that there is nothing more at the moment. An answer may have few
	// records or none without that: a selection looks at so many and no more.
	CaughtUp bool `json:"caughtUp"`
	// Done says that there will never be more: To has passed.
	Done bool `json:"done,omitempty"`
}

// Record is a record.
type Record struct {
	ShardID        string `json:"shardId"`
	SequenceNumber string `json:"sequenceNumber"`
	// Arrived is ApproximateArrivalTimestamp.
	Arrived      time.Time `json:"arrived"`
	PartitionKey string    `json:"partitionKey"`
	// Data is in base64; Text is the same as text, if it is UTF-8.
	Data []byte  `json:"data"`
	Text *string `json:"text,omitempty"`
}
