package streams

import (
	"testing"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

const (
	onDemand    = kinesis.StreamModeOnDemand
	provisioned = kinesis.StreamModeProvisioned
)

func (r *rig) createOnDemand(name string) {
	r.t.Helper()
	_, err := r.CreateStream(r.ctx(), testCaller, &kinesis.CreateStreamInput{
		StreamName: &name, StreamModeDetails: &kinesis.StreamModeDetails{StreamMode: new(onDemand)}})
	must(r.t, 0, err)
}

// setMode changes the mode of a stream, and asks for warm throughput if warm is
// not nil.
func (r *rig) setMode(name string, mode kinesis.StreamMode, warm *int32) error {
	_, err := r.UpdateStreamMode(r.ctx(), testCaller, &kinesis.UpdateStreamModeInput{
		StreamARN:         new(streamKey{testAccount, testRegion, name}.arn()),
		StreamModeDetails: &kinesis.StreamModeDetails{StreamMode: &mode}, WarmThroughputMiBps: warm})
	return err
}

// The stream passes UPDATING, with its new mode, takes puts meanwhile and keeps its
// shards.
func TestModeChangesWithinUpdating(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Second}, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		wantError(t, r.setMode("orders", onDemand, nil), inUse, say("Stream {X} under account {A} not ACTIVE, instead in state CREATING"))
		later(2 * time.Second)
		must(t, 0, r.setMode("orders", onDemand, nil))
		wantEqual(t, r.stream("orders").Status, kinesis.StreamStatusUpdating, "status")
		wantEqual(t, r.stream("orders").Mode, onDemand, "mode")
		wantError(t, r.setMode("orders", provisioned, nil), inUse, say("Stream {X} under account {A} not ACTIVE, instead in state UPDATING"))
		r.put("orders", "k", "v")
		later(2 * time.Second)
		wantEqual(t, r.stream("orders").Status, active, "status")
		wantEqual(t, r.stream("orders").Mode, onDemand, "mode")
		wantList(t, ids(r.shards("orders", nil))[:2], "shardId-000000000000", "shardId-000000000001")
		wantError(t, r.setMode("parcels", onDemand, nil), notFound, "Stream parcels under account "+testAccount+" not found.")
	})
}

// Section 16: two changes per 24 hours, that roll. A change to the mode that the
// stream has is none.
func TestModeChangesTwiceADay(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 4)
		refused := say("Stream {X} under account {A} has changed its capacity mode 2 times within the last 24 hours.")
		must(t, 0, r.setMode("orders", onDemand, nil))
		must(t, 0, r.setMode("orders", onDemand, nil))
		later(time.Hour)
		must(t, 0, r.setMode("orders", provisioned, nil))
		must(t, 0, r.setMode("orders", provisioned, nil))
		later(23*time.Hour - time.Second)
		wantError(t, r.setMode("orders", onDemand, nil), limit, refused)
		later(time.Second)
		must(t, 0, r.setMode("orders", onDemand, nil))
		wantError(t, r.setMode("orders", provisioned, nil), limit, refused)
		later(time.Hour)
		must(t, 0, r.setMode("orders", provisioned, nil))
	})
}

// A stream goes only where the account has room for it.
func TestModeChangesWithinTheLimitsOfTheAccount(t *testing.T) {
	withOptions(t, Options{ShardLimit: 6, OnDemandLimit: 1}, func(t *testing.T, r *rig) {
		r.create("orders", 3)
		r.create("parcels", 3)
		must(t, 0, r.setMode("orders", onDemand, nil))
		wantError(t, r.setMode("parcels", onDemand, nil), limit,
			say("This request would exceed the limit of 1 on-demand streams for the account {A} in {R}."))
		r.create("returns", 1)
		err := r.setMode("orders", provisioned, nil)
		wantError(t, err, limit, say("This request would exceed the shard limit for the account {A} in {R}. "+
			"Current shard count for the account: 4. Limit: 6. "+
			"Number of additional shards that would have resulted from this request: 3. "+
			"Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) "+
			"for current limits and how to request higher limits."))
		r.delete("returns")
		must(t, 0, r.setMode("orders", provisioned, nil))
	})
}

const warmRefused = "WarmThroughputMiBps can only be set for on-demand streams " +
	"of an account whose MinimumThroughputBillingCommitment is enabled."

// Section 16: WarmThroughputMiBps also in CreateStream and UpdateStreamMode.
func TestWarmThroughputOfANewStreamAndOfANewMode(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		create := func(name string, mode kinesis.StreamMode, warm int32) error {
			_, err := r.CreateStream(r.ctx(), testCaller, &kinesis.CreateStreamInput{StreamName: &name,
				StreamModeDetails: &kinesis.StreamModeDetails{StreamMode: &mode}, WarmThroughputMiBps: &warm})
			return err
		}
		r.create("orders", 4)
		wantError(t, create("clicks", onDemand, 10), invalid, warmRefused)
		wantError(t, r.setMode("orders", onDemand, new(int32(10))), invalid, warmRefused)
		r.commit(enabled)
		wantError(t, create("clicks", provisioned, 10), invalid, warmRefused)
		wantError(t, r.setMode("orders", provisioned, new(int32(10))), invalid, warmRefused)
		wantError(t, create("clicks", onDemand, 10241), limit,
			say("This request would exceed the throughput limit of on-demand streams for the account {A} in {R}. Requested: 10241 MiB/s. Limit: 10240 MiB/s."))
		must(t, 0, create("clicks", onDemand, 10))
		wantEqual(t, len(r.stream("clicks").ring), 10, "the number of shards")
		must(t, 0, create("views", onDemand, 3))
		wantEqual(t, len(r.stream("views").ring), 4, "the number of shards")
		must(t, 0, r.setMode("orders", onDemand, new(int32(3))))

		wantWarm := func(name string, target, current int32) {
			t.Helper()
			out, err := r.DescribeStreamSummary(r.ctx(), testCaller, &kinesis.DescribeStreamSummaryInput{StreamName: &name})
			w := must(t, out, err).StreamDescriptionSummary.WarmThroughput
			if w == nil || *w.TargetMiBps != target || *w.CurrentMiBps != current {
				t.Errorf("stream %s is warm for %+v, want %d of %d", name, w, current, target)
			}
		}
		wantWarm("clicks", 10, 10)
		wantWarm("views", 3, 4)
		wantWarm("orders", 3, 4)
		r.createOnDemand("plain")
		wantWarm("plain", 4, 4)

		later(24 * time.Hour)
		r.commit(disabled)
		out, err := r.DescribeStreamSummary(r.ctx(), testCaller, &kinesis.DescribeStreamSummaryInput{StreamName: new("clicks")})
		if must(t, out, err).StreamDescriptionSummary.WarmThroughput != nil {
			t.Error("a stream is warm without a commitment")
		}
	})
}

func TestModesDoNotLieInTheInput(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 4)
		r.commit(enabled)
		forgets(r, r.UpdateStreamMode, &kinesis.UpdateStreamModeInput{
			StreamARN:         new(streamKey{testAccount, testRegion, "orders"}.arn()),
			StreamModeDetails: &kinesis.StreamModeDetails{StreamMode: new(onDemand)}, WarmThroughputMiBps: new(int32(4))})
		create := &kinesis.CreateStreamInput{StreamName: new("clicks"), StreamModeDetails: &kinesis.StreamModeDetails{StreamMode: new(onDemand)}}
		forgets(r, r.CreateStream, create)
	})
}
