package streams

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// The texts that the facts sheet quotes for the operations of this room, each
// with its section. "A" is the account, "R" the region, "X" the stream.
func say(s string) string {
	return strings.NewReplacer("{A}", testAccount, "{R}", testRegion, "{X}", "orders").Replace(s)
}

const (
	notFound    = "ResourceNotFoundException"
	inUse       = "ResourceInUseException"
	invalid     = "InvalidArgumentException"
	limit       = "LimitExceededException"
	streamGone  = "Stream {X} under account {A} not found."
	shardMissed = "Shard shardId-000000000000 in stream {X} under account {A} does not exist"
)

// Section 6, "Not found", for each operation that takes a stream.
func TestMessageStreamNotFound(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		f := func(_ any, err error) {
			t.Helper()
			wantError(t, err, notFound, say(streamGone))
		}
		x := new("orders")
		f(r.DescribeStream(r.ctx(), testCaller, &kinesis.DescribeStreamInput{StreamName: x}))
		f(r.DescribeStreamSummary(r.ctx(), testCaller, &kinesis.DescribeStreamSummaryInput{StreamName: x}))
		f(r.DeleteStream(r.ctx(), testCaller, &kinesis.DeleteStreamInput{StreamName: x}))
		f(r.ListShards(r.ctx(), testCaller, &kinesis.ListShardsInput{StreamName: x}))
		f(r.PutRecord(r.ctx(), testCaller, &kinesis.PutRecordInput{StreamName: x, PartitionKey: x, ExplicitHashKey: new("9")}))
		f(r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{StreamName: x, Records: entries("a")}))
		// Section 1.8: addressed by ARN it is still reported by name.
		arn := new("arn:aws:kinesis:us-east-1:" + testAccount + ":stream/orders")
		f(r.DescribeStream(r.ctx(), testCaller, &kinesis.DescribeStreamInput{StreamARN: arn}))
		f(r.PutRecord(r.ctx(), testCaller, &kinesis.PutRecordInput{StreamARN: arn, PartitionKey: x}))
	})
}

// Section 6: CreateStream with a name that is taken, and over the limit.
func TestMessagesOfCreateStream(t *testing.T) {
	withOptions(t, Options{ShardLimit: 7}, func(t *testing.T, r *rig) {
		create := func(name string, shards int32) error {
			_, err := r.CreateStream(r.ctx(), testCaller, &kinesis.CreateStreamInput{StreamName: &name, ShardCount: &shards})
			return err
		}
		must(t, 0, create("orders", 3))
		wantError(t, create("orders", 1), inUse, say("Stream {X} under account {A} already exists."))
		wantError(t, create("orders", 99), inUse, say("Stream {X} under account {A} already exists.")) // before the limit
		over := func(n string) string {
			return say("This request would exceed the shard limit for the account {A} in {R}. " +
				"Current shard count for the account: 3. Limit: 7. " +
				"Number of additional shards that would have resulted from this request: " + n + ". " +
				"Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) " +
				"for current limits and how to request higher limits.")
		}
		wantError(t, create("more", 5), limit, over("5"))
		// 100000000000 arrives clamped (section 2), and nothing is allocated.
		allocs := testing.AllocsPerRun(1, func() {
			wantError(t, create("more", 2147483647), limit, over("2147483647"))
		})
		if allocs > 500 {
			t.Errorf("refusing an absurd count allocates %v times", allocs)
		}
		must(t, 0, create("more", 4))
		r.delete("orders")
		must(t, 0, create("again", 3)) // closed and deleted shards do not count
	})
}

