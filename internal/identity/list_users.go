package identity

import (
	"context"
	"strings"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
)

// ListUsers lists the users of an account.
func (s *Service) ListUsers(_ context.Context, caller access.Caller, in *extapi.ListUsersRequest) (*extapi.Users, error) {
	n, a, err := s.lookAt(caller, in.Account)
	if err != nil {
		return nil, err
	}
	out := &extapi.Users{Users: []extapi.User{}}
	for _, u := range of(n.users, a.id) {
		if strings.HasPrefix(u.Path, in.PathPrefix) {
			out.Users = append(out.Users, *u.shape())
		}
	}
	return out, nil
}
