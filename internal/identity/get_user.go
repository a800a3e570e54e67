package identity

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
)

// GetUser says what a user is, has and may do.
func (s *Service) GetUser(_ context.Context, caller access.Caller, in *extapi.GetUserRequest) (*extapi.User, error) {
	n, a, err := s.lookAt(caller, in.Account)
	if err != nil {
		return nil, err
	}
	u, err := n.userNamed(a, in.Name)
	if err != nil {
		return nil, err
	}
	return u.shape(), nil
}
