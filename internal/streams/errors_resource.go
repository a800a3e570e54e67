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
	return kinesis.InvalidArgumentException("ResourceARN %s is not the ARN of a stream or of a consumer.", arn)
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
