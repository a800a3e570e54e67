package identity

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
)

// ListKeys lists the keys of a user, or all keys of an account, those of its root first.
func (s *Service) ListKeys(_ context.Context, caller access.Caller, in *extapi.ListKeysRequest) (*extapi.Keys, error) {
	n, a, err := s.lookAt(caller, in.Account)
	if err != nil {
		return nil, err
	}
	var keys []*key
	if in.User != "" {
		u, err := n.userNamed(a, in.User)
		if err != nil {
			return nil, err
		}
		keys = u.keys
	} else {
		keys = append(keys, a.keys...)
		for _, u := range of(n.users, a.id) {
			keys = append(keys, u.keys...)
		}
	}
	out := &extapi.Keys{Keys: []extapi.Key{}}
	for _, k := range keys {
		out.Keys = append(out.Keys, *k.shape())
	}
	return out, nil
}
