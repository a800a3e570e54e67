package streams

import (
	"errors"
	"time"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/shardlog"
)

// The texts are AWS's unless "not documented" stands beside them: then the text
// is ours, and the code is what the operation's page makes likely. Sections are
// those of the facts sheet on Data Streams.

// Finding a stream (sections 1.8 and 6).

func errNoAddress() error {
	// Not documented.
	return kinesis.InvalidArgumentException("Either StreamName or StreamARN should be provided.")
}

func errBadARN(arn string) error {
	// Not documented; the pattern of the model lets it pass.
	return kinesis.InvalidArgumentException("StreamARN %s is not the ARN of a stream.", arn)
}

func errAddressesDiffer(name, arn string) error {
	// Not documented.
	return kinesis.InvalidArgumentException("StreamName %s and StreamARN %s do not name the same stream.", name, arn)
}

func errNoStream(k streamKey) error {
	return kinesis.ResourceNotFoundException("Stream %s under account %s not found.", k.name, k.account)
}

func errStreamExists(k streamKey) error {
	return kinesis.ResourceInUseException("Stream %s under account %s already exists.", k.name, k.account)
}

func errNotActive(st *stream) error {
	return kinesis.ResourceInUseException("Stream %s under account %s not ACTIVE, instead in state %s",
		st.name, st.account, st.Status)
}

// Finding a shard (section 4).

// errShardNotFound is for an id that cannot be read, and for resharding.
func errShardNotFound(k streamKey, id string) error {
	return kinesis.ResourceNotFoundException("Could not find shard %s in stream %s under account %s.", id, k.name, k.account)
}

// errNoShard is what readers are told.
func errNoShard(k streamKey, number uint32) error {
	return kinesis.ResourceNotFoundException("Shard %s in stream %s under account %s does not exist",
		shardID(number), k.name, k.account)
}

// errRead turns what the log said of a read into what the caller may know.
func errRead(st *stream, number uint32, err error) error {
	switch {
	case errors.Is(err, shardlog.ErrDropped):
		return errNoShard(st.streamKey, number)
	case errors.Is(err, shardlog.ErrKey):
		return errStreamKey(st, err)
	}
	return err
}

// Creating a stream (section 6).

func errShardLimit(k streamKey, open, limit, more int) error {
	return kinesis.LimitExceededException("This request would exceed the shard limit for the account %s in %s. "+
		"Current shard count for the account: %d. Limit: %d. "+
		"Number of additional shards that would have resulted from this request: %d. "+
		"Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) "+
		"for current limits and how to request higher limits.", k.account, k.region, open, limit, more)
}

func errOnDemandLimit(k streamKey, limit int) error {
	// Not documented.
	return kinesis.LimitExceededException("This request would exceed the limit of %d on-demand streams for the account %s in %s.",
		limit, k.account, k.region)
}

func errTooManyCreating(k streamKey, limit int) error {
	// Not documented.
	return kinesis.LimitExceededException("Rate exceeded: account %s has %d streams in state CREATING in %s.",
		k.account, limit, k.region)
}

// Tags (section 15.1).

func errTagCharacters() error {
	return kinesis.InvalidArgumentException("Some tags contain invalid characters. " +
		"Valid characters: Unicode letters, digits, white space, _ . / = + - %% @.")
}

func errTagPercent(k streamKey) error {
	return kinesis.InvalidArgumentException("Failed to add tags to stream %s under account %s because some tags contained illegal characters. "+
		"The allowed characters are Unicode letters, white-spaces, '_',',','/','=','+','-','@'.", k.name, k.account)
}

func errTooManyTags(k streamKey, limit int) error {
	// Recorded when the number was 10.
	return kinesis.InvalidArgumentException("Failed to add tags to stream %s under account %s because a given stream cannot have more than %d tags associated with it.",
		k.name, k.account, limit)
}

func errTagCompression(value string, rule error) error {
	// Unlike AWS, which has no such tag.
	return kinesis.InvalidArgumentException("The tag %s says how records are compressed on the disk: its value %v. Specified value was %s",
		compressionTag, rule, value)
}

// Putting (sections 7 and 10).

func errHashKeyRange(key string) error {
	return kinesis.InvalidArgumentException("Invalid ExplicitHashKey. "+
		"ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was %s", key)
}

func errOrdering(k streamKey, number string) error {
	return kinesis.InvalidArgumentException("ExclusiveMinimumSequenceNumber %s used in PutRecord on stream %s under account %s is invalid.",
		number, k.name, k.account)
}

// errTooLong is the constraint error of the model's day of 1 MiB, with the
// bound of the stream. Not documented since the bound is the stream's own.
func errTooLong(path string, data, most int) error {
	return kinesis.ValidationException("1 validation error detected: "+
		"Value 'java.nio.HeapByteBuffer[pos=0 lim=%d cap=%d]' at '%s' failed to satisfy constraint: "+
		"Member must have length less than or equal to %d", data, data, path, most)
}

// errNoKey says of a record without PartitionKey what the model said before
// there were streams that need none.
func errNoKey(path string) error {
	return kinesis.ValidationException("1 validation error detected: "+
		"Value null at '%s' failed to satisfy constraint: Member must not be null", path)
}

func errRequestTooLarge() error {
	// Not documented since the bound is 10 MiB; with 5 it was this text.
	return kinesis.InvalidArgumentException("Records size exceeds 10 MB limit")
}

