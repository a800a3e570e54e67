package identity

import (
	"context"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/access/policy"
	"github.com/freshet/freshet/internal/extapi"
)

// rootName is how a simulation names the root of an account.
const rootName = "root"

// SimulatePolicy says what would become of a request, and which statement decides it:
// by the same code as for requests.
func (s *Service) SimulatePolicy(_ context.Context, caller access.Caller, in *extapi.SimulatePolicyRequest) (*extapi.Simulation, error) {
	n, a, err := s.lookAt(caller, in.Account)
	if err != nil {
		return nil, err
	}
	principal, err := n.simulated(a, in.Principal)
	if err != nil {
		return nil, err
	}
	made, err := newSimulation(in, caller.Region(), a.id)
	if err != nil {
		return nil, err
	}
	identity := access.Verified(principal, "", made.region, made.facts)
	d := access.Simulate(identity, made.request, made.request.Uses[0])
	out := &extapi.Simulation{Allowed: d.Allowed(), Decision: "implicitDeny", Layer: string(d.Layer), Policy: d.Policy, Statement: d.Statement}
	switch d.Effect {
	case policy.Allow:
		out.Decision = "allowed"
	case policy.Deny:
		out.Decision = "explicitDeny"
	}
	return out, nil
}

// simulated is the principal that ref names.
func (n *snapshot) simulated(a *account, ref string) (*access.Principal, error) {
	if ref == rootName || ref == a.arn() {
		return a.root, nil
	}
	h, err := n.holderOf(a, ref)
	if err != nil {
		return nil, err
	}
	if h.user != nil {
		return h.user.principal, nil
	}
	return h.role.principal(rootName), nil
}

// simulation is the request that is thought of.
type simulation struct {
	region  string
	facts   access.Facts
	request access.Request
}

// newSimulation reads what is asked. A resource is of the account of its ARN, or of
// account if that names none.
func newSimulation(in *extapi.SimulatePolicyRequest, region, account string) (*simulation, error) {
	if service, name, ok := strings.Cut(in.Action, ":"); !ok || service == "" || name == "" || strings.ContainsAny(in.Action, "*?") {
		return nil, errInvalid("%q is no action: want one like kinesis:PutRecord", in.Action)
	}
	r := access.Resource{ARN: in.Resource, Shared: true}
	if r.ARN == "" {
		r.ARN = "*"
	}
	if r.ARN != "*" {
		f := strings.SplitN(r.ARN, ":", 6)
		if len(f) != 6 || f[0] != "arn" {
			return nil, errInvalid("%q is no resource: want an ARN or *", in.Resource)
		}
		if r.Account = f[4]; r.Account == "" {
			r.Account = account
		}
	}
	if in.ResourcePolicy != "" {
		d, err := parse(policy.Resource, in.ResourcePolicy, policy.MostBytes)
		if err != nil {
			return nil, err
		}
		r.Policy = &policy.Named{Name: "resource policy", Document: d}
	}
	s := &simulation{region: region, facts: access.Facts{Time: time.Now(), Secure: true}}
	s.request.Uses = []access.Use{{Action: in.Action, Resource: r}}
	for key, values := range in.Context {
		if err := s.set(strings.ToLower(key), values); err != nil {
			return nil, err
		}
	}
	return s, nil
}
