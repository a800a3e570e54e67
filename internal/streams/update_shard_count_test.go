package streams

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/meta/memmeta"
	"github.com/freshet/freshet/internal/shardlog/memlog"
)

func (r *rig) scale(name string, target int32) (*kinesis.UpdateShardCountOutput, error) {
	return r.UpdateShardCount(r.ctx(), testCaller, &kinesis.UpdateShardCountInput{
		StreamName: &name, TargetShardCount: &target, ScalingType: new(kinesis.ScalingTypeUniformScaling)})
}

// open lists the ranges of the shards that are open now.
func (r *rig) open(name string) []hashRange {
	var ranges []hashRange
	for _, sh := range r.stream(name).ring {
		ranges = append(ranges, sh.Keys)
	}
	return ranges
}

// API, UpdateShardCount: the answer is what there was and what there will be.
func TestUpdateShardCount(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 4)
		for _, target := range []int32{8, 16, 9, 5, 3, 3, 2, 1} {
			before := int32(len(r.open("orders")))
			out, err := r.scale("orders", target)
			must(t, 0, err)
			wantEqual(t, *out.StreamName+*out.StreamARN, "orders"+r.stream("orders").arn(), "the stream")
			wantEqual(t, fmt.Sprint(*out.CurrentShardCount, *out.TargetShardCount), fmt.Sprint(before, target), "the counts")
			wantEqual(t, r.status("orders"), active, "status")
			wantEqual(t, fmt.Sprint(r.open("orders")), fmt.Sprint(evenRanges(int(target))), "the ranges")
		}
	})
}

// Shards that are not alike become so, though their number stays.
func TestScalingEvensOut(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		for range 3 {
			ring := r.stream("orders").ring
			r.split("orders", ring[len(ring)-1].number)
		}
		_, err := r.UpdateShardCount(r.ctx(), testCaller, &kinesis.UpdateShardCountInput{
			StreamARN: new(r.stream("orders").arn()), TargetShardCount: new(int32(4)), ScalingType: new(kinesis.ScalingTypeUniformScaling)})
		must(t, 0, err)
		wantEqual(t, fmt.Sprint(r.open("orders")), fmt.Sprint(evenRanges(4)), "the ranges")
		wantFamily(t, r.shards("orders", nil))
	})
}

func TestMessagesOfUpdateShardCount(t *testing.T) {
	withOptions(t, Options{ShardLimit: 12}, func(t *testing.T, r *rig) {
		f := func(target int32, code, message string) {
			t.Helper()
			_, err := r.scale("orders", target)
			wantError(t, err, code, say(message))
		}
		f(2147483647, notFound, streamGone)
		r.create("orders", 5)
		r.create("parcels", 4)
		f(11, limit, "UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: 5 Target shard count: 11")
		f(2, limit, "UpdateShardCount cannot scale down below half your current open shard count. Current open shard count: 5 Target shard count: 2")
		f(10001, limit, "Target shard count or number of open shards cannot be greater than 10000. Current open shard count: 5, Target shard count: 10001")
		f(2147483647, limit, "Target shard count or number of open shards cannot be greater than 10000. Current open shard count: 5, Target shard count: 2147483647")
		f(9, limit, "This request would exceed the shard limit for the account {A} in {R}. Current shard count for the account: 9. Limit: 12. "+
			"Number of additional shards that would have resulted from this request: 4. "+
			"Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) "+
			"for current limits and how to request higher limits.")
		must(t, 0, errOf(r.scale("orders", 8)))
		must(t, 0, errOf(r.scale("orders", 4)))
	})
}

// A stream of more than 10,000 shards is brought below that, or not at all.
func TestScalingOfALargeStream(t *testing.T) {
	s := New(memlog.New(), memmeta.New(), Options{ShardLimit: 1 << 20})
	f := func(current, target int, want string) {
		t.Helper()
		got := ""
		if err := s.checkScaling(&stream{ring: make([]*shard, current)}, target); err != nil {
			got = err.Error()
		}
		wantEqual(t, got, want, fmt.Sprint("the answer to ", current, " → ", target))
	}
	f(5000, 10000, "")
	f(10001, 9999, "")
	for _, target := range []int{10000, 10001} {
		f(10001, target, errScaleTooFar(10001, target, 10000).Error())
	}
}

