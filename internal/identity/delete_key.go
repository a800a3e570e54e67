package identity

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/change"
	"github.com/freshet/freshet/internal/extapi"
)

// DeleteKey deletes a key. Nothing can be signed with it from the next request on.
func (s *Service) DeleteKey(ctx context.Context, caller access.Caller, in *extapi.DeleteKeyRequest) (*extapi.Nothing, error) {
	var before *extapi.Key
	var arn string
	_, err := s.catalog.change(ctx, func(n *snapshot, e *edit) error {
		k, err := n.keyToChange(caller, in.Key)
		if err != nil {
			return err
		}
		before, arn = k.shape(), k.principal.ARN
		e.removeKeys([]*key{k})
		return nil
	})
	if err != nil {
		return nil, err
	}
	change.Say(ctx, arn, before, nil)
	return &extapi.Nothing{}, nil
}
