package streams

import "github.com/freshet/freshet/internal/awsapi/kinesis"

// What is wrong with a setting of a stream; how errors.go says what is AWS's.

// Retention (section 15.2).

func errRetentionTooShort(hours int32) error {
	return kinesis.InvalidArgumentException("Minimum allowed retention period is 24 hours. "+
		"Requested retention period (%d hours) is too short.", hours)
}

func errRetentionTooLong(hours int32) error {
	return kinesis.InvalidArgumentException("Maximum allowed retention period is 8760 hours. "+
		"Requested retention period (%d hours) is too long.", hours)
}

func errRetentionIncrease(st *stream, hours int32) error {
	return kinesis.InvalidArgumentException("Requested retention period (%d hours) for stream %s "+
		"can not be shorter than existing retention period (%d hours). Use DecreaseRetentionPeriod API.",
		hours, st.name, st.RetentionHours)
}

func errRetentionDecrease(st *stream, hours int32) error {
	return kinesis.InvalidArgumentException("Requested retention period (%d hours) for stream %s "+
		"can not be longer than existing retention period (%d hours). Use IncreaseRetentionPeriod API.",
		hours, st.name, st.RetentionHours)
}

// Record distribution (section 16).

func errAutoProvisioned(k streamKey) error {
	// The code is documented (API, UpdateStreamRecordDistributionStrategy), the text is not.
	return kinesis.InvalidArgumentException("RecordDistributionStrategy AUTO is only supported for streams in On-Demand mode. Stream %s under account %s is in Provisioned mode.",
		k.name, k.account)
}

func errOrderingUnwanted(k streamKey) error {
	// The code is documented (developer guide, producer behavior with service-managed
	// distribution), the text is not.
	return kinesis.InvalidArgumentException("SequenceNumberForOrdering cannot be used in PutRecord on stream %s under account %s, whose RecordDistributionStrategy is AUTO.",
		k.name, k.account)
}
