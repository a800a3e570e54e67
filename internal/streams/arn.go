package streams

import (
	"strings"

	"github.com/freshet/freshet/internal/access"
)

// arn returns the ARN of the stream at k.
func (k streamKey) arn() string {
	return "arn:" + partitionOf(k.region) + ":kinesis:" + k.region + ":" + k.account + ":stream/" + k.name
}

// partitionOf returns the partition that a region's ARNs name.
func partitionOf(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// parseARN reads the ARN of a stream, whatever its partition.
func parseARN(s string) (streamKey, bool) {
	f := strings.SplitN(s, ":", 6)
	if len(f) != 6 || f[0] != "arn" || f[2] != "kinesis" {
		return streamKey{}, false
	}
	name, ok := strings.CutPrefix(f[5], "stream/")
	return streamKey{account: f[4], region: f[3], name: name}, ok
}

// address returns which stream a request means by its name, its ARN, or both.
func address(caller access.Caller, name, arn *string) (streamKey, error) {
	if arn == nil {
		if name == nil {
			return streamKey{}, errNoAddress()
		}
		return streamKey{caller.Account(), caller.Region(), *name}, nil
	}
	key, ok := parseARN(*arn)
	if !ok {
		return streamKey{}, errBadARN(*arn)
	}
	if name != nil && *name != key.name {
		return streamKey{}, errAddressesDiffer(*name, *arn)
	}
	return key, nil
}

// owns reports whether k lies in the caller's account and region. Streams of
// others are not found until policies can share them.
func (k streamKey) owns(caller access.Caller) bool {
	return k.account == caller.Account() && k.region == caller.Region()
}
