package identity

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/sts"
)

// GetCallerIdentity says who calls. Nobody needs a permission for it, and no policy
// takes it away.
//
// In development everybody is the root of an account.
func (s *Service) GetCallerIdentity(_ context.Context, caller access.Caller, _ *sts.GetCallerIdentityRequest) (*sts.GetCallerIdentityResponse, error) {
	p := caller.Who()
	if s.develops(caller) {
		p = rootOf(caller.Account())
	}
	return &sts.GetCallerIdentityResponse{UserId: &p.ID, Account: &p.Account, Arn: &p.ARN}, nil
}
