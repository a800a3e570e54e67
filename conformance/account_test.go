package conformance

import (
	"testing"
	"time"
)

// The commitment of an account: at least 24 hours, disabling earlier schedules the
// end, enabling again cancels that (B).
//
//rule:16 DescribeAccountSettings UpdateAccountSettings
func TestAccountCommitment(t *testing.T) {
	each(t, func(c *client) {
		const at = "MinimumThroughputBillingCommitment"
		set := func(status string) *reply {
			c.t.Helper()
			return c.must("UpdateAccountSettings", object{at: object{"Status": status}})
		}
		is := func(r *reply, status string) {
			c.t.Helper()
			if got := r.str(at + ".Status"); got != status {
				c.t.Errorf("Status %s, want %s", got, status)
			}
		}
		is(c.must("DescribeAccountSettings", object{}), "DISABLED")
		is(set("DISABLED"), "DISABLED")
		r := set("ENABLED")
		is(r, "ENABLED")
		r.members("", at)
		r.members(at, "Status", "StartedAt", "EarliestAllowedEndAt")
		if life := r.at(at + ".EarliestAllowedEndAt").Sub(r.at(at + ".StartedAt")); life != 24*time.Hour {
			c.t.Errorf("the commitment may end after %v", life)
		}
		is(set("DISABLED"), "ENABLED_UNTIL_EARLIEST_ALLOWED_END")
		is(c.must("DescribeAccountSettings", object{}), "ENABLED_UNTIL_EARLIEST_ALLOWED_END")
		is(set("ENABLED"), "ENABLED")
	})
}

// ENABLED_UNTIL_EARLIEST_ALLOWED_END is no status to ask for (B).
//
//rule:3.1 UpdateAccountSettings
func TestAccountCommitmentStatusBounds(t *testing.T) {
	each(t, func(c *client) {
		const until = "ENABLED_UNTIL_EARLIEST_ALLOWED_END"
		c.call("UpdateAccountSettings", object{"MinimumThroughputBillingCommitment": object{"Status": until}}).
			failsLike("ValidationException", `1 validation error detected: Value '`+until+
				`' at 'minimumThroughputBillingCommitment\.status' failed to satisfy constraint: Member must satisfy enum value set: \[(ENABLED, DISABLED|DISABLED, ENABLED)\]`)
	})
}

// DescribeLimits counts what counts against the limits (B; the default of on-demand
// streams D).
//
//rule:15.6 DescribeLimits
func TestDescribeLimits(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 3)
		c.must("CreateStream", object{"StreamName": "d", "StreamModeDetails": object{"StreamMode": "ON_DEMAND"}})
		r := c.must("DescribeLimits", object{})
		r.members("", "ShardLimit", "OpenShardCount", "OnDemandStreamCount", "OnDemandStreamCountLimit")
		for member, want := range map[string]int64{
			"ShardLimit": 20000, "OpenShardCount": 3, "OnDemandStreamCount": 1, "OnDemandStreamCountLimit": 50,
		} {
			if got := r.num(member); got != want {
				c.t.Errorf("%s %d, want %d", member, got, want)
			}
		}
	})
}
