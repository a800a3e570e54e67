package streams

import "github.com/freshet/freshet/internal/awsapi/kinesis"

// What is wrong with a mode or with warm throughput; how errors.go says what is
// AWS's. None of these texts is documented.

func errModeChanges(k streamKey, most int) error {
	return kinesis.LimitExceededException("Stream %s under account %s has changed its capacity mode %d times within the last 24 hours.",
		k.name, k.account, most)
}

func errWarmThroughput() error {
	return kinesis.InvalidArgumentException("WarmThroughputMiBps can only be set for on-demand streams " +
		"of an account whose MinimumThroughputBillingCommitment is enabled.")
}

func errWarmTooMuch(k streamKey, asked int32, most int) error {
	return kinesis.LimitExceededException("This request would exceed the throughput limit of on-demand streams for the account %s in %s. "+
		"Requested: %d MiB/s. Limit: %d MiB/s.", k.account, k.region, asked, most)
}
