package streams

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// Section 6: how a new stream describes itself.
func TestDescribeNewStream(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		later(1234 * time.Millisecond)
		r.create("orders", 3)
		out, err := r.DescribeStream(r.ctx(), testCaller, &kinesis.DescribeStreamInput{StreamName: new("orders")})
		d := must(t, out, err).StreamDescription
		wantEqual(t, *d.StreamName, "orders", "StreamName")
		wantEqual(t, *d.StreamARN, "arn:aws:kinesis:us-east-1:123456789012:stream/orders", "StreamARN")
		wantEqual(t, *d.StreamStatus, active, "StreamStatus")
		wantEqual(t, *d.RetentionPeriodHours, 24, "RetentionPeriodHours")
		wantEqual(t, *d.EncryptionType, kinesis.EncryptionTypeNone, "EncryptionType")
		wantEqual(t, len(d.EnhancedMonitoring), 1, "entries of EnhancedMonitoring")
		if m := d.EnhancedMonitoring[0].ShardLevelMetrics; m == nil || len(m) != 0 {
			t.Errorf("ShardLevelMetrics is %v, want an empty list", m)
		}
		wantEqual(t, *d.HasMoreShards, false, "HasMoreShards")
		wantEqual(t, *d.StreamModeDetails.StreamMode, kinesis.StreamModeProvisioned, "StreamMode")
		wantEqual(t, d.StreamCreationTimestamp.UTC(), time.Date(2000, 1, 1, 0, 0, 1, 0, time.UTC), "a whole second")
		var ranges string
		for _, sh := range d.Shards {
			ranges += fmt.Sprintln(*sh.ShardId, *sh.HashKeyRange.StartingHashKey, *sh.HashKeyRange.EndingHashKey)
			if sh.ParentShardId != nil || sh.SequenceNumberRange.EndingSequenceNumber != nil {
				t.Errorf("%s has a parent or an end", *sh.ShardId)
			}
		}
		want := "shardId-000000000000 0 113427455640312821154458202477256070484\n" +
			"shardId-000000000001 113427455640312821154458202477256070485 226854911280625642308916404954512140969\n" +
			"shardId-000000000002 226854911280625642308916404954512140970 340282366920938463463374607431768211455\n"
		wantEqual(t, ranges, want, "the ranges")
	})
}

func TestDescribeStreamPages(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 250)
		f := func(limit int32, after string, wantFirst, wantCount int, wantMore bool) {
			t.Helper()
			in := &kinesis.DescribeStreamInput{StreamName: new("orders")}
			if limit > 0 {
				in.Limit = &limit
			}
			if after != "" {
				in.ExclusiveStartShardId = &after
			}
			out, err := r.DescribeStream(r.ctx(), testCaller, in)
			d := must(t, out, err).StreamDescription
			wantEqual(t, len(d.Shards), wantCount, "shards")
			wantEqual(t, *d.HasMoreShards, wantMore, "HasMoreShards")
			if wantCount > 0 {
				wantEqual(t, *d.Shards[0].ShardId, shardID(uint32(wantFirst)), "the first")
			}
		}
		f(0, "", 0, 100, true)
		f(10000, "", 0, 100, true)
		f(1, "", 0, 1, true)
		f(0, "shardId-000000000099", 100, 100, true)
		f(0, "149", 150, 100, false)
		f(0, "150", 151, 99, false)
		f(0, "249", 0, 0, false)
		f(0, "2147483647", 0, 0, false)
	})
}

func TestDescribeStreamSummary(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 3)
		r.split("orders", 1)
		out, err := r.DescribeStreamSummary(r.ctx(), testCaller, &kinesis.DescribeStreamSummaryInput{StreamName: new("orders")})
		d := must(t, out, err).StreamDescriptionSummary
		wantEqual(t, *d.OpenShardCount, 4, "OpenShardCount")
		wantEqual(t, *d.ConsumerCount, 0, "ConsumerCount")
		wantEqual(t, *d.MaxRecordSizeInKiB, 1024, "MaxRecordSizeInKiB")
		wantEqual(t, *d.StreamModeDetails.StreamMode, kinesis.StreamModeProvisioned, "StreamMode")
		if d.KeyId != nil || d.WarmThroughput != nil || d.StreamId != nil {
			t.Error("what a plain stream has not")
		}
	})
}

