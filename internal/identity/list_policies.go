package identity

import (
	"context"
	"strings"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
)

// ListPolicies lists the managed policies of an account.
func (s *Service) ListPolicies(_ context.Context, caller access.Caller, in *extapi.ListPoliciesRequest) (*extapi.Policies, error) {
	n, a, err := s.lookAt(caller, in.Account)
	if err != nil {
		return nil, err
	}
	out := &extapi.Policies{Policies: []extapi.Policy{}}
	for _, m := range of(n.policies, a.id) {
		if strings.HasPrefix(m.Path, in.PathPrefix) {
			out.Policies = append(out.Policies, *n.shapeOfPolicy(m))
		}
	}
	return out, nil
}