// Section 6, "While CREATING", and section 12 on ListShards.
func TestMessagesWhileCreating(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Second}, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		x := new("orders")
		out, err := r.DescribeStream(r.ctx(), testCaller, &kinesis.DescribeStreamInput{StreamName: x})
		d := must(t, out, err).StreamDescription
		wantEqual(t, *d.StreamStatus, kinesis.StreamStatusCreating, "status")
		if d.Shards == nil || len(d.Shards) != 0 || *d.HasMoreShards {
			t.Errorf("shards while CREATING: %v", d.Shards)
		}
		_, err = r.GetShardIterator(r.ctx(), testCaller, &kinesis.GetShardIteratorInput{
			StreamName: x, ShardId: new("shardId-000000000000"), ShardIteratorType: new(kinesis.ShardIteratorTypeLatest)})
		wantError(t, err, notFound, say(shardMissed))
		_, err = r.PutRecord(r.ctx(), testCaller, &kinesis.PutRecordInput{StreamName: x, PartitionKey: x})
		wantError(t, err, notFound, say(streamGone))
		_, err = r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{StreamName: x, Records: entries("a")})
		wantError(t, err, notFound, say(streamGone))
		_, err = r.ListShards(r.ctx(), testCaller, &kinesis.ListShardsInput{StreamName: x})
		wantError(t, err, inUse, say("Stream {X} under account {A} not ACTIVE, instead in state CREATING"))
		wantError(t, r.splitErr("orders", "9", "0"), inUse, say("Stream {X} under account {A} not ACTIVE, instead in state CREATING"))
		wantError(t, r.mergeErr("orders", "9", "8"), inUse, say("Stream {X} under account {A} not ACTIVE, instead in state CREATING"))
	})
}

// Section 4: the order of checks, and ids that cannot be read or do not exist.
func TestMessagesOfShardIds(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		get := func(stream, shard string) error {
			_, err := r.GetShardIterator(r.ctx(), testCaller, &kinesis.GetShardIteratorInput{
				StreamName: &stream, ShardId: &shard, ShardIteratorType: new(kinesis.ShardIteratorTypeAtTimestamp)})
			return err
		}
		unreadable := say("Could not find shard shardId-x in stream {X} under account {A}.")
		wantError(t, get("orders", "shardId-x"), notFound, unreadable) // though the stream does not exist
		wantError(t, get("orders", "0"), notFound, say(shardMissed))   // the same
		r.create("orders", 2)
		wantError(t, get("orders", "shardId-x"), notFound, unreadable)
		wantError(t, get("orders", "any-5"), notFound,
			say("Shard shardId-000000000005 in stream {X} under account {A} does not exist"))
		wantError(t, get("orders", "any-1"), invalid, noTimestamp) // found
		_, err := r.DescribeStream(r.ctx(), testCaller, &kinesis.DescribeStreamInput{StreamName: new("orders"), ExclusiveStartShardId: new("shardId-x")})
		wantError(t, err, notFound, unreadable)
	})
}

const noTimestamp = "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter."

