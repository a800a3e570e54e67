package streams

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// Section 11: the children of a split, of a merge, and what they are told by.
func TestSplitAndMergeLineage(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		must(t, 0, r.splitErr("orders", "shardId-000000000000", "1000"))
		_, err := r.MergeShards(r.ctx(), testCaller, &kinesis.MergeShardsInput{
			StreamARN: new(r.stream("orders").arn()), ShardToMerge: new("3"), AdjacentShardToMerge: new("x-1")})
		must(t, 0, err)

		f := func(shard int, start, end, parent, adjacent string) {
			t.Helper()
			sh := r.shards("orders", nil)[shard]
			wantEqual(t, *sh.ShardId, shardID(uint32(shard)), "id")
			wantEqual(t, *sh.HashKeyRange.StartingHashKey, start, "start")
			wantEqual(t, *sh.HashKeyRange.EndingHashKey, end, "end")
			wantEqual(t, text(sh.ParentShardId), parent, "parent")
			wantEqual(t, text(sh.AdjacentParentShardId), adjacent, "adjacent parent")
		}
		const half, most = "170141183460469231731687303715884105727", "340282366920938463463374607431768211455"
		f(0, "0", half, "", "")
		f(2, "0", "999", shardID(0), "")
		f(3, "1000", half, shardID(0), "")
		f(4, "1000", most, shardID(3), shardID(1))
	})
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Sections 4 and 11: each refusal, in the order in which they are made: a request
// that breaks several rules is told the first.
func TestMessagesOfSplitShard(t *testing.T) {
	withOptions(t, Options{ShardLimit: 4}, func(t *testing.T, r *rig) {
		f := func(shard, key, code, message string) {
			t.Helper()
			wantError(t, r.splitErr("orders", shard, key), code, say(message))
		}
		f("shardId-x", "0", notFound, "Could not find shard shardId-x in stream {X} under account {A}.")
		f("7", "0", notFound, streamGone)
		r.create("orders", 3)
		f("7", "0", notFound, "Could not find shard shardId-000000000007 in stream {X} under account {A}.")
		const range1 = "113427455640312821154458202477256070485 and less than the shard's EndingHashKey 226854911280625642308916404954512140969."
		outside := func(key string) {
			t.Helper()
			f("a-0001", key, invalid, "NewStartingHashKey "+key+" used in SplitShard() on shard shardId-000000000001 in stream {X} under account {A} "+
				"is not both greater than one plus the shard's StartingHashKey "+range1)
		}
		outside("0")
		outside("113427455640312821154458202477256070485")
		outside("113427455640312821154458202477256070486") // one plus the start
		outside("226854911280625642308916404954512140969") // the end
		outside("340282366920938463463374607431768211456") // 2^128
		outside("999999999999999999999999999999999999999") // what the pattern allows at the most
		must(t, 0, r.splitErr("orders", "1", "113427455640312821154458202477256070487"))
		f("1", "0", invalid, "Shard shardId-000000000001 in stream {X} under account {A} has already been merged or split, and thus is not eligible for merging or splitting.")
		f("2", "0", limit, "This request would exceed the shard limit for the account {A} in {R}. Current shard count for the account: 4. Limit: 4. "+
			"Number of additional shards that would have resulted from this request: 1. "+
			"Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) "+
			"for current limits and how to request higher limits.")
	})
}

func TestMessagesOfMergeShards(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		f := func(first, second, code, message string) {
			t.Helper()
			wantError(t, r.mergeErr("orders", first, second), code, say(message))
		}
		f("shardId-x", "y", notFound, "Could not find shard shardId-x in stream {X} under account {A}.")
		f("9", "y", notFound, "Could not find shard y in stream {X} under account {A}.")
		f("9", "8", notFound, streamGone)
		r.create("orders", 3)
		f("9", "8", notFound, "Could not find shard shardId-000000000009 in stream {X} under account {A}.")
		f("1", "8", notFound, "Could not find shard shardId-000000000008 in stream {X} under account {A}.")
		apart := func(first, second string, a, b uint32) {
			t.Helper()
			f(first, second, invalid, "Shards "+shardID(a)+" and "+shardID(b)+" in stream {X} under account {A} are not an adjacent pair of shards eligible for merging")
		}
		apart("1", "0", 1, 0) // the order matters
		apart("0", "2", 0, 2)
		apart("2", "0", 2, 0) // the ring has a beginning and an end
		apart("1", "1", 1, 1)
		r.merge("orders", 0, 1)
		closed := "Shard shardId-000000000000 in stream {X} under account {A} has already been merged or split, and thus is not eligible for merging or splitting."
		f("0", "8", invalid, closed)
		f("3", "0", invalid, closed)
	})
}

