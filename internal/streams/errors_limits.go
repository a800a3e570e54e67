package streams

import (
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// What the limits of a profile refuse. The sentence with which AWS begins is
// followed, unlike AWS, by which limit it was, so that who matches the beginning
// is not disturbed.

// errShardThrottled is for puts (section 10).
func errShardThrottled(st *stream, shard uint32, rate string) *awsapi.Error {
	return kinesis.ProvisionedThroughputExceededException("Rate exceeded for shard %s in stream %s under account %s. Limit: %s.",
		shardID(shard), st.name, st.account, rate)
}

// errReadThrottled is for GetRecords, in AWS's words since about 2022
// (risingwavelabs/risingwave#7453, awslabs/amazon-kinesis-client#1521); before it
// said the same as of puts. That GetShardIterator says so too is not documented.
func errReadThrottled(st *stream, sh *shard, rate string) *awsapi.Error {
	return kinesis.ProvisionedThroughputExceededException("Rate exceeded for Shard - %s/%s/%s. Limit: %s.",
		st.account, st.name, sh.id, rate)
}

// errStreamCalls is for an operation that names a stream (boto/botocore#821).
func errStreamCalls(account, stream, rate string) *awsapi.Error {
	return kinesis.LimitExceededException("Rate exceeded for stream %s under account %s. Limit: %s.", stream, account, rate)
}

// errAccountCalls is for one that names none
// (Graylog2/graylog-plugin-integrations#341).
func errAccountCalls(account, rate string) *awsapi.Error {
	return kinesis.LimitExceededException("Rate exceeded for account %s. Limit: %s.", account, rate)
}

// errTagLimits is unlike AWS, which has no such tag.
func errTagLimits(value string, rule error) error {
	return kinesis.InvalidArgumentException("The tag %s says which rates hold for the stream: its value %v. Specified value was %s",
		limitsTag, rule, value)
}

// What the extension API is told of limits that cannot be set.

func errNoProfile() error {
	return kinesis.InvalidArgumentException("The body must say a profile; \"\" takes back what was said.")
}

func errProfile(value string, rule error) error {
	return kinesis.InvalidArgumentException("profile: %q: %v", value, rule)
}
