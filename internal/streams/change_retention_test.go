package streams

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// Section 15.2, its messages and their order.
func TestMessagesOfRetention(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		const (
			short    = "Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short."
			negative = "Minimum allowed retention period is 24 hours. Requested retention period (-5 hours) is too short."
			long     = "Maximum allowed retention period is 8760 hours. Requested retention period (8761 hours) is too long."
			less     = "Requested retention period (47 hours) for stream {X} can not be shorter than existing retention period (48 hours). Use DecreaseRetentionPeriod API."
			more     = "Requested retention period (49 hours) for stream {X} can not be longer than existing retention period (48 hours). Use IncreaseRetentionPeriod API."
		)
		// The stream comes before the bounds (section 4).
		wantError(t, r.increase("orders", 23), notFound, say(streamGone))
		wantError(t, r.decrease("orders", 8761), notFound, say(streamGone))
		r.create("orders", 1)
		r.setRetention("orders", 48)
		for _, change := range []func(string, int32) error{r.increase, r.decrease} {
			wantError(t, change("orders", 23), invalid, short)
			wantError(t, change("orders", -5), invalid, negative)
			wantError(t, change("orders", 8761), invalid, long)
			must(t, 0, change("orders", 48)) // the present one: Terraform needs it
		}
		wantError(t, r.increase("orders", 47), invalid, say(less))
		wantError(t, r.decrease("orders", 49), invalid, say(more))
		must(t, 0, r.increase("orders", 8760))
		must(t, 0, r.decrease("orders", 24))
	})
}

// A change of the retention passes UPDATING, and needs ACTIVE; the present period
// needs nothing.
func TestRetentionPassesUpdating(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Second}, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		const notActive = "Stream {X} under account {A} not ACTIVE, instead in state "
		wantError(t, r.increase("orders", 25), inUse, say(notActive+"CREATING"))
		must(t, 0, r.increase("orders", 24))
		later(time.Second)
		synctest.Wait()

		must(t, 0, r.increase("orders", 25))
		wantEqual(t, r.status("orders"), updating, "status")
		wantEqual(t, r.stream("orders").RetentionHours, 25, "retention")
		wantError(t, r.decrease("orders", 24), inUse, say(notActive+"UPDATING"))
		wantError(t, r.decrease("orders", 23), invalid, "Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short.")
		r.put("orders", "k", "while UPDATING")
		later(time.Second)
		synctest.Wait()
		wantEqual(t, r.status("orders"), active, "status")
		must(t, 0, r.decrease("orders", 24))
		wantEqual(t, r.stream("orders").RetentionHours, 24, "retention")
	})
}

// The present period writes nothing.
func TestThePresentRetentionWritesNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		before := r.stream("orders")
		must(t, 0, r.increase("orders", 24))
		must(t, 0, r.decrease("orders", 24))
		if r.stream("orders") != before {
			t.Error("the stream was written")
		}
	})
}

// Both describe the retention as it is.
func TestTheRetentionIsDescribed(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.setRetention("orders", 100)
		full, err := r.DescribeStream(r.ctx(), testCaller, &kinesis.DescribeStreamInput{StreamName: new("orders")})
		wantEqual(t, *must(t, full, err).StreamDescription.RetentionPeriodHours, 100, "RetentionPeriodHours")
		sum, err := r.DescribeStreamSummary(r.ctx(), testCaller, &kinesis.DescribeStreamSummaryInput{StreamName: new("orders")})
		wantEqual(t, *must(t, sum, err).StreamDescriptionSummary.RetentionPeriodHours, 100, "RetentionPeriodHours")
	})
}
