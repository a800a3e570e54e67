package identity

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/change"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/limits"
)

// CreateKey makes a key of a user or of a root, and answers its secret: the only time.
func (s *Service) CreateKey(ctx context.Context, caller access.Caller, in *extapi.CreateKeyRequest) (*extapi.NewKey, error) {
	if (in.User == "") != in.Root {
		return nil, errInvalid("either user or root must be given: whose key it is")
	}
	if err := checkDescription(in.Description, limits.AccessKeyDescriptions); err != nil {
		return nil, err
	}
	if err := checkExpires(in.Expires); err != nil {
		return nil, err
	}
	return s.newKey(ctx, func(n *snapshot) (keyDocument, []*key, error) {
		d := keyDocument{Created: time.Now().UTC(), Description: in.Description, Expires: in.Expires}
		a, err := n.target(caller, in.Account)
		if err != nil {
			return d, nil, err
		}
		d.Account = a.id
		if in.Root {
			return d, a.keys, n.mayTouchRoot(caller, a.id)
		}
		u, err := n.userNamed(a, in.User)
		if err != nil {
			return d, nil, err
		}
		d.User = u.key().name
		return d, u.keys, nil
	})
}

// newKey makes the key that whose describes, whose owner has those keys already.
func (s *Service) newKey(ctx context.Context, whose func(*snapshot) (keyDocument, []*key, error)) (*extapi.NewKey, error) {
	var id string
	var secret access.Secret
	next, err := s.catalog.change(ctx, func(n *snapshot, e *edit) error {
		d, keys, err := whose(n)
		if err != nil {
			return err
		}
		if err := roomForKey(keys); err != nil {
			return err
		}
		id, secret, err = s.makeKey(e, d)
		return err
	})
	if err != nil {
		return nil, err
	}
	k := next.keys[id]
	out := &extapi.NewKey{Key: *k.shape(), Secret: extapi.ShownOnce(secret.Reveal())}
	change.Say(ctx, k.principal.ARN, nil, k.shape())
	return out, nil
}