// API, UpdateShardCount: ten times in a rolling 24 hours, kept over restarts. What
// was refused does not count.
func TestAStreamIsScaledTenTimesADay(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		tooOften := say("Stream {X} under account {A} cannot be scaled more than 10 times in 24 hours.")
		for i := range 10 {
			must(t, 0, errOf(r.scale("orders", int32(2-i%2))))
			_, err := r.scale("orders", 9)
			wantEqual(t, err != nil, true, "a refusal")
			later(time.Hour)
		}
		r.start(Options{})
		wantError(t, errOf(r.scale("orders", 2)), limit, tooOften)
		must(t, 0, r.splitErr("orders", shardID(r.stream("orders").ring[0].number), "1000")) // is no scaling
		later(14*time.Hour - time.Millisecond)
		wantError(t, errOf(r.scale("orders", 2)), limit, tooOften)
		later(time.Millisecond)
		must(t, 0, errOf(r.scale("orders", 2)))
		wantError(t, errOf(r.scale("orders", 2)), limit, tooOften)
		later(time.Hour)
		must(t, 0, errOf(r.scale("orders", 2)))
	})
}

func TestUpdateShardCountInAnyOtherStateOrMode(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Minute}, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		f := func(state string) {
			t.Helper()
			wantError(t, errOf(r.scale("orders", 9)), inUse, say("Stream {X} under account {A} not ACTIVE, instead in state "+state))
		}
		f("CREATING")
		later(time.Minute)
		synctest.Wait()
		must(t, 0, errOf(r.scale("orders", 3)))
		f("UPDATING")
		_, err := r.CreateStream(r.ctx(), testCaller, &kinesis.CreateStreamInput{StreamName: new("parcels"),
			StreamModeDetails: &kinesis.StreamModeDetails{StreamMode: new(kinesis.StreamModeOnDemand)}})
		must(t, 0, err)
		later(time.Minute)
		synctest.Wait()
		wantError(t, errOf(r.scale("parcels", 5)), "ValidationException", "Request is invalid. Stream parcels under account "+testAccount+" is in On-Demand mode.")
	})
}

// However many rounds a scaling has, UPDATING lasts one delay; until then the
// parents are open and nothing else is to be seen. The stream cannot be deleted
// meanwhile, and what it will have counts against the limit.
func TestAScalingTakesOneDelay(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Minute, ShardLimit: 8}, func(t *testing.T, r *rig) {
		r.create("orders", 5)
		later(time.Minute)
		synctest.Wait()
		must(t, 0, errOf(r.scale("orders", 7)))
		later(time.Minute - time.Millisecond)
		synctest.Wait()
		wantEqual(t, r.status("orders"), updating, "status")
		wantEqual(t, len(r.shards("orders", nil)), 5, "shards to be seen")
		wantEqual(t, r.splitErr("parcels", "0", "9") != nil, true, "no other stream")
		wantEqual(t, r.createErr("parcels") != nil, true, "4 shards more being refused")
		_, err := r.DeleteStream(r.ctx(), testCaller, &kinesis.DeleteStreamInput{StreamName: new("orders")})
		wantError(t, err, inUse, say("Stream {X} under account {A} not ACTIVE, instead in state UPDATING"))
		later(time.Millisecond)
		synctest.Wait()
		wantEqual(t, r.status("orders"), active, "status")
		wantEqual(t, fmt.Sprint(r.open("orders")), fmt.Sprint(evenRanges(7)), "the ranges")
		r.delete("orders")
		later(time.Minute)
		synctest.Wait()
		wantEqual(t, r.status("orders"), "", "status")
	})
}