// Section 8, the table of GetShardIterator.
func TestMessagesOfGetShardIterator(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 6)
		r.split("orders", 5)
		later(time.Minute)
		r.create("others", 6)
		f := func(shard string, kind kinesis.ShardIteratorType, number string, at time.Time, code, message string) {
			t.Helper()
			in := &kinesis.GetShardIteratorInput{StreamName: new("orders"), ShardId: &shard, ShardIteratorType: &kind}
			if number != "" {
				in.StartingSequenceNumber = &number
			}
			if !at.IsZero() {
				in.Timestamp = &at
			}
			_, err := r.GetShardIterator(r.ctx(), testCaller, in)
			if code == "" {
				must(t, 0, err)
				return
			}
			wantError(t, err, code, strings.ReplaceAll(say(message), "{S}", number))
		}
		const (
			at, after   = kinesis.ShardIteratorTypeAtSequenceNumber, kinesis.ShardIteratorTypeAfterSequenceNumber
			latest      = kinesis.ShardIteratorTypeLatest
			horizon     = kinesis.ShardIteratorTypeTrimHorizon
			atTime      = kinesis.ShardIteratorTypeAtTimestamp
			either      = "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified "
			unreadable  = "StartingSequenceNumber {S} used in GetShardIterator on shard shardId-000000000000 in stream {X} under account {A} is invalid."
			otherShard  = "Invalid StartingSequenceNumber. It encodes shardId-000000000005, while it was used in a call to a shard with shardId-000000000000"
			otherStream = "StartingSequenceNumber {S} used in GetShardIterator on shard shardId-000000000000 in stream {X} under account {A} is invalid because it did not come from this stream."
			endReached  = "Invalid SequenceNumber for ShardIteratorType AFTER_SEQUENCE_NUMBER, SequenceNumber has reached max possible value for the shard."
		)
		none := time.Time{}
		st, others := r.stream("orders"), r.stream("others")
		own := st.shard(0).starting().String()
		f("0", latest, own, none, invalid, either+"LATEST and also a StartingSequenceNumber.")
		f("0", horizon, own, none, invalid, either+"TRIM_HORIZON and also a StartingSequenceNumber.")
		f("0", at, "", none, invalid, either+"AT_SEQUENCE_NUMBER and no StartingSequenceNumber.")
		f("0", after, "", none, invalid, either+"AFTER_SEQUENCE_NUMBER and no StartingSequenceNumber.")
		f("0", at, strings.Repeat("9", 60), none, invalid, unreadable)
		f("0", latest, "x", none, invalid, either+"LATEST and also a StartingSequenceNumber.") // before it is read
		f("0", at, st.shard(5).starting().String(), none, invalid, otherShard)
		f("0", at, "5", none, invalid, otherShard) // version 0 of shard 5
		f("0", at, others.shard(0).starting().String(), none, invalid, otherStream)
		f("0", at, "0", none, codeInternal, "")
		f("0", atTime, "", none, invalid, noTimestamp)
		now := time.Now()
		f("0", atTime, "", now.Add(time.Millisecond), invalid,
			"The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: 946684860001, currentTimestampInMillis: 946684860000")
		f("5", after, st.shard(5).ending().String(), none, invalid, endReached)

		// What is good: the starting number, the present, the distant past, and
		// the end of a closed shard for AT.
		f("0", at, own, none, "", "")
		f("0", after, own, none, "", "")
		f("0", atTime, "", now, "", "")
		f("0", atTime, "", time.Unix(1, 0), "", "")
		f("5", at, st.shard(5).ending().String(), none, "", "")
		f("5", latest, "", none, "", "")
	})
}

// Section 8: an iterator that is no good.
func TestMessagesOfIterators(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		it := r.iterator("orders", "0", kinesis.ShardIteratorTypeLatest)
		get := func(it string) error {
			_, err := r.GetRecords(r.ctx(), testCaller, &kinesis.GetRecordsInput{ShardIterator: &it})
			return err
		}
		f := func(it string) {
			t.Helper()
			wantError(t, get(it), invalid, "Invalid ShardIterator.")
		}
		f("x")
		f(`"`)
		f(`""`)
		f(it[1:])
		f(it[:len(it)-4])
		f(it + "\n")
		f(it[:40] + "\n" + it[40:])
		f(strings.Replace(it, it[60:61], flip(it[60]), 1))
		f("AAAAAAAAAAE=")

		later(300 * time.Second)
		must(t, 0, get(it)) // on the point of it
		must(t, 0, get(`"`+it+`"`))
		later(time.Second)
		wantError(t, get(it), "ExpiredIteratorException",
			"Iterator expired. The iterator was created at time Sat Jan 01 00:00:00 UTC 2000 while right now it is Sat Jan 01 00:05:01 UTC 2000 "+
				"which is further in the future than the tolerated delay of 300000 milliseconds.")

		// Of a deleted stream, and of one that was made again.
		it = r.iterator("orders", "0", kinesis.ShardIteratorTypeLatest)
		r.delete("orders")
		wantError(t, get(it), notFound, say(shardMissed))
		r.create("orders", 1)
		wantError(t, get(it), codeInternal, "")
		r.delete("orders")
		r.create("orders", 3)
		it = r.iterator("orders", "2", kinesis.ShardIteratorTypeLatest)
		r.delete("orders")
		r.create("orders", 1)
		wantError(t, get(it), notFound, say("Shard shardId-000000000002 in stream {X} under account {A} does not exist"))
	})
}

