package streams

import (
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// Queues. No text of AWS is known: the codes are what the model's prose names or
// makes likely, the texts are ours. None is documented.

func errNoQueue(arn string) error {
	return kinesis.ResourceNotFoundException("Queue %s not found.", arn)
}

func errQueueStreams(n int) error {
	return kinesis.ValidationException("StreamConfigurationList must have exactly one entry; it has %d.", n)
}

func errQueueProvisioned(k streamKey) error {
	return kinesis.ValidationException("Queues are only supported for streams in On-Demand mode. Stream %s under account %s is in Provisioned mode.",
		k.name, k.account)
}

func errNoMaxReceiveCount() error {
	return kinesis.ValidationException("DeadLetterConfiguration with TargetType BUILT_IN requires MaxReceiveCount.")
}

func errPositionWants(kind kinesis.QueueStartingPositionType, wants string) error {
	return kinesis.ValidationException("StartingPosition of type %s %s Timestamp.", kind, wants)
}

func errPositionAhead() error {
	return kinesis.ValidationException("The Timestamp of StartingPosition must not be in the future.")
}

func errQueueExists(k streamKey, name string) error {
	return kinesis.ResourceInUseException("Queue %s under account %s already exists.", name, k.account)
}

func errQueuesChanging(k streamKey, limit int) error {
	return kinesis.LimitExceededException("Rate exceeded: account %s has %d queues in status CREATING or DELETING in %s.",
		k.account, limit, k.region)
}

func errQueueLimit(k streamKey, limit int) error {
	return kinesis.LimitExceededException("This request would exceed the limit of %d registered consumers and queues for stream %s under account %s.",
		limit, k.name, k.account)
}

func errQueueNotActive(k streamKey, q *queue) error {
	return kinesis.ResourceInUseException("Queue %s under account %s not ACTIVE, instead in state %s", q.Name, k.account, q.Status)
}

func errHasQueues(k streamKey) error {
	return kinesis.ResourceInUseException("Stream %s under account %s has queues. Delete them first.", k.name, k.account)
}

func errInFlight(q *queue, limit int) error {
	return kinesis.ThrottlingException("Queue %s has %d records that were received and not acknowledged, which is the limit.", q.Name, limit)
}

// What is wrong with a receipt handle.

func errReceipt() *awsapi.Error {
	return kinesis.InvalidArgumentException("The receipt handle is not one of this queue and this operation.")
}

func errReceiptSuperseded() *awsapi.Error {
	return kinesis.ResourceNotFoundException("The record was received again, or restored, since this receipt handle was given.")
}

func errReceiptDead() *awsapi.Error {
	return kinesis.ResourceNotFoundException("The record has become a dead letter.")
}

func errReceiptGone() *awsapi.Error {
	return kinesis.ResourceNotFoundException("The record is not kept any more.")
}

func errReceiptAcknowledged() *awsapi.Error {
	return kinesis.ResourceNotFoundException("The record was acknowledged.")
}
