package identity

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/change"
	"github.com/freshet/freshet/internal/extapi"
)

// UpdateRole changes what a role is, and who may assume it. Sessions that have begun
// go on.
func (s *Service) UpdateRole(ctx context.Context, caller access.Caller, in *extapi.UpdateRoleRequest) (*extapi.Role, error) {
	if in.Trust != nil {
		if _, err := parseTrust(*in.Trust); err != nil {
			return nil, err
		}
	}
	var k nameKey
	var before *extapi.Role
	next, err := s.catalog.change(ctx, func(n *snapshot, e *edit) error {
		a, err := n.target(caller, in.Account)
		if err != nil {
			return err
		}
		r, err := n.roleNamed(a, in.Name)
		if err != nil {
			return err
		}
		k, before = r.key(), r.shape()
		d := r.roleDocument
		set(&d.Description, in.Description)
		set(&d.Trust, in.Trust)
		set(&d.MaxSessionDuration, in.MaxSessionDuration)
		if err := checkRole(d.Description, d.MaxSessionDuration); err != nil {
			return err
		}
		e.put(k.in(rolePrefix), d)
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := next.roles[k].shape()
	change.Say(ctx, out.ARN, before, out)
	return out, nil
}

// set changes what was given.
func set[T any](field *T, given *T) {
	if given != nil {
		*field = *given
	}
}
