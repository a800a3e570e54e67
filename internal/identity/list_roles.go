package identity

import (
	"context"
	"strings"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
)

// ListRoles lists the roles of an account.
func (s *Service) ListRoles(_ context.Context, caller access.Caller, in *extapi.ListRolesRequest) (*extapi.Roles, error) {
	n, a, err := s.lookAt(caller, in.Account)
	if err != nil {
		return nil, err
	}
	out := &extapi.Roles{Roles: []extapi.Role{}}
	for _, r := range of(n.roles, a.id) {
		if strings.HasPrefix(r.Path, in.PathPrefix) {
			out.Roles = append(out.Roles, *r.shape())
		}
	}
	return out, nil
}
