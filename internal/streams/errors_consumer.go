package streams

import (
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// Consumers (section 14).

func errNoConsumerAddress() error {
	// Not documented.
	return kinesis.InvalidArgumentException("Either ConsumerARN or both StreamARN and ConsumerName should be provided.")
}

func errBadConsumerARN(arn string) error {
	// Not documented; the pattern of the model lets it pass.
	return kinesis.InvalidArgumentException("ConsumerARN %s is not the ARN of a consumer.", arn)
}

func errConsumerAddressesDiffer(member, value, arn string) error {
	// Not documented.
	return kinesis.InvalidArgumentException("%s %s and ConsumerARN %s do not name the same consumer.", member, value, arn)
}

func errNoConsumer(k streamKey, name string) error {
	// Not documented.
	return kinesis.ResourceNotFoundException("Consumer %s under stream %s under account %s not found.", name, k.name, k.account)
}

func errConsumerExists(k streamKey, name string) error {
	// Not documented.
	return kinesis.ResourceInUseException("Consumer %s under stream %s under account %s already exists.", name, k.name, k.account)
}

func errConsumerLimit(k streamKey, limit int) error {
	// Not documented.
	return kinesis.LimitExceededException("This request would exceed the limit of %d registered consumers for stream %s under account %s.",
		limit, k.name, k.account)
}

func errConsumersCreating(k streamKey, limit int) error {
	// Not documented.
	return kinesis.LimitExceededException("Rate exceeded: account %s has %d consumers in status CREATING in %s.",
		k.account, limit, k.region)
}

// errHasConsumers is as observed (cloud-custodian/cloud-custodian#7260).
func errHasConsumers(k streamKey) error {
	return kinesis.ResourceInUseException("DeleteStream can't delete %s because there are consumers associated with this data stream. "+
		"To delete %s anyway, set the EnforceConsumerDeletion parameter to true to force the deletion of all the consumers "+
		"that are associated with it.", k.arn(), k.name)
}

// errConsumerNotActive is as observed (awslabs/kinesis-hot-shard-advisor#37).
func errConsumerNotActive(k streamKey, c *consumer) error {
	return kinesis.ResourceInUseException("Consumer %s with creation timestamp %d under stream: %s , account %s is not in ACTIVE status.",
		c.name, c.Created, k.name, k.account)
}

// errSubscribed is for a subscription that comes too soon, and for one that was
// taken over. It begins as observed (daangn/kinesumer#16); what names the consumer
// is not documented.
func errSubscribed(st *stream, who subscriber) error {
	return kinesis.ResourceInUseException("Another active subscription exists for this consumer: %s, shard %s.",
		consumerKey{st.streamKey, who.consumer, who.created}.arn(), shardID(who.shard))
}
