package keys

import "strings"

// LocalName returns what a client's name of a key says to a provider that is not
// AWS: an id, or alias/name. Of an ARN that is its resource: unlike at AWS, keys
// belong to the server, and neither account nor region is looked at. It returns
// false for an ARN of something else, and for nothing.
func LocalName(name string) (string, bool) {
	if rest, ok := strings.CutPrefix(name, "arn:"); ok {
		parts := strings.SplitN(rest, ":", 5) // partition, service, region, account, resource
		if len(parts) < 5 || parts[1] != "kms" {
			return "", false
		}
		id, isKey := strings.CutPrefix(parts[4], "key/")
		if !isKey && !strings.HasPrefix(parts[4], "alias/") {
			return "", false
		}
		name = id
	}
	return name, name != ""
}

// LocalARN is the ARN of a key of a provider that is not AWS. It is in form what
// clients expect; account and region are those of nobody in particular.
func LocalARN(id string) string { return "arn:aws:kms:us-east-1:000000000000:key/" + id }
