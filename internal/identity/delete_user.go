package identity

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/change"
	"github.com/freshet/freshet/internal/extapi"
)

// DeleteUser deletes a user. Unless with all, his policies and keys must be gone.
func (s *Service) DeleteUser(ctx context.Context, caller access.Caller, in *extapi.DeleteUserRequest) (*extapi.Nothing, error) {
	var before *extapi.User
	_, err := s.catalog.change(ctx, func(n *snapshot, e *edit) error {
		a, err := n.target(caller, in.Account)
		if err != nil {
			return err
		}
		u, err := n.userNamed(a, in.Name)
		if err != nil {
			return err
		}
		if len(u.keys) > 0 && !in.WithAll {
			return errConflict("Cannot delete entity, must delete access keys first.")
		}
		if err := u.free(in.WithAll); err != nil {
			return err
		}
		before = u.shape()
		e.removeKeys(u.keys)
		e.remove(u.key().in(userPrefix))
		return nil
	})
	if err != nil {
		return nil, err
	}
	change.Say(ctx, before.ARN, before, nil)
	return &extapi.Nothing{}, nil
}
