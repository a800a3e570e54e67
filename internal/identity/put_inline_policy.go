package identity

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/limits"
)

// PutInlinePolicy gives a user or a role a policy of its own.
func (s *Service) PutInlinePolicy(ctx context.Context, caller access.Caller, in *extapi.PutInlinePolicyRequest) (*extapi.Permitted, error) {
	if err := checkName("policy", in.Name, limits.PolicyName); err != nil {
		return nil, err
	}
	if (in.Document == "") == (len(in.Grants) == 0) {
		return nil, errInvalid("either document or grants must be given")
	}
	var warnings []string
	out, err := s.permit(ctx, caller, asked{in.Account, in.Principal}, func(_ *snapshot, a *account, h holder, p *permissions) error {
		text, err := in.Document, error(nil)
		if text == "" {
			text, err = grantsText(a.id, in.Grants)
		}
		if err != nil {
			return err
		}
		d, err := parseIdentity(text, h.inlineLimit())
		if err != nil {
			return err
		}
		warnings = warningsOf(d)
		return p.putInline(in.Name, text, h.inlineLimit())
	})
	if err != nil {
		return nil, err
	}
	out.Warnings = warnings
	return out, nil
}
