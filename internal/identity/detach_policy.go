package identity

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
)

// DetachPolicy takes a managed policy off a user or a role.
func (s *Service) DetachPolicy(ctx context.Context, caller access.Caller, in *extapi.DetachPolicyRequest) (*extapi.Permitted, error) {
	return s.permit(ctx, caller, asked{in.Account, in.Principal}, func(n *snapshot, a *account, _ holder, p *permissions) error {
		m, err := n.policyOf(a, in.Policy)
		if err != nil {
			return err
		}
		return p.detach(m.arn())
	})
}