func errDryRun() error {
	// Not documented for Kinesis; other services of AWS say this.
	return kinesis.DryRunOperationException("Request would have succeeded, but DryRun flag is set.")
}

const (
	codeThroughput = "ProvisionedThroughputExceededException"
	codeInternal   = "InternalFailure"

	messageInternal = "Internal Service Failure"
	// Unlike AWS, whose disks do not fill up. Every client waits and retries
	// after this code.
	messageNoSpace = "The server has no space left for new records. Reads go on; retry when there is room."
)

// errPut turns what the log said of an append into what the caller may know.
// All that it does not name is internal.
func errPut(st *stream, err error) error {
	switch {
	case errors.Is(err, shardlog.ErrNoSpace):
		// No Cause: the engine says once that its disk is full, and a line for
		// each retry of each client would not help.
		return &awsapi.Error{Code: codeThroughput, Message: messageNoSpace, Status: 400}
	case errors.Is(err, shardlog.ErrDropped):
		return errNoStream(st.streamKey)
	case errors.Is(err, shardlog.ErrKey):
		return errStreamKey(st, err)
	}
	return err
}

// errInternal is a 500 that AWS gives for a request, not for a fault of ours.
func errInternal() error {
	return &awsapi.Error{Code: codeInternal, Status: 500}
}

// Shard iterators (section 8).

func errIteratorInvalid() error {
	return kinesis.InvalidArgumentException("Invalid ShardIterator.")
}

// expiryLayout is how Java prints a date.
const expiryLayout = "Mon Jan 02 15:04:05 UTC 2006"

func errIteratorExpired(given, now shardlog.Millis, life time.Duration) error {
	return kinesis.ExpiredIteratorException("Iterator expired. The iterator was created at time %s while right now it is %s "+
		"which is further in the future than the tolerated delay of %d milliseconds.",
		given.Time().Format(expiryLayout), now.Time().Format(expiryLayout), life.Milliseconds())
}

func errIteratorOfAnotherStream(arn string) error {
	// Not documented.
	return kinesis.InvalidArgumentException("StreamARN %s does not name the stream of the ShardIterator.", arn)
}

func errStartingNumberUnwanted(kind kinesis.ShardIteratorType) error {
	return errStartingNumber(kind, "also a")
}

func errStartingNumberMissing(kind kinesis.ShardIteratorType) error {
	return errStartingNumber(kind, "no")
}

func errStartingNumber(kind kinesis.ShardIteratorType, what string) error {
	return kinesis.InvalidArgumentException("Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber "+
		"or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. "+
		"Request specified %s and %s StartingSequenceNumber.", kind, what)
}

func errStartingNumberInvalid(k streamKey, number string, shard uint32) error {
	return kinesis.InvalidArgumentException("StartingSequenceNumber %s used in GetShardIterator on shard %s in stream %s under account %s is invalid.",
		number, shardID(shard), k.name, k.account)
}

func errStartingNumberShard(encoded, shard uint32) error {
	return kinesis.InvalidArgumentException("Invalid StartingSequenceNumber. It encodes %s, while it was used in a call to a shard with %s",
		shardID(encoded), shardID(shard))
}

func errStartingNumberStream(k streamKey, number string, shard uint32) error {
	return kinesis.InvalidArgumentException("StartingSequenceNumber %s used in GetShardIterator on shard %s in stream %s under account %s "+
		"is invalid because it did not come from this stream.", number, shardID(shard), k.name, k.account)
}

func errStartingNumberEnd() error {
	return kinesis.InvalidArgumentException("Invalid SequenceNumber for ShardIteratorType AFTER_SEQUENCE_NUMBER, " +
		"SequenceNumber has reached max possible value for the shard.")
}

func errNoTimestamp() error {
	return kinesis.InvalidArgumentException("Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. " +
		"Current request has no timestamp parameter.")
}

func errTimestampAhead(at, now shardlog.Millis) error {
	return kinesis.InvalidArgumentException("The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. "+
		"timestampInMillis: %d, currentTimestampInMillis: %d", at, now)
}

// Listings and their tokens (section 13).

func errNoNameNorToken() error {
	return kinesis.InvalidArgumentException("Either NextToken or StreamName should be provided.")
}

func errNameAndToken() error {
	return kinesis.InvalidArgumentException("NextToken and StreamName cannot be provided together.")
}

func errTokenAnd(member string) error {
	// Not documented; the text follows that of StreamName.
	return kinesis.InvalidArgumentException("NextToken and %s cannot be provided together.", member)
}

func errTokenInvalid() error {
	// Not documented.
	return kinesis.InvalidArgumentException("Invalid NextToken.")
}

func errTokenExpired(given, now shardlog.Millis, life time.Duration) error {
	// Not documented; the text follows that of iterators.
	return kinesis.ExpiredNextTokenException("NextToken expired. The token was created at time %s while right now it is %s "+
		"which is further in the future than the tolerated delay of %d milliseconds.",
		given.Time().Format(expiryLayout), now.Time().Format(expiryLayout), life.Milliseconds())
}

func errFilterNeeds(kind kinesis.ShardFilterType, member string) error {
	// Not documented.
	return kinesis.InvalidArgumentException("ShardFilter of type %s requires %s.", kind, member)
}

func errFilterRefuses(kind kinesis.ShardFilterType, member string) error {
	// Not documented.
	return kinesis.InvalidArgumentException("ShardFilter of type %s does not allow %s.", kind, member)
}
