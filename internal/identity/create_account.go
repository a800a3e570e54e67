package identity

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/change"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/limits"
)

// CreateAccount makes an account, with a key of its root, by which the account's owner
// makes everything else. Only who is of the operator's account may.
func (s *Service) CreateAccount(ctx context.Context, caller access.Caller, in *extapi.CreateAccountRequest) (*extapi.NewAccount, error) {
	var id, keyID string
	var secret access.Secret
	next, err := s.catalog.change(ctx, func(n *snapshot, e *edit) (err error) {
		if err := n.ofOperator(caller); err != nil {
			return err
		}
		if id = in.ID; id == "" {
			id = newAccountID()
		}
		if err := n.checkNewAccount(id, in.Alias); err != nil {
			return err
		}
		now := time.Now().UTC()
		e.put(accountPrefix+id, accountDocument{Alias: in.Alias, Created: now})
		keyID, secret, err = s.makeKey(e, keyDocument{Account: id, Created: now, Description: "made with the account"})
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &extapi.NewAccount{
		Account: *next.shapeOfAccount(next.accounts[id]),
		RootKey: extapi.NewKey{Key: *next.keys[keyID].shape(), Secret: extapi.ShownOnce(secret.Reveal())},
	}
	change.Say(ctx, rootARN(id), nil, &out.Account)
	return out, nil
}

// checkNewAccount checks the number and the alias of an account to be made.
func (n *snapshot) checkNewAccount(id, alias string) error {
	if err := checkAccountID(id); err != nil {
		return err
	}
	if n.accounts[id] != nil {
		return errExists("Account %s already exists.", id)
	}
	if len(n.accounts) >= limits.AccountsPerServer {
		return errLimit("Cannot exceed quota for AccountsPerServer: %d", limits.AccountsPerServer)
	}
	return n.checkNewAlias(alias)
}

// checkNewAlias checks an alias that an account is to get.
func (n *snapshot) checkNewAlias(alias string) error {
	for _, a := range n.accounts {
		if alias != "" && a.Alias == alias {
			return errExists("The account alias %s already exists.", alias)
		}
	}
	return checkAlias(alias)
}
