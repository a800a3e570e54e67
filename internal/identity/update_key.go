package identity

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/change"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/limits"
)

// UpdateKey disables a key, enables it again, or describes it otherwise.
func (s *Service) UpdateKey(ctx context.Context, caller access.Caller, in *extapi.UpdateKeyRequest) (*extapi.Key, error) {
	if err := checkKeyUpdate(in); err != nil {
		return nil, err
	}
	var before *extapi.Key
	next, err := s.catalog.change(ctx, func(n *snapshot, e *edit) error {
		k, err := n.keyToChange(caller, in.Key)
		if err != nil {
			return err
		}
		before = k.shape()
		d := k.keyDocument
		if in.Status != nil {
			d.Inactive = *in.Status == statusInactive
		}
		set(&d.Description, in.Description)
		e.put(keyPrefix+k.id, d)
		return nil
	})
	if err != nil {
		return nil, err
	}
	k := next.keys[in.Key]
	out := k.shape()
	change.Say(ctx, k.principal.ARN, before, out)
	return out, nil
}

func checkKeyUpdate(in *extapi.UpdateKeyRequest) error {
	if in.Status != nil && *in.Status != statusActive && *in.Status != statusInactive {
		return errInvalid("status must be %s or %s", statusActive, statusInactive)
	}
	if in.Description != nil {
		return checkDescription(*in.Description, limits.AccessKeyDescriptions)
	}
	return nil
}

// keyToChange is the key of that id, if the caller may change it.
func (n *snapshot) keyToChange(caller access.Caller, id string) (*key, error) {
	k, err := n.keyFor(caller, id)
	if err != nil {
		return nil, err
	}
	if k.User == "" {
		return k, n.mayTouchRoot(caller, k.Account)
	}
	return k, nil
}
