package identity

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
)

// GetRole says what a role is, who may assume it and what it may do.
func (s *Service) GetRole(_ context.Context, caller access.Caller, in *extapi.GetRoleRequest) (*extapi.Role, error) {
	n, a, err := s.lookAt(caller, in.Account)
	if err != nil {
		return nil, err
	}
	r, err := n.roleNamed(a, in.Name)
	if err != nil {
		return nil, err
	}
	return r.shape(), nil
}
