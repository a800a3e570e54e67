package access

import (
	"strings"

	"github.com/freshet/freshet/internal/access/policy"
)

// Resource is something that an operation touches.
type Resource struct {
	// ARN names it, whether it exists or not; "*" is for operations of no resource.
	ARN string
	// Account owns it; empty for "*".
	Account string
	// Tags are its own, nil if it has none or does not exist.
	Tags map[string]string
	// Policy is its own, or a role's trust policy; nil if it has none.
	Policy *policy.Named
	// Shared says that its policy may let in principals of other accounts.
	Shared bool
	// Unlocked says that the root of its account is allowed whatever Policy denies.
	Unlocked bool
}

// Use is one action on one resource.
type Use struct {
	// Action names the service and the operation, kinesis:PutRecord.
	Action   string
	Resource Resource
}

// Request is what is asked for, as far as policies may judge it.
type Request struct {
	// Uses must all be allowed. There is at least one.
	Uses []Use
	// Tags are those that the request gives to what it touches, and TagKeys the keys of
	// those that it takes away.
	Tags    map[string]string
	TagKeys []string
	// Keys are of the service itself, such as sts:externalid, in lower case. None begins
	// with aws:, which are the server's.
	Keys policy.Values
}

// Authorize decides whether i may perform action on all of the resources, of which
// there is at least one. See AuthorizeRequest.
func Authorize(i Identity, action string, resources ...Resource) (Caller, error) {
	uses := make([]Use, len(resources))
	for n, r := range resources {
		uses[n] = Use{action, r}
	}
	return AuthorizeRequest(i, Request{Uses: uses})
}

// AuthorizeRequest is the only way to a Caller of a request: it decides whether i may
// do all that r asks for. The Caller acts in the account that owns what is touched.
// An identity that nobody verified may do everything in its own account, whatever r
// names.
//
// An error is AWS's AccessDeniedException.
func AuthorizeRequest(i Identity, r Request) (Caller, error) {
	if i.IsZero() {
		panic("BUG: access: a request without an identity")
	}
	caller := Caller{account: i.account, region: i.region, keyID: i.keyID, principal: i.principal}
	if i.principal == nil {
		return caller, nil
	}
	if len(r.Uses) == 0 {
		panic("BUG: access: a request that touches nothing")
	}
	if i.IsAnonymous() {
		return Caller{}, denied(i.principal, &r.Uses[0], policy.Decision{Layer: policy.ByIdentity})
	}
	for n := range r.Uses {
		u := &r.Uses[n]
		if d := Simulate(i, r, *u); !d.Allowed() {
			return Caller{}, denied(i.principal, u, d)
		}
		if owner := u.Resource.Account; owner != i.account && owner != "" && n == 0 {
			caller.account = strings.Clone(owner) // it may be of the request, whose memory is used again
		}
		if owner := u.Resource.Account; owner != "" && owner != caller.account {
			// One call reaches the state of one account.
			return Caller{}, denied(i.principal, u, policy.Decision{Layer: policy.ByResource})
		}
	}
	return caller, nil
}

// Simulate is the decision about one use of r, and what Authorize goes by. i must have
// been verified, or be as if it had.
func Simulate(i Identity, r Request, u Use) policy.Decision {
	p := i.principal
	same := u.Resource.Account == "" || u.Resource.Account == p.Account
	set := policy.Set{
		Root:        p.Kind == Root,
		Identity:    p.Policies,
		Boundary:    p.Boundary,
		Session:     p.Session,
		Resource:    u.Resource.Policy,
		SameAccount: same,
		Unlocked:    u.Resource.Unlocked,
	}
	if !same && !u.Resource.Shared {
		set.Resource = nil
	}
	return set.Decide(policy.Request{
		Principal: policy.Principal{Account: p.Account, ARN: p.ARN, Role: p.Role},
		Action:    u.Action,
		Resource:  u.Resource.ARN,
		Context:   &requestContext{identity: &i, request: &r, resource: &u.Resource},
	})
}
