package streams

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

func (r *rig) monitor(name string, metrics ...kinesis.MetricsName) (*kinesis.EnhancedMonitoringOutput, error) {
	return r.EnableEnhancedMonitoring(r.ctx(), testCaller, &kinesis.EnableEnhancedMonitoringInput{StreamName: &name, ShardLevelMetrics: metrics})
}

func (r *rig) unmonitor(name string, metrics ...kinesis.MetricsName) (*kinesis.EnhancedMonitoringOutput, error) {
	return r.DisableEnhancedMonitoring(r.ctx(), testCaller, &kinesis.DisableEnhancedMonitoringInput{StreamName: &name, ShardLevelMetrics: metrics})
}

func names(metrics []kinesis.MetricsName) []string {
	list := []string{}
	for _, m := range metrics {
		list = append(list, string(m))
	}
	return list
}

// monitored checks which metrics both descriptions say are on.
func (r *rig) monitored(name string, want ...string) {
	r.t.Helper()
	full, err := r.DescribeStream(r.ctx(), testCaller, &kinesis.DescribeStreamInput{StreamName: &name})
	sum, err2 := r.DescribeStreamSummary(r.ctx(), testCaller, &kinesis.DescribeStreamSummaryInput{StreamName: &name})
	for _, m := range [][]kinesis.EnhancedMetrics{
		must(r.t, full, err).StreamDescription.EnhancedMonitoring, must(r.t, sum, err2).StreamDescriptionSummary.EnhancedMonitoring,
	} {
		wantEqual(r.t, len(m), 1, "entries of EnhancedMonitoring")
		wantList(r.t, names(m[0].ShardLevelMetrics), want...)
	}
}

// Section 15.4: Current is before the call, Desired after it; ALL is every one.
func TestMonitoringIsTurnedOnAndOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newIdleRig(t)
		stop := r.start(Options{})
		r.create("orders", 1)
		all := names(shardMetrics)
		wantEqual(t, len(all), 7, "metrics")
		before := []string{}
		f := func(out *kinesis.EnhancedMonitoringOutput, err error) func(want ...string) {
			t.Helper()
			must(t, out, err)
			return func(want ...string) {
				t.Helper()
				wantEqual(t, *out.StreamName, "orders", "StreamName")
				wantEqual(t, *out.StreamARN, arnOf("orders"), "StreamARN")
				if out.CurrentShardLevelMetrics == nil || out.DesiredShardLevelMetrics == nil {
					t.Error("a list is missing")
				}
				wantList(t, names(out.CurrentShardLevelMetrics), before...)
				wantList(t, names(out.DesiredShardLevelMetrics), want...)
				r.monitored("orders", want...)
				before = want
			}
		}
		const in, out, age = kinesis.MetricsNameIncomingBytes, kinesis.MetricsNameOutgoingBytes, kinesis.MetricsNameIteratorAgeMilliseconds
		f(r.monitor("orders", age, in, age))("IncomingBytes", "IteratorAgeMilliseconds")
		f(r.monitor("orders", out, in))("IncomingBytes", "OutgoingBytes", "IteratorAgeMilliseconds")
		f(r.unmonitor("orders", in, kinesis.MetricsNameIncomingRecords))("OutgoingBytes", "IteratorAgeMilliseconds")
		stop()
		r.start(Options{})
		r.monitored("orders", "OutgoingBytes", "IteratorAgeMilliseconds")
		f(r.monitor("orders", kinesis.MetricsNameAll))(all...)
		f(r.unmonitor("orders", in, kinesis.MetricsNameAll))()
		f(r.unmonitor("orders", kinesis.MetricsNameAll))()
	})
}

func TestMessagesOfMonitoring(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Second}, func(t *testing.T, r *rig) {
		_, err := r.monitor("orders", kinesis.MetricsNameAll)
		wantError(t, err, notFound, say(streamGone))
		r.create("orders", 1)
		_, err = r.monitor("orders", kinesis.MetricsNameAll)
		wantError(t, err, inUse, say("Stream {X} under account {A} not ACTIVE, instead in state CREATING"))
		_, err = r.unmonitor("orders", kinesis.MetricsNameAll)
		wantError(t, err, inUse, say("Stream {X} under account {A} not ACTIVE, instead in state CREATING"))
	})
}

// Without keys starting encryption is refused after everything else was judged, and nothing is
// stored; stopping it where there is none succeeds and changes nothing.
func TestMessagesOfEncryption(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Second}, func(t *testing.T, r *rig) {
		start := func(kind kinesis.EncryptionType) error {
			_, err := r.StartStreamEncryption(r.ctx(), testCaller, &kinesis.StartStreamEncryptionInput{
				StreamName: new("orders"), EncryptionType: &kind, KeyId: new("alias/aws/kinesis")})
			return err
		}
		stop := func(kind kinesis.EncryptionType) error {
			_, err := r.StopStreamEncryption(r.ctx(), testCaller, &kinesis.StopStreamEncryptionInput{
				StreamName: new("orders"), EncryptionType: &kind, KeyId: new("alias/aws/kinesis")})
			return err
		}
		const kms, none = kinesis.EncryptionTypeKms, kinesis.EncryptionTypeNone
		const notActive = "Stream {X} under account {A} not ACTIVE, instead in state CREATING"
		for _, change := range []func(kinesis.EncryptionType) error{start, stop} {
			wantError(t, change(none), notFound, say(streamGone))
		}
		r.create("orders", 1)
		for _, change := range []func(kinesis.EncryptionType) error{start, stop} {
			wantError(t, change(none), invalid, "EncryptionType NONE is not valid. The only valid value is KMS.")
			wantError(t, change(kms), inUse, say(notActive))
		}
		later(time.Second)
		synctest.Wait()
		before := r.stream("orders")
		wantError(t, start(kms), "KMSAccessDeniedException",
			say("Stream {X} under account {A} cannot be encrypted with key alias/aws/kinesis: this server has no access to keys. Nothing was changed."))
		must(t, 0, stop(kms))
		if r.stream("orders") != before {
			t.Error("the stream was changed")
		}
		out, err := r.DescribeStream(r.ctx(), testCaller, &kinesis.DescribeStreamInput{StreamName: new("orders")})
		d := must(t, out, err).StreamDescription
		wantEqual(t, *d.EncryptionType, none, "EncryptionType")
		if d.KeyId != nil {
			t.Error("KeyId of a stream that is not encrypted")
		}
	})
}
