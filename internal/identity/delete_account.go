package identity

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/change"
	"github.com/freshet/freshet/internal/extapi"
)

// DeleteAccount deletes an account in which nobody is any more, with the keys of its
// root. The operator's account stays. So does one that has streams: whoever may make
// accounts could make it anew under its number, and would have with its root's new key
// what is in them. (CreateStream of a request that is under way may come after the look.)
func (s *Service) DeleteAccount(ctx context.Context, caller access.Caller, in *extapi.DeleteAccountRequest) (*extapi.Nothing, error) {
	var before *extapi.Account
	_, err := s.catalog.change(ctx, func(n *snapshot, e *edit) error {
		if err := n.ofOperator(caller); err != nil {
			return err
		}
		if in.Account == "" {
			return errInvalid("account must say which account to delete")
		}
		a, err := n.target(caller, in.Account)
		if err != nil {
			return err
		}
		before = n.shapeOfAccount(a)
		switch {
		case a.Operator:
			return errConflict("Cannot delete the account that administers the others.")
		case before.Users+before.Roles+before.Policies > 0:
			return errConflict("Cannot delete account %s: it has %d users, %d roles and %d policies.", a.id, before.Users, before.Roles, before.Policies)
		}
		if count := s.options.Streams(a.id); count > 0 {
			return errConflict("Cannot delete account %s: it has %d streams, which its root can delete.", a.id, count)
		}
		e.removeKeys(a.keys)
		e.remove(accountPrefix + a.id)
		return nil
	})
	if err != nil {
		return nil, err
	}
	change.Say(ctx, rootARN(in.Account), before, nil)
	return &extapi.Nothing{}, nil
}
