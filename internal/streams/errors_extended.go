package streams

import (
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/shardlog"
)

// Errors of what AWS has not. The extension API's pages give them a status by
// their code.

// errPaused is what a put to a paused stream gets, all records of it.
//
// Unlike AWS, which cannot pause. AccessDeniedException is in the model of both
// puts, so that every SDK has a type for it; SDKs and the KPL do not repeat the
// call, as they would after a throttling, an InternalFailure, or a failed entry of
// PutRecords; and what it says, that writing is not allowed, is so. The errors of
// KMS would send people to look for keys.
func errPaused(st *stream) error {
	return kinesis.AccessDeniedException("Writes to stream %s under account %s have been paused since %s. Reads go on.",
		st.name, st.account, st.Paused.Time().Format(time.RFC3339))
}

// errPutToSnapshot is errPaused for a stream that nobody can resume.
func errPutToSnapshot(st *stream) error {
	return kinesis.AccessDeniedException("Stream %s under account %s is a snapshot of %s: it takes no puts.", st.name, st.account, st.Clone.Source)
}

func errNoBefore() error {
	return kinesis.InvalidArgumentException("before must say a time, like 2026-11-24T09:00:00Z.")
}

func errBeforeAhead(before, now shardlog.Millis) error {
	return kinesis.InvalidArgumentException("before must not be in the future: it is %s, and now is %s.",
		before.Time().Format(time.RFC3339Nano), now.Time().Format(time.RFC3339Nano))
}

func errFaultShare(name string, is float64) error {
	return kinesis.InvalidArgumentException("%s is a share, from 0 to 1. Specified value was %v", name, is)
}

func errFaultDelay(name string) error {
	return kinesis.InvalidArgumentException("%s.delayMillis and %s.jitterMillis must not be below 0, nor above %d together.",
		name, name, maxFaultMillis)
}

func errRecordsLimit(limit int) error {
	return kinesis.InvalidArgumentException("limit must be from 1 to %d. Specified value was %d", recordsAtMost, limit)
}

func errTokenAndSelection() error {
	return kinesis.InvalidArgumentException("token holds from, to and the partition key: they cannot be provided together.")
}

func errInstant(name, text string) error {
	return kinesis.InvalidArgumentException("%s must be a time like 2026-11-24T09:00:00Z, an age like -10m, or, of from, trim_horizon or latest. "+
		"Specified value was %q", name, text)
}

func errUntilAhead(until time.Time) error {
	return kinesis.InvalidArgumentException("until must not be in the future: it is %s.", until.UTC().Format(time.RFC3339Nano))
}

func errSnapshot(st *stream) error {
	return kinesis.ResourceInUseException("Stream %s under account %s is a snapshot of %s: it takes no puts.", st.name, st.account, st.Clone.Source)
}
