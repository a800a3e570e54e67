package streams

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// Section 13: default and most 1000 shards a page, although more may be asked
// for.
func TestListShardsPagesHaveAThousandAtMost(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 2345)
		f := func(maxResults *int32, want ...int) {
			t.Helper()
			in, number := &kinesis.ListShardsInput{StreamName: new("orders"), MaxResults: maxResults}, 0
			for i, n := range want {
				out, err := r.ListShards(r.ctx(), testCaller, in)
				must(t, 0, err)
				wantEqual(t, len(out.Shards), n, "shards of a page")
				for _, sh := range out.Shards {
					wantEqual(t, *sh.ShardId, shardID(uint32(number)), "the next shard")
					number++
				}
				wantEqual(t, out.NextToken == nil, i == len(want)-1, "being the last page")
				in = &kinesis.ListShardsInput{NextToken: out.NextToken, MaxResults: maxResults}
			}
		}
		f(nil, 1000, 1000, 345)
		f(new(int32(10000)), 1000, 1000, 345)
		f(new(int32(1173)), 1000, 1000, 345)
		f(new(int32(800)), 800, 800, 745)
	})
}

// Section 13: ExclusiveStartShardId is the same as the filter AFTER_SHARD_ID,
// goes with any filter, and need not exist.
func TestListShardsAfterAShard(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 3)
		r.split("orders", 1) // → 3, 4
		f := func(after string, filter *kinesis.ShardFilter, want ...string) {
			t.Helper()
			out, err := r.ListShards(r.ctx(), testCaller, &kinesis.ListShardsInput{
				StreamName: new("orders"), ExclusiveStartShardId: &after, ShardFilter: filter})
			wantList(t, ids(must(t, out, err).Shards), want...)
			if out.NextToken != nil {
				t.Error("there is a token on the last page")
			}
		}
		afterID := func(id string) *kinesis.ShardFilter {
			return &kinesis.ShardFilter{Type: new(kinesis.ShardFilterTypeAfterShardId), ShardId: &id}
		}
		f("shardId-000000000001", nil, shardID(2), shardID(3), shardID(4))
		f("0", of(kinesis.ShardFilterTypeAtLatest), shardID(2), shardID(3), shardID(4))
		f("2", afterID("0"), shardID(3), shardID(4))
		f("0", afterID("3"), shardID(4))
		f("4", nil)
		f("2147483647", nil)
		_, err := r.ListShards(r.ctx(), testCaller, &kinesis.ListShardsInput{StreamName: new("orders"), ShardFilter: afterID("shardId-x")})
		wantError(t, err, notFound, say("Could not find shard shardId-x in stream {X} under account {A}."))
	})
}

// Sections 11 and 12: while UPDATING the parents are listed as open, and the
// children are not there; then all at once it is the other way.
func TestListShardsWhileUpdating(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Second}, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		later(time.Second)
		synctest.Wait()
		r.merge("orders", 0, 1)
		filters := []*kinesis.ShardFilter{
			of(kinesis.ShardFilterTypeAtLatest), of(kinesis.ShardFilterTypeAtTrimHorizon), at(kinesis.ShardFilterTypeAtTimestamp, time.Now()),
		}
		for _, filter := range filters {
			wantTiling(t, "while UPDATING", r.shards("orders", filter))
		}
		for _, sh := range r.shards("orders", nil) {
			if *sh.ShardId == shardID(2) || sh.SequenceNumberRange.EndingSequenceNumber != nil {
				t.Errorf("%s is listed, ending at %v", *sh.ShardId, sh.SequenceNumberRange.EndingSequenceNumber)
			}
		}
		out, err := r.DescribeStreamSummary(r.ctx(), testCaller, &kinesis.DescribeStreamSummaryInput{StreamName: new("orders")})
		wantEqual(t, *must(t, out, err).StreamDescriptionSummary.OpenShardCount, 2, "OpenShardCount")

		later(time.Second)
		synctest.Wait()
		wantList(t, ids(r.shards("orders", filters[0])), shardID(2))
		for _, sh := range r.shards("orders", nil) {
			wantEqual(t, sh.SequenceNumberRange.EndingSequenceNumber == nil, *sh.ShardId == shardID(2), "being open")
		}
		child := r.shards("orders", filters[0])[0]
		wantEqual(t, *child.ParentShardId+*child.AdjacentParentShardId, shardID(0)+shardID(1), "the parents")
	})
}

// Section 13: a token names the stream that it was made for, not one that has
// its name later.
func TestListShardsTokenOfADeletedStream(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 3)
		out, err := r.ListShards(r.ctx(), testCaller, &kinesis.ListShardsInput{StreamName: new("orders"), MaxResults: new(int32(1))})
		token := must(t, out, err).NextToken
		r.delete("orders")
		_, err = r.ListShards(r.ctx(), testCaller, &kinesis.ListShardsInput{NextToken: token})
		wantError(t, err, notFound, say(streamGone))
		r.create("orders", 3)
		_, err = r.ListShards(r.ctx(), testCaller, &kinesis.ListShardsInput{NextToken: token})
		wantError(t, err, notFound, say(streamGone))
	})
}

// Section 4: name and token come before the stream.
func TestListShardsJudgesTokenBeforeStream(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		arn := streamKey{testAccount, testRegion, "orders"}.arn()
		_, err := r.ListShards(r.ctx(), testCaller, &kinesis.ListShardsInput{StreamARN: &arn, NextToken: new("x")})
		wantError(t, err, invalid, "NextToken and StreamName cannot be provided together.")
		_, err = r.ListShards(r.ctx(), testCaller, &kinesis.ListShardsInput{NextToken: new("x")})
		wantError(t, err, invalid, "Invalid NextToken.")
		_, err = r.ListShards(r.ctx(), testCaller, &kinesis.ListShardsInput{StreamARN: &arn})
		wantError(t, err, notFound, say(streamGone))
	})
}