// Section 6: in any other state than ACTIVE a stream is in use.
func TestMessagesOfReshardingInAnyOtherState(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Minute}, func(t *testing.T, r *rig) {
		f := func(state string) {
			t.Helper()
			message := say("Stream {X} under account {A} not ACTIVE, instead in state " + state)
			wantError(t, r.splitErr("orders", "9", "0"), inUse, message)
			wantError(t, r.mergeErr("orders", "9", "9"), inUse, message)
		}
		r.create("orders", 1)
		f("CREATING")
		later(time.Minute)
		synctest.Wait()
		r.split("orders", 0)
		f("UPDATING")
		later(time.Minute)
		synctest.Wait()
		r.delete("orders")
		f("DELETING")
	})
}

// Section 11: the capacity of a stream on demand is not the caller's.
func TestMessagesOfReshardingOnDemand(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		_, err := r.CreateStream(r.ctx(), testCaller, &kinesis.CreateStreamInput{StreamName: new("orders"),
			StreamModeDetails: &kinesis.StreamModeDetails{StreamMode: new(kinesis.StreamModeOnDemand)}})
		must(t, 0, err)
		message := say("Request is invalid. Stream {X} under account {A} is in On-Demand mode.")
		wantError(t, r.splitErr("orders", "9", "0"), "ValidationException", message)
		wantError(t, r.mergeErr("orders", "9", "9"), "ValidationException", message)
	})
}

// A split that has not come to its end counts already: a limit is not gone over by
// beginning two at once.
func TestShardsThatAreToComeCountAgainstTheLimit(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Minute, ShardLimit: 4}, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		r.create("parcels", 1)
		later(time.Minute)
		synctest.Wait()
		r.split("orders", 0)
		wantError(t, r.splitErr("parcels", "0", "1000"), limit, say("This request would exceed the shard limit for the account {A} in {R}. "+
			"Current shard count for the account: 4. Limit: 4. Number of additional shards that would have resulted from this request: 1. "+
			"Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) "+
			"for current limits and how to request higher limits."))
	})
}

// Section 12: the clean-up of the KCL asks a closed shard for its children with
// LATEST and one GetRecords, whether or not anything was ever put.
func TestTheFirstReadOfAClosedShardNamesItsChildren(t *testing.T) {
	f := func(name string, puts int) {
		t.Helper()
		inBubble(t, func(t *testing.T, r *rig) {
			r.create("orders", 2)
			for range puts {
				r.put("orders", "k", "a")
			}
			r.split("orders", 0)
			r.merge("orders", 3, 1)
			children := func(shard string, parents int, want ...string) {
				t.Helper()
				out := r.get(r.iterator("orders", shard, kinesis.ShardIteratorTypeLatest))
				wantEqual(t, out.NextShardIterator == nil, true, name+": the end of "+shard)
				var got []string
				for _, c := range out.ChildShards {
					got = append(got, *c.ShardId)
					wantEqual(t, len(c.ParentShards), parents, name+": parents of "+*c.ShardId)
				}
				wantList(t, got, want...)
			}
			children("0", 1, shardID(2), shardID(3))
			children("1", 2, shardID(4))
			children("3", 2, shardID(4))
		})
	}
	f("empty", 0)
	f("with records", 5)
}

// A closed shard expires when retention has passed; its child still names it, and
// is read as before.
func TestAChildNamesAParentThatHasExpired(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		r.put("orders", "k", "old")
		r.merge("orders", 0, 1)
		it := r.iterator("orders", "2", kinesis.ShardIteratorTypeTrimHorizon)
		later(24*time.Hour + 20*time.Minute)
		synctest.Wait()
		wantEqual(t, len(r.stream("orders").shards), 1, "documents")
		left := r.shards("orders", nil)
		wantList(t, ids(left), shardID(2))
		wantEqual(t, text(left[0].ParentShardId)+text(left[0].AdjacentParentShardId), shardID(0)+shardID(1), "the parents")
		f := func(err error) {
			t.Helper()
			wantError(t, err, notFound, say("Could not find shard shardId-000000000000 in stream {X} under account {A}."))
		}
		f(r.splitErr("orders", "0", "1000"))
		f(r.mergeErr("orders", "0", "1"))
		r.put("orders", "k", "new")
		_, err := r.GetRecords(r.ctx(), testCaller, &kinesis.GetRecordsInput{ShardIterator: &it})
		wantEqual(t, err != nil, true, "an iterator of yesterday being refused")
		wantList(t, r.all("orders", "2"), "new")
		r.split("orders", 2)
		wantList(t, ids(r.shards("orders", of(kinesis.ShardFilterTypeAtLatest))), shardID(3), shardID(4))
	})
}
