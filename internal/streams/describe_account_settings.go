package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// DescribeAccountSettings describes the commitment of the caller's account in the
// caller's region. One that was never enabled is DISABLED, without times.
func (s *Service) DescribeAccountSettings(_ context.Context, caller access.Caller, _ *kinesis.DescribeAccountSettingsInput) (*kinesis.DescribeAccountSettingsOutput, error) {
	a := s.catalog.now().accounts[accountKey{caller.Account(), caller.Region()}]
	return &kinesis.DescribeAccountSettingsOutput{MinimumThroughputBillingCommitment: a.Commitment.describe(now())}, nil
}
