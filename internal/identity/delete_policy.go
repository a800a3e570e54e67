package identity

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/change"
	"github.com/freshet/freshet/internal/extapi"
)

// DeletePolicy deletes a managed policy that nobody has and that bounds nobody.
func (s *Service) DeletePolicy(ctx context.Context, caller access.Caller, in *extapi.DeletePolicyRequest) (*extapi.Nothing, error) {
	var before *extapi.Policy
	_, err := s.catalog.change(ctx, func(n *snapshot, e *edit) error {
		a, err := n.target(caller, in.Account)
		if err != nil {
			return err
		}
		m, err := n.policyOf(a, in.Policy)
		if err != nil {
			return err
		}
		before = n.shapeOfPolicy(m)
		if len(before.AttachedTo)+len(before.BoundaryOf) > 0 {
			return errConflict("Cannot delete a policy attached to entities.")
		}
		e.remove(m.key().in(policyPrefix))
		return nil
	})
	if err != nil {
		return nil, err
	}
	change.Say(ctx, before.ARN, before, nil)
	return &extapi.Nothing{}, nil
}
