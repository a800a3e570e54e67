package limits

import "time"

// KiB and MiB are the units that AWS counts records in.
const (
	KiB = 1 << 10
	MiB = 1 << 20
)

// A record, hard limits. Its size is that of the data, before base64, and of
// the partition key's UTF-8 bytes together.
const (
	// RecordKiBDefault bounds a record of a stream that asked for nothing else
	// (API, CreateStream, MaxRecordSizeInKiB).
	RecordKiBDefault = 1024

	// RecordKiBMin and RecordKiBMax bound what a stream may ask for (API,
	// UpdateMaxRecordSize).
	RecordKiBMin = 1024
	RecordKiBMax = 10240
)

// PutRecords, hard limits (API, PutRecords).
const (
	// PutRecordsEntries is the most records in one call. The model has it as
	// well; it is here for those who size buffers.
	PutRecordsEntries = 500

	// PutRecordsBytes bounds the data and partition keys of one call together.
	PutRecordsBytes = 10 * MiB
)

// RequestBytes is what a request body may be at the most, the largest
// PutRecords with room for its keys, its punctuation and other members. It is
// ours: AWS's own ceiling is not published since PutRecords grew to 10 MiB, which
// are 13.4 MiB of base64.
const RequestBytes = 16 * MiB

// GetRecords, hard limits (API, GetRecords).
const (
	// GetRecordsRecords is the most records in one answer, and how many there
	// are without a Limit.
	GetRecordsRecords = 10000

	// GetRecordsBytes bounds the data and partition keys of one answer; a first
	// record that is larger cannot be.
	GetRecordsBytes = 10 * MiB
)

// Lives of what a client carries from one call to the next, hard limits.
const (
	// IteratorLife is how long a shard iterator is good for after it was given
	// (API, GetShardIterator).
	IteratorLife = 300 * time.Second

	// TokenLife is how long a NextToken is good for (API, ListShards).
	TokenLife = 300 * time.Second
)

// Throughput of one shard, rates (quotas, "Shard throughput"; API, PutRecords
// and GetRecords).
const (
	ShardWriteRecords = 1000    // records/s
	ShardWriteBytes   = 1 * MiB // bytes/s, partition keys included
	ShardReadCalls    = 5       // calls/s of GetRecords
	ShardReadBytes    = 2 * MiB // bytes/s by GetRecords

	// FanOutBytes is what each registered consumer reads of a shard in a
	// second (API, SubscribeToShard).
	FanOutBytes = 2 * MiB
)
