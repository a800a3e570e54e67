package identity

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
)

// AttachPolicy attaches a managed policy to a user or a role.
func (s *Service) AttachPolicy(ctx context.Context, caller access.Caller, in *extapi.AttachPolicyRequest) (*extapi.Permitted, error) {
	return s.permit(ctx, caller, asked{in.Account, in.Principal}, func(n *snapshot, a *account, _ holder, p *permissions) error {
		m, err := n.policyOf(a, in.Policy)
		if err != nil {
			return err
		}
		return p.attach(m.arn())
	})
}
