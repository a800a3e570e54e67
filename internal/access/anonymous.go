package access

import "github.com/freshet/freshet/internal/access/policy"

// nobody is the account of who has none. It is no account's number, so that no state
// is kept there.
const nobody = "anonymous"

// Anonymous is the identity of a request without credentials, as AWS takes them for few
// operations. Authorize lets it do nothing.
func Anonymous(region string, facts Facts) Identity {
	if region == "" {
		region = DefaultRegion
	}
	return Identity{account: nobody, region: region, principal: &Principal{Kind: "Anonymous", ARN: nobody}, facts: facts}
}

// IsAnonymous reports whether i has no credentials.
func (i Identity) IsAnonymous() bool { return i.account == nobody }

// Admit makes the Caller of an operation that needs no credentials, because it finds
// out itself whether what it is given is good. It reaches the state of no account.
func Admit(i Identity) Caller {
	if !i.IsAnonymous() {
		panic("BUG: access: who has credentials is authorized by them")
	}
	return Caller{account: nobody, region: i.region, facts: &i.facts}
}

// AsHimself makes the Caller of an operation that nobody needs a permission for, since
// it only tells a principal, or gives it, what is its own.
func AsHimself(i Identity) Caller {
	if i.IsZero() || i.IsAnonymous() {
		panic("BUG: access: nobody is no principal")
	}
	return Caller{account: i.account, region: i.region, keyID: i.keyID, principal: i.principal}
}

// AllowsFederated decides whether a caller whom Admit made may make all uses of r, if
// the provider of that ARN vouches for him: the policies of what is reached, which are
// a role's trust, are all there are.
func AllowsFederated(c Caller, provider string, r Request) bool {
	facts, anonymous := c.Facts()
	if !anonymous || provider == "" || len(r.Uses) == 0 {
		return false
	}
	i := Anonymous(c.region, facts)
	for n := range r.Uses {
		u := &r.Uses[n]
		set := policy.Set{Resource: u.Resource.Policy, SameAccount: true}
		d := set.Decide(policy.Request{
			Principal: policy.Principal{Federated: provider}, Action: u.Action, Resource: u.Resource.ARN,
			Context: &requestContext{identity: &i, request: &r, resource: &u.Resource},
		})
		if !d.Allowed() {
			return false
		}
	}
	return true
}

// Facts are what the server knows of a request without credentials; ok is false for
// every other.
func (c Caller) Facts() (_ Facts, ok bool) {
	if c.facts == nil {
		return Facts{}, false
	}
	return *c.facts, true
}
