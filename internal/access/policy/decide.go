package policy

import "strings"

// Named is a document and what it is called: the name or the ARN of the policy.
type Named struct {
	Name     string
	Document *Document
}

// Set is all policies that a request is judged by.
type Set struct {
	// Root says that the principal is the root of its account, which needs no policy of
	// its own.
	Root bool
	// Identity are the policies of the user or the role.
	Identity []Named
	// Boundary bounds them, nil for no bound.
	Boundary *Named
	// Session bound those of a session; none for no bound.
	Session []Named
	// Resource is the policy of what is reached, or the trust policy of a role that is
	// assumed; nil for none.
	Resource *Named
	// SameAccount says that the principal is of the account that owns the resource.
	SameAccount bool
	// Unlocked says that the resource's policy cannot deny the root of the account that
	// owns it: else nobody could take back a policy that denies everybody (IAM does so
	// for policies of buckets).
	Unlocked bool
}

// Layer says of what sort the policy is that decided, in IAM's words.
type Layer string

// The layers.
const (
	ByIdentity Layer = "identity-based policy"
	ByResource Layer = "resource-based policy"
	ByTrust    Layer = "role trust policy"
	ByBoundary Layer = "permissions boundary"
	BySession  Layer = "session policy"
	ByRoot     Layer = "account root" // which is no policy
)

// Decision says what became of a request, and why. The zero Decision denies.
type Decision struct {
	// Effect is Allow, Deny for an explicit deny, or 0 where nothing allows.
	Effect Effect
	// Layer is the one that allowed, denied, or of which no policy allows.
	Layer Layer
	// Policy and Statement name which, empty where nothing allows.
	Policy    string
	Statement string
}

// Allowed reports whether the request may go on.
func (d Decision) Allowed() bool { return d.Effect == Allow }

// Decide judges a request (IAM user guide, policy evaluation logic):
//
//  1. a statement that denies, in whatever policy, denies;
//  2. within an account, either a policy of identity must allow or the resource's policy
//     must, naming the principal itself; across accounts both must, and there the
//     resource's may name the account; a role's trust policy must allow in every case;
//  3. a boundary must allow as well, and so must a policy of the session.
//
// Unlike AWS, the third holds also where the resource's policy names the user or
// the session itself: what a boundary does not allow is never allowed.
func (s *Set) Decide(req Request) Decision {
	if req.Context == nil {
		req.Context = Values(nil)
	}
	j := judging{req: &req, action: strings.ToLower(req.Action)}
	identity, _ := j.anyOf(ByIdentity, s.Identity, false)
	resource, direct := j.anyOf(s.resourceLayer(), listOf(s.Resource), s.Unlocked && s.Root && s.SameAccount)
	boundary, _ := j.anyOf(ByBoundary, listOf(s.Boundary), false)
	session, _ := j.anyOf(BySession, s.Session, false)
	if j.denied != nil {
		return *j.denied
	}
	if s.Root {
		identity = &Decision{Effect: Allow, Layer: ByRoot}
	}
	granted := identity
	switch {
	case s.SameAccount && identity == nil && direct:
		granted = resource
	case identity == nil && req.Principal.Account == "": // nobody's identity: policies of it there are none
		return Decision{Layer: s.resourceLayer()}
	case identity == nil:
		return Decision{Layer: ByIdentity}
	case resource == nil && (!s.SameAccount || s.resourceLayer() == ByTrust):
		return Decision{Layer: s.resourceLayer()}
	}
	switch {
	case s.Boundary != nil && boundary == nil:
		return Decision{Layer: ByBoundary}
	case len(s.Session) > 0 && session == nil:
		return Decision{Layer: BySession}
	}
	return *granted
}

// judging is a request on its way through the layers.
type judging struct {
	req    *Request
	action string
	denied *Decision // the first, nil if there is none
}

// anyOf judges the policies of a layer and returns what allows, nil if nothing does,
// and whether it names the principal itself. If spared is set nothing is denied.
func (j *judging) anyOf(layer Layer, policies []Named, spared bool) (allowed *Decision, direct bool) {
	for _, p := range policies {
		v := p.Document.judge(j.req, j.action)
		if v.denied != nil && j.denied == nil && !spared {
			j.denied = &Decision{Deny, layer, p.Name, v.denied.name}
		}
		if v.allowed != nil && (allowed == nil || v.direct && !direct) {
			allowed, direct = &Decision{Allow, layer, p.Name, v.allowed.name}, v.direct
		}
	}
	return allowed, direct
}

// listOf returns what there is.
func listOf(p *Named) []Named {
	if p == nil {
		return nil
	}
	return []Named{*p}
}

func (s *Set) resourceLayer() Layer {
	if s.Resource != nil && s.Resource.Document.Kind() == Trust {
		return ByTrust
	}
	return ByResource
}
