package identity

import (
	"context"
	"maps"
	"slices"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
)

// ListAccounts lists all accounts to who is of the operator's, and to anybody else his
// own.
func (s *Service) ListAccounts(_ context.Context, caller access.Caller, _ *extapi.ListAccountsRequest) (*extapi.Accounts, error) {
	n, err := s.catalog.known()
	if err != nil {
		return nil, err
	}
	out := &extapi.Accounts{Accounts: []extapi.Account{}}
	for _, id := range slices.Sorted(maps.Keys(n.accounts)) {
		if id == caller.Account() || n.operator == caller.Account() {
			out.Accounts = append(out.Accounts, *n.shapeOfAccount(n.accounts[id]))
		}
	}
	return out, nil
}