// Section 6: a stream has no open shards while it is CREATING, and describes
// itself to the end of DELETING.
func TestDescribeInEachStatus(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Second}, func(t *testing.T, r *rig) {
		f := func(status kinesis.StreamStatus, open int32, shards int) {
			t.Helper()
			out, err := r.DescribeStreamSummary(r.ctx(), testCaller, &kinesis.DescribeStreamSummaryInput{StreamName: new("orders")})
			d := must(t, out, err).StreamDescriptionSummary
			wantEqual(t, *d.StreamStatus, status, "StreamStatus")
			wantEqual(t, *d.OpenShardCount, open, "OpenShardCount")
			wantEqual(t, *d.StreamARN, r.stream("orders").arn(), "StreamARN")
			wantEqual(t, *d.RetentionPeriodHours, 24, "RetentionPeriodHours")
			wantEqual(t, *d.EncryptionType, kinesis.EncryptionTypeNone, "EncryptionType")
			wantEqual(t, len(d.EnhancedMonitoring), 1, "entries of EnhancedMonitoring")
			full, err := r.DescribeStream(r.ctx(), testCaller, &kinesis.DescribeStreamInput{StreamName: new("orders")})
			wantEqual(t, len(must(t, full, err).StreamDescription.Shards), shards, "shards")
			list, err := r.ListStreams(r.ctx(), testCaller, &kinesis.ListStreamsInput{})
			sum := must(t, list, err).StreamSummaries[0]
			wantEqual(t, *sum.StreamStatus, status, "StreamStatus in the list")
			wantEqual(t, *sum.StreamARN, *d.StreamARN, "StreamARN in the list")
			wantEqual(t, *sum.StreamModeDetails.StreamMode, kinesis.StreamModeProvisioned, "StreamMode in the list")
			wantEqual(t, *sum.StreamCreationTimestamp, *d.StreamCreationTimestamp, "StreamCreationTimestamp in the list")
			later(time.Second)
			synctest.Wait()
		}
		r.create("orders", 3)
		f(creating, 0, 0)
		f(active, 3, 3)
		r.split("orders", 1)
		f(updating, 3, 3)
		r.delete("orders")
		f(deleting, 4, 5)
	})
}

// Section 6: without ShardCount four shards.
func TestCreateStreamDefaults(t *testing.T) {
	withOptions(t, Options{OnDemandLimit: 1}, func(t *testing.T, r *rig) {
		must(t, 0, r.createErr("orders"))
		wantEqual(t, len(r.shards("orders", nil)), 4, "shards")
		onDemand := func(name string, warm int32) error {
			mode := kinesis.StreamModeOnDemand
			_, err := r.CreateStream(r.ctx(), testCaller, &kinesis.CreateStreamInput{
				StreamName: &name, StreamModeDetails: &kinesis.StreamModeDetails{StreamMode: &mode}, WarmThroughputMiBps: &warm})
			return err
		}
		wantError(t, onDemand("more", 10), invalid, "WarmThroughputMiBps can only be set for on-demand streams of an account whose MinimumThroughputBillingCommitment is enabled.")
		must(t, 0, onDemand("more", 0))
		wantEqual(t, len(r.shards("more", nil)), 4, "shards")
		wantError(t, onDemand("most", 0), limit, say("This request would exceed the limit of 1 on-demand streams for the account {A} in {R}."))
	})
}

// Section 6: alphabetical, at most 100 a page.
func TestListStreams(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		var want []string
		for i := range 230 {
			want = append(want, fmt.Sprintf("s-%03d", i))
		}
		for i := range want {
			r.create(want[i*7%len(want)], 1) // in any order
		}
		var got []string
		in := &kinesis.ListStreamsInput{}
		for {
			out, err := r.ListStreams(r.ctx(), testCaller, in)
			must(t, 0, err)
			got = append(got, out.StreamNames...)
			wantEqual(t, len(out.StreamSummaries), len(out.StreamNames), "summaries")
			wantEqual(t, *out.StreamSummaries[0].StreamName, out.StreamNames[0], "a summary's name")
			wantEqual(t, *out.HasMoreStreams, out.NextToken != nil, "HasMoreStreams")
			if out.NextToken == nil {
				break
			}
			wantEqual(t, len(out.StreamNames), 100, "a page")
			in.NextToken = out.NextToken
		}
		wantList(t, got, want...)

		out, err := r.ListStreams(r.ctx(), testCaller, &kinesis.ListStreamsInput{ExclusiveStartStreamName: new("s-100x"), Limit: new(int32(2))})
		wantList(t, must(t, out, err).StreamNames, "s-101", "s-102")
		_, err = r.ListStreams(r.ctx(), testCaller, &kinesis.ListStreamsInput{NextToken: new("x")})
		wantError(t, err, invalid, "Invalid NextToken.")
	})
}
