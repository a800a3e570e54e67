package identity

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
)

// RotateKey makes another key for the owner of a key, which ends when that does: who may
// rotate a key does not so get one for ever. Both are good until the old one is made
// Inactive or deleted. A key that has ended already is not rotated.
func (s *Service) RotateKey(ctx context.Context, caller access.Caller, in *extapi.RotateKeyRequest) (*extapi.NewKey, error) {
	return s.newKey(ctx, func(n *snapshot) (keyDocument, []*key, error) {
		k, err := n.keyFor(caller, in.Key)
		if err != nil {
			return keyDocument{}, nil, err
		}
		if err := checkExpires(k.Expires); err != nil {
			return keyDocument{}, nil, err
		}
		d := keyDocument{Account: k.Account, User: k.User, Created: time.Now().UTC(), Description: k.Description, Expires: k.Expires}
		if k.User == "" {
			return d, n.accounts[k.Account].keys, n.mayTouchRoot(caller, k.Account)
		}
		return d, n.users[nameKey{k.Account, k.User}].keys, nil
	})
}