func flip(c byte) string {
	if c == 'A' {
		return "B"
	}
	return "A"
}

// Sections 7 and 10: hash keys and the order of PutRecord's checks.
func TestMessagesOfPuts(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		x := new("orders")
		put := func(explicit, ordering string) error {
			in := &kinesis.PutRecordInput{StreamName: x, PartitionKey: x, Data: []byte("d")}
			if explicit != "" {
				in.ExplicitHashKey = &explicit
			}
			if ordering != "" {
				in.SequenceNumberForOrdering = &ordering
			}
			_, err := r.PutRecord(r.ctx(), testCaller, in)
			return err
		}
		const tooHigh = "340282366920938463463374607431768211456"
		badKey := "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was " + tooHigh
		badOrder := func(s string) string {
			return say("ExclusiveMinimumSequenceNumber " + s + " used in PutRecord on stream {X} under account {A} is invalid.")
		}
		bad := strings.Repeat("9", 58)
		wantError(t, put(tooHigh, ""), invalid, badKey)
		wantError(t, put(tooHigh, bad), invalid, badKey)
		wantError(t, put("0", bad), invalid, badOrder(bad))
		ahead := r.stream("orders").shard(0).sequence(0, now()+1000).String()
		wantError(t, put("0", ahead), invalid, badOrder(ahead))
		must(t, 0, put("0", r.stream("orders").shard(1).starting().String())) // of another shard
		must(t, 0, put("340282366920938463463374607431768211455", ""))

		// One bad entry fails the whole call.
		list := entries("a", "b")
		list[1].ExplicitHashKey = new(tooHigh)
		_, err := r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{StreamName: x, Records: list})
		wantError(t, err, invalid, badKey)
	})
}

// Section 13.
func TestMessagesOfListShards(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		_, err := r.ListShards(r.ctx(), testCaller, &kinesis.ListShardsInput{})
		wantError(t, err, invalid, "Either NextToken or StreamName should be provided.")
		_, err = r.ListShards(r.ctx(), testCaller, &kinesis.ListShardsInput{StreamName: new("orders"), NextToken: new("x")})
		wantError(t, err, invalid, "NextToken and StreamName cannot be provided together.")
	})
}

// Section 15.1, for the tags at creation.
func TestMessagesOfTags(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		f := func(key, value, message string) {
			t.Helper()
			_, err := r.CreateStream(r.ctx(), testCaller, &kinesis.CreateStreamInput{StreamName: new("orders"), Tags: map[string]string{key: value}})
			if message != "" {
				wantError(t, err, invalid, say(message))
				return
			}
			must(t, 0, err)
			r.delete("orders")
		}
		const (
			characters = "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @."
			percent    = "Failed to add tags to stream {X} under account {A} because some tags contained illegal characters. The allowed characters are Unicode letters, white-spaces, '_',',','/','=','+','-','@'."
		)
		for _, c := range "\t\n,;!*" {
			f("a"+string(c), "b", characters)
			f("a", "b"+string(c), characters)
		}
		f("a%", "b", percent)
		f("a", "b%", percent)
		f("äβ語 7_./=+-@:", "", "")

		// At most 50; the number in the text was recorded when it was 10.
		tags := map[string]string{}
		for i := range 51 {
			tags[fmt.Sprint("tag ", i)] = ""
		}
		create := func() error {
			_, err := r.CreateStream(r.ctx(), testCaller, &kinesis.CreateStreamInput{StreamName: new("orders"), Tags: tags})
			return err
		}
		wantError(t, create(), invalid, say("Failed to add tags to stream {X} under account {A} because a given stream cannot have more than 50 tags associated with it."))
		delete(tags, "tag 0")
		must(t, 0, create())
		wantEqual(t, len(r.stream("orders").Tags), 50, "tags")
	})
}
