package identity

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
)

// SetTags gives a user or a role these tags and no others.
func (s *Service) SetTags(ctx context.Context, caller access.Caller, in *extapi.SetTagsRequest) (*extapi.Permitted, error) {
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	return s.permit(ctx, caller, asked{in.Account, in.Principal}, func(_ *snapshot, _ *account, _ holder, p *permissions) error {
		p.Tags = in.Tags
		return nil
	})
}
