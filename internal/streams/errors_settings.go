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
