package limits

import "time"

// Streams of an account.
const (
	// StreamsCreating is how many streams of an account may be in CREATING at
	// once; hard (API, CreateStream).
	StreamsCreating = 5

	// OnDemandStreams is how many on-demand streams an account may have; a
	// default (quotas, "Number of data streams").
	OnDemandStreams = 50

	// ConsumersPerStream is how many consumers may be registered with a
	// stream; ConsumersPerStreamAdvantage in accounts with On-demand Advantage
	// (API, RegisterStreamConsumer). ConsumersCreating may be in CREATING.
	ConsumersPerStream          = 20
	ConsumersPerStreamAdvantage = 50
	ConsumersCreating           = 5
)

// ModeChanges is how often a stream may change its mode within ModeChangesWindow
// (quotas, "Switching capacity modes"); hard.
const (
	ModeChanges       = 2
	ModeChangesWindow = 24 * time.Hour
)

// OnDemandShards returns how many shards an on-demand stream grows to in region:
// as many as it takes to write 10 GiB/s, or 200 MiB/s outside of the large regions
// (quotas, "Throughput of on-demand streams"; API, UpdateStreamWarmThroughput).
func OnDemandShards(region string) int {
	if largeRegions[region] {
		return 10 * 1024
	}
	return 200
}

// CommitmentLeast is how long a minimum throughput billing commitment lasts at least
// (API, UpdateAccountSettings); hard.
const CommitmentLeast = 24 * time.Hour

// Shards of a stream.
const (
	// ShardsByDefault is how many shards a stream gets whose creator names
	// neither a count nor a mode (observed, 2022).
	ShardsByDefault = 4

	// ShardNumberMax is the highest number that a shard id is read with
	// (observed).
	ShardNumberMax = 1<<31 - 1

	// UpdateShardCountMax is the most shards UpdateShardCount leads to (API,
	// UpdateShardCount); hard.
	UpdateShardCountMax = 10000

	// UpdateShardCountCalls is how often a stream may be rescaled in
	// UpdateShardCountWindow (API, UpdateShardCount).
	UpdateShardCountCalls  = 10
	UpdateShardCountWindow = 24 * time.Hour

	// EncryptionCalls is how often the encryption of a stream may be started, and how
	// often stopped, in EncryptionWindow (API, StartStreamEncryption and
	// StopStreamEncryption).
	EncryptionCalls  = 25
	EncryptionWindow = 24 * time.Hour
)

// Shards per account, defaults (quotas, "Number of shards").
const (
	shardsInLargeRegions = 20000
	// AWS says "1,000 or 6,000", not where; the larger one refuses less.
	shardsElsewhere = 6000
)

// largeRegions have the higher quota (quotas, "Number of shards").
var largeRegions = map[string]bool{"us-east-1": true, "us-west-2": true, "eu-west-1": true}

// ShardsPerAccount returns how many open shards the provisioned streams of an
// account may have together in region, unless it had the quota raised.
func ShardsPerAccount(region string) int {
	if largeRegions[region] {
		return shardsInLargeRegions
	}
	return shardsElsewhere
}

// Retention of a stream's records in hours, hard limits (API,
// IncreaseStreamRetentionPeriod).
const (
	RetentionHoursDefault = 24
	RetentionHoursMin     = 24
	RetentionHoursMax     = 8760
)

// TagsPerResource is how many tags a stream or consumer may have; hard (API,
// AddTagsToStream).
const TagsPerResource = 50

// PolicyBytes bounds a resource policy; hard (developer guide, sharing a stream,
// policy limits).
const PolicyBytes = 20 * KiB
