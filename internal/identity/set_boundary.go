package identity

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
)

// SetBoundary sets what bounds a user or a role, or takes its bounds away.
func (s *Service) SetBoundary(ctx context.Context, caller access.Caller, in *extapi.SetBoundaryRequest) (*extapi.Permitted, error) {
	return s.permit(ctx, caller, asked{in.Account, in.Principal}, func(n *snapshot, a *account, _ holder, p *permissions) error {
		if p.Boundary = ""; in.Policy == "" {
			return nil
		}
		m, err := n.policyOf(a, in.Policy)
		if err != nil {
			return err
		}
		p.Boundary = m.arn()
		return nil
	})
}
