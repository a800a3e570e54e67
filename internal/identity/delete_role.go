package identity

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/change"
	"github.com/freshet/freshet/internal/extapi"
)

// DeleteRole deletes a role, and ends its sessions. Unless with all, its policies must
// be gone.
func (s *Service) DeleteRole(ctx context.Context, caller access.Caller, in *extapi.DeleteRoleRequest) (*extapi.Nothing, error) {
	var before *extapi.Role
	_, err := s.catalog.change(ctx, func(n *snapshot, e *edit) error {
		a, err := n.target(caller, in.Account)
		if err != nil {
			return err
		}
		r, err := n.roleNamed(a, in.Name)
		if err != nil {
			return err
		}
		if err := r.free(in.WithAll); err != nil {
			return err
		}
		before = r.shape()
		e.remove(r.key().in(rolePrefix))
		return nil
	})
	if err != nil {
		return nil, err
	}
	change.Say(ctx, before.ARN, before, nil)
	return &extapi.Nothing{}, nil
}
