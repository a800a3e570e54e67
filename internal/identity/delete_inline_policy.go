package identity

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
)

// DeleteInlinePolicy takes a policy of its own from a user or a role.
func (s *Service) DeleteInlinePolicy(ctx context.Context, caller access.Caller, in *extapi.DeleteInlinePolicyRequest) (*extapi.Permitted, error) {
	return s.permit(ctx, caller, asked{in.Account, in.Principal}, func(_ *snapshot, _ *account, h holder, p *permissions) error {
		if _, found := p.Inline[in.Name]; !found {
			return errNoSuchEntity("The policy with name %s of %s cannot be found.", in.Name, h.arn())
		}
		delete(p.Inline, in.Name)
		return nil
	})
}
