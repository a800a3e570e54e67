package identity

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/change"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/limits"
)

// CreateUser makes a user, with no key and nothing that he may do.
func (s *Service) CreateUser(ctx context.Context, caller access.Caller, in *extapi.CreateUserRequest) (*extapi.User, error) {
	var k nameKey
	next, err := s.catalog.change(ctx, func(n *snapshot, e *edit) error {
		a, err := n.target(caller, in.Account)
		if err != nil {
			return err
		}
		path, boundary, err := n.checkNewHolder(a, "user", in.Name, in.Path, in.Boundary, in.Tags)
		if err != nil {
			return err
		}
		k = keyOf(a.id, in.Name)
		if n.users[k] != nil {
			return errExists("User with name %s already exists.", in.Name)
		}
		if len(of(n.users, a.id)) >= limits.UsersPerAccount {
			return errLimit("Cannot exceed quota for UsersPerAccount: %d", limits.UsersPerAccount)
		}
		e.put(k.in(userPrefix), userDocument{
			Name: in.Name, Path: path, ID: newUniqueID(userIDPrefix), Created: time.Now().UTC(),
			permissions: permissions{Boundary: boundary, Tags: in.Tags},
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := next.users[k].shape()
	change.Say(ctx, out.ARN, nil, out)
	return out, nil
}

// checkNewHolder checks what a new user and a new role have alike. It returns the path
// and the boundary's ARN.
func (n *snapshot) checkNewHolder(a *account, what, name, path, boundary string, tags map[string]string) (_, arn string, err error) {
	if err := checkName(what, name, limits.IdentityName); err != nil {
		return "", "", err
	}
	if path, err = checkPath(path); err != nil {
		return "", "", err
	}
	if boundary != "" {
		m, err := n.policyOf(a, boundary)
		if err != nil {
			return "", "", err
		}
		arn = m.arn()
	}
	return path, arn, checkTags(tags)
}
