package streams

import (
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// commit enables or disables the commitment of the test's account.
func (r *rig) commit(status kinesis.MinimumThroughputBillingCommitmentInputStatus) *kinesis.MinimumThroughputBillingCommitmentOutput {
	r.t.Helper()
	out, err := r.UpdateAccountSettings(r.ctx(), testCaller, &kinesis.UpdateAccountSettingsInput{
		MinimumThroughputBillingCommitment: &kinesis.MinimumThroughputBillingCommitmentInput{Status: &status}})
	return must(r.t, out, err).MinimumThroughputBillingCommitment
}

func (r *rig) commitment(caller access.Caller) *kinesis.MinimumThroughputBillingCommitmentOutput {
	r.t.Helper()
	out, err := r.DescribeAccountSettings(r.ctx(), caller, &kinesis.DescribeAccountSettingsInput{})
	return must(r.t, out, err).MinimumThroughputBillingCommitment
}

const (
	enabled      = kinesis.MinimumThroughputBillingCommitmentInputStatusEnabled
	disabled     = kinesis.MinimumThroughputBillingCommitmentInputStatusDisabled
	isEnabled    = kinesis.MinimumThroughputBillingCommitmentOutputStatusEnabled
	isDisabled   = kinesis.MinimumThroughputBillingCommitmentOutputStatusDisabled
	enabledUntil = kinesis.MinimumThroughputBillingCommitmentOutputStatusEnabledUntilEarliestAllowedEnd
)

// wantCommitment checks a status and its times, each the zero time for none.
func wantCommitment(t *testing.T, got *kinesis.MinimumThroughputBillingCommitmentOutput,
	status kinesis.MinimumThroughputBillingCommitmentOutputStatus, started, earliest, ended time.Time) {
	t.Helper()
	wantEqual(t, *got.Status, status, "the status")
	is := func(got *time.Time, want time.Time, what string) {
		t.Helper()
		if got == nil {
			got = new(time.Time)
		}
		if !got.Equal(want) {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	is(got.StartedAt, started, "StartedAt")
	is(got.EarliestAllowedEndAt, earliest, "EarliestAllowedEndAt")
	is(got.EndedAt, ended, "EndedAt")
}

// Section 16: at least 24 hours; disabling earlier schedules the end, enabling
// again cancels that.
func TestCommitmentLastsADayAtLeast(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		none := time.Time{}
		wantCommitment(t, r.commitment(testCaller), isDisabled, none, none, none)
		wantCommitment(t, r.commit(disabled), isDisabled, none, none, none)

		start := time.Now().Truncate(time.Millisecond)
		day := start.Add(24 * time.Hour)
		wantCommitment(t, r.commit(enabled), isEnabled, start, day, none)
		later(time.Hour)
		wantCommitment(t, r.commit(enabled), isEnabled, start, day, none)
		wantCommitment(t, r.commit(disabled), enabledUntil, start, day, none)
		wantCommitment(t, r.commit(disabled), enabledUntil, start, day, none)
		wantCommitment(t, r.commit(enabled), isEnabled, start, day, none)
		wantCommitment(t, r.commit(disabled), enabledUntil, start, day, none)
		later(23*time.Hour - time.Millisecond)
		wantCommitment(t, r.commitment(testCaller), enabledUntil, start, day, none)
		later(time.Millisecond)
		wantCommitment(t, r.commitment(testCaller), isDisabled, start, none, day)

		start = start.Add(24 * time.Hour)
		day = start.Add(24 * time.Hour)
		wantCommitment(t, r.commit(enabled), isEnabled, start, day, none)
		later(48 * time.Hour)
		wantCommitment(t, r.commit(disabled), isDisabled, start, none, start.Add(48*time.Hour))
		wantCommitment(t, r.commitment(testCaller), isDisabled, start, none, start.Add(48*time.Hour))
	})
}

// Settings are of an account in a region, and outlive the process.
func TestSettingsAreOfAnAccountInARegion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newIdleRig(t)
		stop := r.start(Options{})
		r.commit(enabled)
		for range 2 {
			wantEqual(t, *r.commitment(testCaller).Status, isEnabled, "the status")
			wantEqual(t, *r.commitment(access.Dev(testAccount, "eu-west-1")).Status, isDisabled, "the status in another region")
			wantEqual(t, *r.commitment(access.Dev("210987654321", testRegion)).Status, isDisabled, "the status of another account")
			stop()
			stop = r.start(Options{})
		}
	})
}

// The account and the region of settings do not keep the header alive that they
// were read from.
func TestSettingsDoNotLieInTheHeader(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		header := []byte("123456789012eu-west-1")
		caller := access.Dev(unsafe.String(&header[0], 12), unsafe.String(&header[12], 9))
		_, err := r.UpdateAccountSettings(r.ctx(), caller, &kinesis.UpdateAccountSettingsInput{
			MinimumThroughputBillingCommitment: &kinesis.MinimumThroughputBillingCommitmentInput{Status: new(enabled)}})
		must(t, 0, err)
		copy(header, "?????????????????????")
		wantEqual(t, *r.commitment(access.Dev("123456789012", "eu-west-1")).Status, isEnabled, "the status")
	})
}

// Section 14: 20 consumers a stream, 50 with On-demand Advantage.
func TestAdvantageAllowsMoreConsumers(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		key := streamKey{testAccount, testRegion, "orders"}
		wantEqual(t, r.consumerLimit(key), 20, "the limit")
		r.commit(enabled)
		wantEqual(t, r.consumerLimit(key), 50, "the limit")
		r.commit(disabled)
		wantEqual(t, r.consumerLimit(key), 50, "the limit")
		later(24 * time.Hour)
		wantEqual(t, r.consumerLimit(key), 20, "the limit")
	})
}

// What DescribeLimits tells is what CreateStream judges by.
func TestDescribeLimitsCounts(t *testing.T) {
	withOptions(t, Options{ShardLimit: 9, OnDemandLimit: 3}, func(t *testing.T, r *rig) {
		onDemand := func(name string) error {
			_, err := r.CreateStream(r.ctx(), testCaller, &kinesis.CreateStreamInput{StreamName: &name,
				StreamModeDetails: &kinesis.StreamModeDetails{StreamMode: new(kinesis.StreamModeOnDemand)}})
			return err
		}
		r.create("orders", 3)
		r.create("parcels", 4)
		r.split("orders", 0)
		must(t, 0, onDemand("clicks"))
		out, err := r.DescribeLimits(r.ctx(), testCaller, &kinesis.DescribeLimitsInput{})
		must(t, out, err)
		wantEqual(t, *out.ShardLimit, 9, "ShardLimit")
		wantEqual(t, *out.OpenShardCount, 8, "OpenShardCount")
		wantEqual(t, *out.OnDemandStreamCount, 1, "OnDemandStreamCount")
		wantEqual(t, *out.OnDemandStreamCountLimit, 3, "OnDemandStreamCountLimit")

		out, err = r.DescribeLimits(r.ctx(), access.Dev(testAccount, "eu-west-1"), &kinesis.DescribeLimitsInput{})
		must(t, out, err)
		wantEqual(t, *out.OpenShardCount, 0, "OpenShardCount in another region")
	})
}
