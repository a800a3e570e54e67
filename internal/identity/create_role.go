package identity

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/change"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/limits"
)

// CreateRole makes a role, which may do nothing yet.
func (s *Service) CreateRole(ctx context.Context, caller access.Caller, in *extapi.CreateRoleRequest) (*extapi.Role, error) {
	if _, err := parseTrust(in.Trust); err != nil {
		return nil, err
	}
	duration := in.MaxSessionDuration
	if duration == 0 {
		duration = limits.RoleSessionShortest
	}
	if err := checkRole(in.Description, duration); err != nil {
		return nil, err
	}
	var k nameKey
	next, err := s.catalog.change(ctx, func(n *snapshot, e *edit) error {
		a, err := n.target(caller, in.Account)
		if err != nil {
			return err
		}
		path, boundary, err := n.checkNewHolder(a, "role", in.Name, in.Path, in.Boundary, in.Tags)
		if err != nil {
			return err
		}
		k = keyOf(a.id, in.Name)
		if n.roles[k] != nil {
			return errExists("Role with name %s already exists.", in.Name)
		}
		if len(of(n.roles, a.id)) >= limits.RolesPerAccount {
			return errLimit("Cannot exceed quota for RolesPerAccount: %d", limits.RolesPerAccount)
		}
		e.put(k.in(rolePrefix), roleDocument{
			Name: in.Name, Path: path, ID: newUniqueID(roleIDPrefix), Created: time.Now().UTC(),
			Description: in.Description, Trust: in.Trust, MaxSessionDuration: duration,
			permissions: permissions{Boundary: boundary, Tags: in.Tags},
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := next.roles[k].shape()
	change.Say(ctx, out.ARN, nil, out)
	return out, nil
}

func checkRole(description string, duration int) error {
	if duration < limits.RoleSessionShortest || duration > limits.RoleSessionLongest {
		return errInvalid("maxSessionDuration must be %d to %d seconds", limits.RoleSessionShortest, limits.RoleSessionLongest)
	}
	return checkDescription(description, limits.IdentityDescription)
}
