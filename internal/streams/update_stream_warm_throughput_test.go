package streams

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

func (r *rig) warmTo(name string, mibps int32) (*kinesis.WarmThroughputObject, error) {
	out, err := r.UpdateStreamWarmThroughput(r.ctx(), testCaller, &kinesis.UpdateStreamWarmThroughputInput{StreamName: &name, WarmThroughputMiBps: &mibps})
	if err != nil {
		return nil, err
	}
	return out.WarmThroughput, nil
}

func wantWarmth(t *testing.T, got *kinesis.WarmThroughputObject, target, current int32) {
	t.Helper()
	if got == nil || *got.TargetMiBps != target || *got.CurrentMiBps != current {
		t.Errorf("warm throughput is %+v, want %d of %d", got, current, target)
	}
}

func (r *rig) warmth(name string) *kinesis.WarmThroughputObject {
	r.t.Helper()
	out, err := r.DescribeStreamSummary(r.ctx(), testCaller, &kinesis.DescribeStreamSummaryInput{StreamName: &name})
	return must(r.t, out, err).StreamDescriptionSummary.WarmThroughput
}

// Section 16: only on-demand streams under the commitment; UPDATING meanwhile.
func TestWarmThroughputGivesShardsAtOnce(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Second}, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		r.create("parcels", 4)
		later(2 * time.Second)
		_, err := r.warmTo("none", 10)
		wantError(t, err, notFound, "Stream none under account "+testAccount+" not found.")
		_, err = r.warmTo("orders", 10)
		wantError(t, err, invalid, warmRefused)
		r.commit(enabled)
		_, err = r.warmTo("parcels", 10)
		wantError(t, err, invalid, warmRefused)
		_, err = r.warmTo("orders", 10241)
		wantError(t, err, limit, say("This request would exceed the throughput limit of on-demand streams for the account {A} in {R}. Requested: 10241 MiB/s. Limit: 10240 MiB/s."))

		w, err := r.warmTo("orders", 21)
		wantWarmth(t, must(t, w, err), 21, 4)
		wantEqual(t, r.stream("orders").Status, kinesis.StreamStatusUpdating, "status")
		wantWarmth(t, r.warmth("orders"), 21, 4)
		_, err = r.warmTo("orders", 22)
		wantError(t, err, inUse, say("Stream {X} under account {A} not ACTIVE, instead in state UPDATING"))
		later(2 * time.Second)
		wantEqual(t, r.stream("orders").Status, active, "status")
		wantWarmth(t, r.warmth("orders"), 21, 21)
	})
}

// A stream stays warm without load, over a restart, until less is asked for or the
// commitment ends.
func TestWarmStreamsCoolDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newIdleRig(t)
		stop := r.start(Options{})
		r.commit(enabled)
		r.createOnDemand("orders")
		w, err := r.warmTo("orders", 20)
		wantWarmth(t, must(t, w, err), 20, 4)
		wantWarmth(t, r.warmth("orders"), 20, 20)
		later(24 * time.Hour)
		stop()
		r.start(Options{})
		later(40 * 24 * time.Hour)
		wantWarmth(t, r.warmth("orders"), 20, 20)
		w, err = r.warmTo("orders", 7)
		wantWarmth(t, must(t, w, err), 7, 20)
		wantWarmth(t, r.warmth("orders"), 7, 20)
		later(6 * time.Hour)
		wantWarmth(t, r.warmth("orders"), 7, 7)
		r.commit(disabled)
		later(6 * time.Hour)
		wantEqual(t, r.openShards("orders"), 4, "the number of shards without a commitment")
	})
}

// A change of mode and warm throughput go together.
func TestWarmThroughputOfAModeGivesShards(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.commit(enabled)
		r.create("orders", 2)
		must(t, 0, r.setMode("orders", onDemand, new(int32(6))))
		wantWarmth(t, r.warmth("orders"), 6, 6)
		wantEqual(t, r.stream("orders").Status, active, "status")
	})
}

func TestWarmThroughputDoesNotLieInTheInput(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.commit(enabled)
		r.createOnDemand("orders")
		forgets(r, r.UpdateStreamWarmThroughput, &kinesis.UpdateStreamWarmThroughputInput{StreamName: new("orders"), WarmThroughputMiBps: new(int32(5))})
	})
}
