package identity

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/change"
	"github.com/freshet/freshet/internal/extapi"
)

// UpdateAccount changes an account's alias.
func (s *Service) UpdateAccount(ctx context.Context, caller access.Caller, in *extapi.UpdateAccountRequest) (*extapi.Account, error) {
	var id string
	var before *extapi.Account
	next, err := s.catalog.change(ctx, func(n *snapshot, e *edit) error {
		a, err := n.target(caller, in.Account)
		if err != nil {
			return err
		}
		if in.Alias != a.Alias {
			if err := n.checkNewAlias(in.Alias); err != nil {
				return err
			}
		}
		id, before = a.id, n.shapeOfAccount(a)
		d := a.accountDocument
		d.Alias = in.Alias
		e.put(accountPrefix+id, d)
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := next.shapeOfAccount(next.accounts[id])
	change.Say(ctx, rootARN(id), before, out)
	return out, nil
}
