package streams

import (
	"context"
	"strings"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/change"
)

// PutResourcePolicy gives a stream, a consumer or a queue a policy, in the place of the one
// that it has. The policy is kept as it was written; what is checked, policy.go says.
// Whoever reaches the resource is judged by it (resources.go).
func (s *Service) PutResourcePolicy(ctx context.Context, caller access.Caller, in *kinesis.PutResourcePolicyInput) (*kinesis.PutResourcePolicyOutput, error) {
	r, err := s.findResource(caller, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	text := strings.Clone(*in.Policy)
	before := ""
	err = s.amendResource(ctx, r, func(_ *map[string]string, policy *string) error {
		before, *policy = *policy, text
		return checkPolicy(text)
	})
	if err != nil {
		return nil, err
	}
	sayPolicy(ctx, r, before, text)
	return &kinesis.PutResourcePolicyOutput{}, nil
}

// sayPolicy tells that a resource's policy was before, and is after; "" is none.
func sayPolicy(ctx context.Context, r resource, before, after string) {
	policy := func(text string) any {
		if text == "" {
			return nil
		}
		return text
	}
	change.Say(ctx, "policy of "+r.arn(), policy(before), policy(after))
}
