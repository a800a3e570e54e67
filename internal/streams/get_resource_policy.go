package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// GetResourcePolicy returns the policy of a stream or a consumer as it was put. One
// that has none has an empty object (observed, 2025).
func (s *Service) GetResourcePolicy(_ context.Context, caller access.Caller, in *kinesis.GetResourcePolicyInput) (*kinesis.GetResourcePolicyOutput, error) {
	r, err := s.findResource(caller, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	policy := r.policy()
	if policy == "" {
		policy = noPolicy
	}
	return &kinesis.GetResourcePolicyOutput{Policy: &policy}, nil
}

const noPolicy = "{}"
