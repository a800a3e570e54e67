package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// DeleteResourcePolicy takes the policy from a stream or a consumer. That there is
// none is an error (observed, 2025), whose code was not recorded.
func (s *Service) DeleteResourcePolicy(ctx context.Context, caller access.Caller, in *kinesis.DeleteResourcePolicyInput) (*kinesis.DeleteResourcePolicyOutput, error) {
	r, err := s.findResource(caller, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	before := ""
	err = s.amendResource(ctx, r, func(_ *map[string]string, policy *string) error {
		if *policy == "" {
			return errNoPolicy(r.arn())
		}
		before, *policy = *policy, ""
		return nil
	})
	if err != nil {
		return nil, err
	}
	sayPolicy(ctx, r, before, "")
	return &kinesis.DeleteResourcePolicyOutput{}, nil
}
