package access

import "strings"

// DefaultAccount is the account of an access key that does not name one. It is
// the convention of every local AWS endpoint.
const DefaultAccount = "000000000000"

// DefaultRegion is the region of a request whose credential scope names none.
const DefaultRegion = "us-east-1"

// Caller is who makes a request: the account and region that its state lives
// in, and the principal that policies speak of. Callers compare with ==.
type Caller struct {
	account string
	region  string
	keyID   string
}

// Dev makes the caller of an unverified request: any access key is taken. A key
// of 12 digits is the account; any other key, keys that look like production
// credentials among them, is DefaultAccount. An empty region is DefaultRegion.
func Dev(keyID, region string) Caller {
	account := DefaultAccount
	if isAccount(keyID) {
		account = keyID
	}
	if region == "" {
		region = DefaultRegion
	}
	return Caller{account: account, region: region, keyID: keyID}
}

// Account is the 12-digit account id.
func (c Caller) Account() string { return c.account }

// Region is the region of the credential scope.
func (c Caller) Region() string { return c.region }

// Principal is the ARN that policies and audit name: of an unverified caller,
// its account's root. It is made anew by each call, since few requests ask.
func (c Caller) Principal() string { return "arn:aws:iam::" + c.account + ":root" }

// KeyID is the access key id the request was made with. It is no secret.
func (c Caller) KeyID() string { return c.keyID }

// IsZero reports whether c was made by no constructor of this package.
func (c Caller) IsZero() bool { return c.account == "" }

func isAccount(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}
