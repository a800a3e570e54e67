package access

import (
	"net/netip"
	"time"
)

// Identity is who a request comes from, once that was found out. It allows nothing:
// Authorize makes a Caller of it.
type Identity struct {
	account   string
	region    string
	keyID     string
	principal *Principal // nil if it was not verified
	facts     Facts
}

// Facts are what the server itself knows of a request. Conditions of policies are
// judged by them, so nothing in them is of the client's choosing but UserAgent.
type Facts struct {
	// Source is the address of the socket, or of the client that a trusted proxy names.
	Source netip.Addr
	// Secure says that the request came over TLS.
	Secure bool
	// UserAgent is the header, as it came.
	UserAgent string
	// Time is when the request came.
	Time time.Time
	// TokenIssued is when the session began, zero for keys that last.
	TokenIssued time.Time
}

// Unverified makes the identity of a request whose signature nobody checks: any
// access key is taken. A key of 12 digits is the account; any other key, keys that
// look like production credentials among them, is DefaultAccount. An empty region
// is DefaultRegion. Only where there are no identities may it be used.
func Unverified(keyID, region string) Identity {
	account := DefaultAccount
	if isAccount(keyID) {
		account = keyID
	}
	if region == "" {
		region = DefaultRegion
	}
	return Identity{account: account, region: region, keyID: keyID}
}

// Verified makes the identity of a request that p's key keyID signed for region.
// Whoever calls it has not yet seen the signature, or has checked it: wire asks for
// no Caller before that.
func Verified(p *Principal, keyID, region string, facts Facts) Identity {
	if p == nil || p.Kind == "" || !isAccount(p.Account) || region == "" {
		panic("BUG: access: an identity without principal, account or region")
	}
	return Identity{account: p.Account, region: region, keyID: keyID, principal: p, facts: facts}
}

// Account is the account that the identity belongs to.
func (i Identity) Account() string { return i.account }

// Region is the region of the credential scope.
func (i Identity) Region() string { return i.region }

// KeyID is the access key id that the request was made with. It is no secret.
func (i Identity) KeyID() string { return i.keyID }

// Principal is who it is, nil if that was not verified.
func (i Identity) Principal() *Principal { return i.principal }

// Facts are what the server knows of the request.
func (i Identity) Facts() Facts { return i.facts }

// IsZero reports whether i was made by no constructor of this package.
func (i Identity) IsZero() bool { return i.account == "" }
