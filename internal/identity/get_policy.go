package identity

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
)

// GetPolicy says what a managed policy says and who has it.
func (s *Service) GetPolicy(_ context.Context, caller access.Caller, in *extapi.GetPolicyRequest) (*extapi.Policy, error) {
	n, a, err := s.lookAt(caller, in.Account)
	if err != nil {
		return nil, err
	}
	m, err := n.policyOf(a, in.Policy)
	if err != nil {
		return nil, err
	}
	return n.shapeOfPolicy(m), nil
}
