package audit

import "strings"

// dataEvents are the operations on records. CloudTrail counts those of streams and
// consumers among data events (AWS::Kinesis::Stream and AWS::Kinesis::StreamConsumer
// in its user guide, "Logging data events"); that the records of queues are data, too,
// is not documented.
var dataEvents = map[string]bool{
	"GetRecords":       true,
	"GetShardIterator": true,
	"PutRecord":        true,
	"PutRecords":       true,
	"SubscribeToShard": true,

	"AcknowledgeDeadLetterQueueRecords":      true,
	"AcknowledgeQueueRecords":                true,
	"ReceiveDeadLetterQueueRecords":          true,
	"ReceiveQueueRecords":                    true,
	"RestoreDeadLetterQueueRecords":          true,
	"UpdateDeadLetterQueueRecordsVisibility": true,
	"UpdateQueueRecordsVisibility":           true,

	"ReadRecords": true, // of the extension API
}

// IsData reports whether events of an operation are data events.
func IsData(operation string) bool { return dataEvents[operation] }

// readers are the operations that change nothing, besides those whose names begin
// with Describe, Get or List. STS's are said to be so by CloudTrail's own events.
var readers = map[string]bool{
	"ReadRecords":               true,
	"SubscribeToShard":          true,
	"AssumeRole":                true,
	"AssumeRoleWithWebIdentity": true,
	"SimulatePolicy":            true,
}

func readOnly(operation string) bool {
	for _, prefix := range []string{"Describe", "Get", "List"} {
		if strings.HasPrefix(operation, prefix) {
			return true
		}
	}
	return readers[operation]
}

// answers reports whether an event shows the answer: of what changes something, and
// of STS, whose events show which key was made for whom.
func answers(service, operation string) bool {
	return !IsData(operation) && (!readOnly(operation) || service == "sts" && operation != "GetCallerIdentity")
}
