package identity

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/change"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/limits"
)

// CreatePolicy makes a managed policy, which nobody has yet.
func (s *Service) CreatePolicy(ctx context.Context, caller access.Caller, in *extapi.CreatePolicyRequest) (*extapi.Policy, error) {
	path, err := checkPolicy(in)
	if err != nil {
		return nil, err
	}
	var k nameKey
	next, err := s.catalog.change(ctx, func(n *snapshot, e *edit) error {
		a, err := n.target(caller, in.Account)
		if err != nil {
			return err
		}
		k = keyOf(a.id, in.Name)
		if n.policies[k] != nil {
			return errExists("A policy called %s already exists. Duplicate names are not allowed.", in.Name)
		}
		if len(of(n.policies, a.id)) >= limits.PoliciesPerAccount {
			return errLimit("Cannot exceed quota for PoliciesPerAccount: %d", limits.PoliciesPerAccount)
		}
		now := time.Now().UTC()
		e.put(k.in(policyPrefix), policyDocument{
			Name: in.Name, Path: path, ID: newUniqueID(policyIDPrefix), Created: now, Updated: now,
			Description: in.Description, Text: in.Document,
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := next.shapeOfPolicy(next.policies[k])
	change.Say(ctx, out.ARN, nil, out)
	return out, nil
}

// checkPolicy checks a policy that is to be made, and returns its path.
func checkPolicy(in *extapi.CreatePolicyRequest) (path string, err error) {
	if err := checkName("policy", in.Name, limits.PolicyName); err != nil {
		return "", err
	}
	if path, err = checkPath(in.Path); err != nil {
		return "", err
	}
	if err := checkDescription(in.Description, limits.IdentityDescription); err != nil {
		return "", err
	}
	_, err = parseIdentity(in.Document, limits.ManagedPolicySize)
	return path, err
}
