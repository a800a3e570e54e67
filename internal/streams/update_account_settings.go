package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// UpdateAccountSettings enables or disables the commitment of the caller's account
// in the caller's region, at once, and returns the settings then. One that is
// disabled within its first 24 hours goes on until they are over; enabling it again
// before cancels that. Asking for what is so already changes nothing.
func (s *Service) UpdateAccountSettings(ctx context.Context, caller access.Caller, in *kinesis.UpdateAccountSettingsInput) (*kinesis.UpdateAccountSettingsOutput, error) {
	now := now()
	enable := *in.MinimumThroughputBillingCommitment.Status == kinesis.MinimumThroughputBillingCommitmentInputStatusEnabled
	a, err := s.catalog.changeAccount(ctx, accountKey{caller.Account(), caller.Region()}, func(a account) account {
		if enable {
			a.Commitment = a.Commitment.enabled(now)
		} else {
			a.Commitment = a.Commitment.disabled(now)
		}
		return a
	})
	if err != nil {
		return nil, err
	}
	return &kinesis.UpdateAccountSettingsOutput{MinimumThroughputBillingCommitment: a.Commitment.describe(now)}, nil
}
