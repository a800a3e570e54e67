package identity

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
)

// GetAccount says what an account is.
func (s *Service) GetAccount(_ context.Context, caller access.Caller, in *extapi.GetAccountRequest) (*extapi.Account, error) {
	n, a, err := s.lookAt(caller, in.Account)
	if err != nil {
		return nil, err
	}
	return n.shapeOfAccount(a), nil
}
