package streams

import "github.com/freshet/freshet/internal/awsapi/kinesis"

// What a ResourceARN names, its tags (section 15.1) and its policy (section 15.5);
// how errors.go says what is AWS's.

func errNoResource(arn string) error {
	// Not documented.
	return kinesis.ResourceNotFoundException("Resource %s not found.", arn)
}

func errBadResourceARN(arn string) error {
	// Not documented; the pattern of the model lets it pass.
	return kinesis.InvalidArgumentException("ResourceARN %s is not the ARN of a stream, of a consumer or of a queue.", arn)
}

func errTagPercentRemoved(k streamKey) error {
	return kinesis.InvalidArgumentException("Failed to remove tags from stream %s under account %s because some tags contained illegal characters. "+
		"The allowed characters are Unicode letters, white-spaces, '_',',','/','=','+','-','@'.", k.name, k.account)
}

func errTagReserved(k streamKey, key string) error {
	// Not documented: that the prefix is reserved is (tagging), what it is answered is not.
	return kinesis.InvalidArgumentException("Failed to add tags to stream %s under account %s because the tag key %s begins with aws:, which is reserved.",
		k.name, k.account, key)
}

func errPolicy(why string) error {
	// Not documented.
	return kinesis.InvalidArgumentException("The policy is not valid: %s.", why)
}

func errPolicyTooLong(size, most int) error {
	// Not documented.
	return kinesis.InvalidArgumentException("The policy has %d bytes, more than the limit of %d.", size, most)
}

func errNoPolicy(arn string) error {
	// An error is observed, neither its code nor its text.
	return kinesis.ResourceNotFoundException("No resource policy found for resource ARN %s.", arn)
}

// Channels. None can be created, so none is found.

func errChannelStreams(n int) error {
	// Not documented.
	return kinesis.ValidationException("StreamConfigurationList must have exactly one entry; it has %d.", n)
}

func errChannelDestination() error {
	// Not documented.
	return kinesis.ValidationException("Either S3DestinationConfiguration or S3TablesDestinationConfiguration must be specified, but not both.")
}

func errChannelProvisioned(k streamKey) error {
	// Not documented.
	return kinesis.ValidationException("Channels are only supported for streams in On-Demand mode. Stream %s under account %s is in Provisioned mode.",
		k.name, k.account)
}

func errNoChannels() error {
	// Unlike AWS.
	return kinesis.ValidationException("Channels are not supported yet: this server delivers no records to Amazon S3.")
}

func errNoChannel(arn string) error {
	// Not documented.
	return kinesis.ResourceNotFoundException("Channel %s not found. Channels are not supported yet.", arn)
}
