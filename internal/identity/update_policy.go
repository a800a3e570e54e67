package identity

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/change"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/limits"
)

// UpdatePolicy gives a managed policy another document, which holds at once for all
// that have it. Unlike AWS, the one before is not kept.
func (s *Service) UpdatePolicy(ctx context.Context, caller access.Caller, in *extapi.UpdatePolicyRequest) (*extapi.Policy, error) {
	if _, err := parseIdentity(in.Document, limits.ManagedPolicySize); err != nil {
		return nil, err
	}
	var k nameKey
	var before *extapi.Policy
	next, err := s.catalog.change(ctx, func(n *snapshot, e *edit) error {
		a, err := n.target(caller, in.Account)
		if err != nil {
			return err
		}
		m, err := n.policyOf(a, in.Policy)
		if err != nil {
			return err
		}
		k, before = m.key(), n.shapeOfPolicy(m)
		d := m.policyDocument
		d.Text, d.Updated = in.Document, time.Now().UTC()
		e.put(k.in(policyPrefix), d)
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := next.shapeOfPolicy(next.policies[k])
	change.Say(ctx, out.ARN, before, out)
	return out, nil
}
