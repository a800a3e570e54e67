package access

import "strings"

// DefaultAccount is the account of an access key that does not name one. It is
// the convention of every local AWS endpoint.
const DefaultAccount = "000000000000"

// DefaultRegion is the region of a request whose credential scope names none.
const DefaultRegion = "us-east-1"

// Caller is who may make a request: the account and region whose state it
// reaches, and the principal that was allowed to. Callers compare with ==.
type Caller struct {
	account   string // of the state; a principal of another account may reach it
	region    string
	keyID     string
	principal *Principal // nil if it was not verified
	facts     *Facts     // of a request without credentials, else nil
}

// Dev makes the caller of an unverified request, whom everything is allowed in the
// account of Unverified. The server's own errands are its callers, too.
func Dev(keyID, region string) Caller {
	i := Unverified(keyID, region)
	return Caller{account: i.account, region: i.region, keyID: i.keyID}
}

// Account is the 12-digit id of the account whose state is reached.
func (c Caller) Account() string { return c.account }

// Region is the region of the credential scope.
func (c Caller) Region() string { return c.region }

// Principal is the ARN that policies and audit name: of an unverified caller,
// its account's root, and then it is made anew by each call, since few requests ask.
func (c Caller) Principal() string {
	if c.principal != nil {
		return c.principal.ARN
	}
	return "arn:aws:iam::" + c.account + ":root"
}

// Who is the principal itself, nil if it was not verified or there is none.
func (c Caller) Who() *Principal { return c.principal }

// KeyID is the access key id the request was made with. It is no secret.
func (c Caller) KeyID() string { return c.keyID }

// IsZero reports whether c was made by no constructor of this package.
func (c Caller) IsZero() bool { return c.account == "" }

func isAccount(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}
