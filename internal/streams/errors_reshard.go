package streams

import "github.com/freshet/freshet/internal/awsapi/kinesis"

// Resharding (sections 4, 6 and 11).

// errOnDemand is for what is AWS's to do in a stream of mode ON_DEMAND (community).
func errOnDemand(st *stream) error {
	return kinesis.ValidationException("Request is invalid. Stream %s under account %s is in On-Demand mode.", st.name, st.account)
}

// errReplaced is for a shard that is closed (community).
func errReplaced(st *stream, sh *shard) error {
	return kinesis.InvalidArgumentException("Shard %s in stream %s under account %s has already been merged or split, "+
		"and thus is not eligible for merging or splitting.", sh.id, st.name, st.account)
}

func errSplitKey(st *stream, sh *shard, key string) error {
	return kinesis.InvalidArgumentException("NewStartingHashKey %s used in SplitShard() on shard %s in stream %s under account %s "+
		"is not both greater than one plus the shard's StartingHashKey %s and less than the shard's EndingHashKey %s.",
		key, sh.id, st.name, st.account, sh.Keys.Start, sh.Keys.End)
}

func errNotAdjacent(st *stream, a, b *shard) error {
	return kinesis.InvalidArgumentException("Shards %s and %s in stream %s under account %s are not an adjacent pair of shards eligible for merging",
		a.id, b.id, st.name, st.account)
}

// The codes and texts of UpdateShardCount's bounds are those that two projects quote
// of AWS (mhart/kinesalite, pull request 48; the documentation of a construct for
// AWS's CDK), which differ in the punctuation between the numbers.

func errScaleUp(current, target int) error {
	return kinesis.LimitExceededException("UpdateShardCount cannot scale up over double your current open shard count. "+
		"Current open shard count: %d Target shard count: %d", current, target)
}

func errScaleDown(current, target int) error {
	return kinesis.LimitExceededException("UpdateShardCount cannot scale down below half your current open shard count. "+
		"Current open shard count: %d Target shard count: %d", current, target)
}

func errScaleTooFar(current, target, most int) error {
	return kinesis.LimitExceededException("Target shard count or number of open shards cannot be greater than %d. "+
		"Current open shard count: %d, Target shard count: %d", most, current, target)
}

func errScaledTooOften(st *stream, most int) error {
	// The text is not documented; that the code is this one, Amazon's own scaling
	// utility relies on.
	return kinesis.LimitExceededException("Stream %s under account %s cannot be scaled more than %d times in 24 hours.",
		st.name, st.account, most)
}
