package identity

import (
	"context"
	"strconv"
	"strings"
	"sync"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/access/policy"
	"github.com/freshet/freshet/internal/awsapi/sts"
	"github.com/freshet/freshet/internal/limits"
)

// AssumeRole begins a session of a role, for whom its trust policy lets in and, unless
// that names the caller himself, who is allowed to by his own policies (TouchesRole).
// A role that is not there is answered as one that lets nobody in.
//
// Not documented, and chosen: the texts about tags and policies of sessions. Not
// supported are a second factor and ProvidedContexts, which are refused, and
// MinimumSessionTokenSize, which is ignored.
//
// In development the credentials are those of the role's account, and nothing is asked.
func (s *Service) AssumeRole(_ context.Context, caller access.Caller, in *sts.AssumeRoleRequest) (*sts.AssumeRoleResponse, error) {
	account, name, err := roleOf(*in.RoleArn)
	if err != nil {
		return nil, err
	}
	p := caller.Who()
	if s.develops(caller) {
		return &sts.AssumeRoleResponse{
			Credentials:     devCredentials(account, in.DurationSeconds, limits.SessionDefault),
			AssumedRoleUser: roleUser(account, roleIDPrefix+"DEVELOPMENT", name, *in.RoleSessionName),
			SourceIdentity:  in.SourceIdentity,
		}, nil
	}
	if p.Kind == access.Root {
		return nil, errDenied("Roles may not be assumed by root accounts.")
	}
	if err := noSecondFactor(in.SerialNumber, in.TokenCode); err != nil {
		return nil, err
	}
	if len(in.ProvidedContexts) > 0 {
		return nil, errInvalid("ProvidedContexts are not supported.")
	}
	n, err := s.catalog.known()
	if err != nil {
		return nil, err
	}
	r := n.roleAt(*in.RoleArn)
	if r == nil {
		return nil, errDenied("User: %s is not authorized to perform: sts:AssumeRole on resource: %s because no role trust policy allows the sts:AssumeRole action", p.ARN, *in.RoleArn)
	}
	return n.assume(r, caller, in)
}

// assume begins the session of caller, who may.
func (n *snapshot) assume(r *role, caller access.Caller, in *sts.AssumeRoleRequest) (*sts.AssumeRoleResponse, error) {
	before := access.Begun{Key: caller.KeyID()}
	chained := caller.Who().Begun != nil
	if chained {
		before = *caller.Who().Begun
	}
	lasts, err := roleDuration(r, in.DurationSeconds, chained)
	if err != nil {
		return nil, err
	}
	if given := textOf(in.SourceIdentity); given != "" && before.SourceIdentity != "" && given != before.SourceIdentity {
		return nil, errDenied("The source identity of a session cannot be changed.")
	}
	b, err := n.bounded(r.account, in.Policy, in.PolicyArns)
	if err != nil {
		return nil, err
	}
	begun := access.Begun{Key: before.Key, Provider: before.Provider, SourceIdentity: before.SourceIdentity}
	if in.SourceIdentity != nil {
		begun.SourceIdentity = *in.SourceIdentity
	}
	if b.Tags, begun.Transitive, err = sessionTags(before.Transitive, in.Tags, in.TransitiveTagKeys); err != nil {
		return nil, err
	}
	percent, err := b.packed()
	if err != nil {
		return nil, err
	}
	made, err := n.begin(r.claims(*in.RoleSessionName, b, begun), lasts)
	if err != nil {
		return nil, err
	}
	out := &sts.AssumeRoleResponse{
		Credentials: made, PackedPolicySize: percent,
		AssumedRoleUser: roleUser(r.account, r.ID, r.Name, *in.RoleSessionName),
	}
	if begun.SourceIdentity != "" {
		out.SourceIdentity = &begun.SourceIdentity
	}
	return out, nil
}

// claims are those of a session of r.
func (r *role) claims(session string, b bounds, begun access.Begun) *claims {
	return &claims{Account: r.account, Role: strings.ToLower(r.Name), ID: r.ID, Name: session, bounds: b, Begun: begun}
}

// TouchesRole is what policies are asked about an AssumeRole of a principal: the role
// with its trust policy, whether it gives tags to the session, and whether it says for
// whom (service authorization reference, STS).
func (s *Service) TouchesRole(p *access.Principal, in *sts.AssumeRoleRequest) (access.Request, error) {
	account, _, err := roleOf(*in.RoleArn)
	if err != nil {
		return access.Request{}, err
	}
	n, err := s.catalog.known()
	if err != nil {
		return access.Request{}, err
	}
	resource := access.Resource{ARN: *in.RoleArn, Account: account, Shared: true, Policy: nobodysTrust()}
	if r := n.roleAt(*in.RoleArn); r != nil {
		resource.Policy = r.trustPolicy()
		resource.Tags = r.Tags
	}
	request := access.Request{
		Uses: []access.Use{{Action: sts.OpAssumeRole.Action, Resource: resource}},
		Tags: map[string]string{},
		Keys: policy.Values{"sts:rolesessionname": {*in.RoleSessionName}},
	}
	if in.ExternalId != nil {
		request.Keys["sts:externalid"] = []string{*in.ExternalId}
	}
	if in.DurationSeconds != nil {
		request.Keys["sts:durationseconds"] = []string{strconv.Itoa(int(*in.DurationSeconds))}
	}
	if in.TransitiveTagKeys != nil {
		request.Keys["sts:transitivetagkeys"] = in.TransitiveTagKeys
	}
	for _, t := range in.Tags {
		request.Tags[textOf(t.Key)] = textOf(t.Value)
	}
	if len(in.Tags) > 0 || p != nil && p.Begun != nil && len(p.Begun.Transitive) > 0 {
		request.Uses = append(request.Uses, access.Use{Action: "sts:TagSession", Resource: resource})
	}
	if source := sourceIdentityOf(p, in); source != "" {
		request.Keys["sts:sourceidentity"] = []string{source}
		request.Uses = append(request.Uses, access.Use{Action: "sts:SetSourceIdentity", Resource: resource})
	}
	return request, nil
}

// sourceIdentityOf is the source identity that the session shall have: that of the
// request, or that of the session which asks, which stays. A role that lets in nobody
// with one must not be reached by way of another (IAM user guide, source identity and
// role chaining).
func sourceIdentityOf(p *access.Principal, in *sts.AssumeRoleRequest) string {
	if in.SourceIdentity == nil && p != nil && p.Begun != nil {
		return p.Begun.SourceIdentity
	}
	return textOf(in.SourceIdentity)
}

// nobodysTrust is the trust policy of a role that is not there: it lets nobody in, in the
// same words as one that is.
var nobodysTrust = sync.OnceValue(func() *policy.Named {
	d, err := policy.Parse(policy.Trust, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"nobody"},"Action":"sts:AssumeRoleWithSAML"}}`)
	if err != nil {
		panic("BUG: identity: " + err.Error())
	}
	return &policy.Named{Name: "nobody", Document: d}
})

func (r *role) trustPolicy() *policy.Named {
	return &policy.Named{Name: r.arn(), Document: r.trust}
}
