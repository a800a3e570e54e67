package identity

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/change"
	"github.com/freshet/freshet/internal/extapi"
)

// asked is the account and the user or role that a request names.
type asked struct{ account, principal string }

// permit changes what a user or a role has, by fn, and answers what it has then.
func (s *Service) permit(ctx context.Context, caller access.Caller, whom asked,
	fn func(*snapshot, *account, holder, *permissions) error) (*extapi.Permitted, error) {
	var before *extapi.Permitted
	next, err := s.catalog.change(ctx, func(n *snapshot, e *edit) error {
		a, err := n.target(caller, whom.account)
		if err != nil {
			return err
		}
		h, err := n.holderOf(a, whom.principal)
		if err != nil {
			return err
		}
		before = permitted(h)
		p := h.permissions()
		if err := fn(n, a, h, &p); err != nil {
			return err
		}
		h.save(e, p)
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := permitted(holder{next.userAt(before.ARN), next.roleAt(before.ARN)})
	change.Say(ctx, out.ARN, before, out)
	return out, nil
}

// lookAt returns the snapshot and the account that a request means.
func (s *Service) lookAt(caller access.Caller, account string) (*snapshot, *account, error) {
	n, err := s.catalog.known()
	if err != nil {
		return nil, nil, err
	}
	a, err := n.target(caller, account)
	return n, a, err
}
