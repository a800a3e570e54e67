package conformance

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/freshet/freshet"
)

func (c *client) notFound(stream string) string {
	return "Stream " + stream + " under account " + c.account + " not found."
}

// An unknown stream is told by name, also when it was addressed by ARN (K, L).
//
//rule:6 DeleteStream DescribeStream DescribeStreamSummary ListShards PutRecord PutRecords
//rule:6 AddTagsToStream DecreaseStreamRetentionPeriod DisableEnhancedMonitoring EnableEnhancedMonitoring IncreaseStreamRetentionPeriod ListTagsForStream RemoveTagsFromStream StopStreamEncryption
func TestUnknownStream(t *testing.T) {
	each(t, func(c *client) {
		for op, in := range named {
			if op == "CreateStream" || op == "GetShardIterator" {
				continue // one makes it, the other speaks of the shard
			}
			c.call(op, with(in, object{"StreamName": "none"})).fails("ResourceNotFoundException", c.notFound("none"))
			c.call(op, with(in, object{"StreamARN": c.arn("none")})).fails("ResourceNotFoundException", c.notFound("none"))
		}
	})
}

// Every operation takes StreamName, StreamARN, or both (B).
//
//rule:1.8 DeleteStream DescribeStream DescribeStreamSummary GetShardIterator ListShards PutRecord PutRecords
//rule:1.8 AddTagsToStream DecreaseStreamRetentionPeriod DisableEnhancedMonitoring EnableEnhancedMonitoring IncreaseStreamRetentionPeriod ListTagsForStream RemoveTagsFromStream StopStreamEncryption
func TestAddressing(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		for op, in := range named {
			if op == "CreateStream" || op == "DeleteStream" {
				continue
			}
			c.must(op, with(in, object{"StreamName": "s"}))
			c.must(op, with(in, object{"StreamARN": c.arn("s")}))
			if op != "ListShards" {
				c.must(op, with(in, object{"StreamName": "s", "StreamARN": c.arn("s")}))
			}
		}
		c.must("DeleteStream", object{"StreamARN": c.arn("s")})
	})
}

// Neither name nor ARN is an InvalidArgumentException; its text is not
// established (data-streams.md, section 18).
//
//rule:1.8 DeleteStream DescribeStream DescribeStreamSummary GetShardIterator PutRecord PutRecords
//rule:1.8 AddTagsToStream DecreaseStreamRetentionPeriod DisableEnhancedMonitoring EnableEnhancedMonitoring IncreaseStreamRetentionPeriod ListTagsForStream RemoveTagsFromStream StopStreamEncryption
func TestNoAddress(t *testing.T) {
	each(t, func(c *client) {
		for op, in := range named {
			if op != "CreateStream" && op != "ListShards" {
				c.call(op, in).failsLike("InvalidArgumentException", ".*")
			}
		}
	})
}

// A name that is taken is a ResourceInUseException (K).
//
//rule:6 CreateStream
func TestCreateStreamTwice(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		c.call("CreateStream", object{"StreamName": "s", "ShardCount": 1}).
			fails("ResourceInUseException", "Stream s under account "+c.account+" already exists.")
	})
}

// An absurd count is refused before anything is allocated for it; the name taken
// comes first (K, B).
//
//rule:6 CreateStream
func TestShardLimit(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 3)
		for _, n := range []int64{1000000, 2147483647, 100000000000} {
			shown := min(n, 2147483647)
			c.call("CreateStream", object{"StreamName": "t", "ShardCount": n}).failsLike("LimitExceededException", fmt.Sprintf(
				`This request would exceed the shard limit for the account %s in %s\. Current shard count for the account: 3\. Limit: \d+\. `+
					`Number of additional shards that would have resulted from this request: %d\. `+
					`Refer to the AWS Service Limits page \(http://docs\.aws\.amazon\.com/general/latest/gr/aws_service_limits\.html\) `+
					`for current limits and how to request higher limits\.`, c.account, c.region, shown))
		}
		c.call("CreateStream", object{"StreamName": "s", "ShardCount": 1000000}).
			fails("ResourceInUseException", "Stream s under account "+c.account+" already exists.")
		if names := c.must("ListStreams", object{}).list("StreamNames"); len(names) != 1 {
			c.t.Errorf("streams %v after refused ones", names)
		}
	})
}

// Without ShardCount and without a mode AWS made 4 shards (L).
//
//rule:6 CreateStream
func TestCreateStreamWithoutShardCount(t *testing.T) {
	each(t, func(c *client) {
		c.must("CreateStream", object{"StreamName": "s"})
		c.until("four shards are open", func() bool {
			return c.must("DescribeStreamSummary", object{"StreamName": "s"}).num("StreamDescriptionSummary.OpenShardCount") == 4
		})
	})
}

// What a new stream describes itself as (K, B).
//
//rule:6 DescribeStream CreateStream
func TestDescribeStream(t *testing.T) {
	each(t, func(c *client) {
		before := time.Now()
		c.stream("s", 2)
		r := c.must("DescribeStream", object{"StreamName": "s"})
		r.members("", "StreamDescription")
		r.members("StreamDescription", "StreamName", "StreamARN", "StreamStatus", "StreamModeDetails", "Shards", "HasMoreShards",
			"RetentionPeriodHours", "StreamCreationTimestamp", "EnhancedMonitoring", "EncryptionType")
		described(c, r, "StreamDescription")
		created := r.at("StreamDescription.StreamCreationTimestamp")
		if created.Nanosecond() != 0 {
			c.t.Errorf("StreamCreationTimestamp %v is no whole second", created)
		}
		if created.Before(before.Add(-10*time.Second)) || created.After(time.Now().Add(time.Second)) {
			c.t.Errorf("StreamCreationTimestamp %v, now is %v", created, time.Now())
		}
		if r.yes("StreamDescription.HasMoreShards") {
			c.t.Error("HasMoreShards with two shards")
		}
	})
}

func described(c *client, r *reply, at string) {
	c.t.Helper()
	for name, want := range map[string]string{"StreamName": "s", "StreamARN": c.arn("s"), "StreamStatus": "ACTIVE",
		"EncryptionType": "NONE", "StreamModeDetails.StreamMode": "PROVISIONED"} {
		if got := r.str(at + "." + name); got != want {
			c.t.Errorf("%s %s, want %s", name, got, want)
		}
	}
	if n := r.num(at + ".RetentionPeriodHours"); n != 24 {
		c.t.Errorf("RetentionPeriodHours %d, want 24", n)
	}
	if n := len(r.list(at + ".EnhancedMonitoring")); n != 1 {
		c.t.Errorf("%d entries of EnhancedMonitoring, want 1", n)
	}
	if n := len(r.list(at + ".EnhancedMonitoring.0.ShardLevelMetrics")); n != 0 {
		c.t.Errorf("%d metrics of a new stream, want none", n)
	}
}

// The summary has counts instead of shards; KeyId only when encrypted,
// WarmThroughput only on demand (B).
//
//rule:6 DescribeStreamSummary
func TestDescribeStreamSummary(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 3)
		r := c.must("DescribeStreamSummary", object{"StreamName": "s"})
		described(c, r, "StreamDescriptionSummary")
		for name, want := range map[string]int64{"OpenShardCount": 3, "ConsumerCount": 0, "MaxRecordSizeInKiB": 1024} {
			if got := r.num("StreamDescriptionSummary." + name); got != want {
				c.t.Errorf("%s %d, want %d", name, got, want)
			}
		}
		for _, name := range []string{"Shards", "KeyId", "WarmThroughput"} {
			if r.has("StreamDescriptionSummary." + name) {
				c.t.Errorf("%s in the summary of a new stream", name)
			}
		}
	})
}

// n shards of floor(2^128/n) keys, the last takes the remainder; ids count up
// from 0 (K).
//
//rule:6 CreateStream
func TestHashRanges(t *testing.T) {
	each(t, func(c *client) {
		for _, n := range []int64{1, 3, 7} {
			name := fmt.Sprintf("s%d", n)
			c.stream(name, int(n))
			r := c.must("DescribeStream", object{"StreamName": name})
			all := new(big.Int).Lsh(big.NewInt(1), 128)
			size := new(big.Int).Div(all, big.NewInt(n))
			for i := range n {
				start := new(big.Int).Mul(size, big.NewInt(i))
				end := new(big.Int).Add(start, size)
				if i == n-1 {
					end = all
				}
				end = new(big.Int).Sub(end, big.NewInt(1))
				at := fmt.Sprintf("StreamDescription.Shards.%d", i)
				r.members(at, "ShardId", "HashKeyRange", "SequenceNumberRange")
				r.members(at+".SequenceNumberRange", "StartingSequenceNumber")
				got := [3]string{r.str(at + ".ShardId"), r.str(at + ".HashKeyRange.StartingHashKey"), r.str(at + ".HashKeyRange.EndingHashKey")}
				if want := [3]string{shardID(int(i)), start.String(), end.String()}; got != want {
					c.t.Errorf("shard %d of %d: %v, want %v", i, n, got, want)
				}
			}
		}
	})
}

// At most 100 shards a page, whatever is asked for; ExclusiveStartShardId goes
// on (B).
//
//rule:6 DescribeStream
func TestDescribeStreamPages(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 105)
		f := func(in object, first, n int, more bool) {
			c.t.Helper()
			r := c.must("DescribeStream", with(object{"StreamName": "s"}, in))
			shards := r.list("StreamDescription.Shards")
			if len(shards) != n || r.yes("StreamDescription.HasMoreShards") != more {
				c.t.Errorf("%v: %d shards, want %d; more: %v, want %v", in, len(shards), n, !more, more)
				return
			}
			if got := r.str("StreamDescription.Shards.0.ShardId"); n > 0 && got != shardID(first) {
				c.t.Errorf("%v begins at %s, want %s", in, got, shardID(first))
			}
		}
		f(object{}, 0, 100, true)
		f(object{"Limit": 10000}, 0, 100, true)
		f(object{"Limit": 2}, 0, 2, true)
		f(object{"ExclusiveStartShardId": shardID(99)}, 100, 5, false)
		f(object{"ExclusiveStartShardId": shardID(99), "Limit": 4}, 100, 4, true)
	})
}

// ListStreams is alphabetical, in pages that go on by name or by token (B).
//
//rule:6 ListStreams
func TestListStreams(t *testing.T) {
	each(t, func(c *client) {
		if r := c.must("ListStreams", object{}); len(r.list("StreamNames")) != 0 || r.yes("HasMoreStreams") {
			c.t.Errorf("a new account lists %s", r.printable())
		}
		for _, name := range []string{"c", "a", "B", "d"} {
			c.stream(name, 1)
		}
		f := func(in object, more bool, want ...string) *reply {
			c.t.Helper()
			r := c.must("ListStreams", in)
			if got := fmt.Sprint(r.list("StreamNames")); got != fmt.Sprint(want) || r.yes("HasMoreStreams") != more {
				c.t.Errorf("%v: %s, more: %v; want %v, %v", in, got, r.yes("HasMoreStreams"), want, more)
			}
			return r
		}
		f(object{}, false, "B", "a", "c", "d")
		r := f(object{"Limit": 3}, true, "B", "a", "c")
		f(object{"NextToken": r.str("NextToken")}, false, "d")
		f(object{"ExclusiveStartStreamName": "a"}, false, "c", "d")
		f(object{"ExclusiveStartStreamName": "b", "Limit": 1}, true, "c")
		if last := f(object{"ExclusiveStartStreamName": "c"}, false, "d"); last.has("NextToken") {
			c.t.Error("a last page with a NextToken")
		}
	})
}

// StreamSummaries says of each stream what it is (B).
//
//rule:6 ListStreams
func TestStreamSummaries(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		r := c.must("ListStreams", object{})
		r.members("StreamSummaries.0", "StreamName", "StreamARN", "StreamStatus", "StreamModeDetails", "StreamCreationTimestamp")
		got := r.str("StreamSummaries.0.StreamARN") + r.str("StreamSummaries.0.StreamStatus") + r.str("StreamSummaries.0.StreamModeDetails.StreamMode")
		if want := c.arn("s") + "ACTIVE" + "PROVISIONED"; got != want {
			c.t.Errorf("summary %s, want %s", got, want)
		}
		r.at("StreamSummaries.0.StreamCreationTimestamp")
	})
}

// A deleted stream is gone, and a new one of its name meets none of its data (K).
//
//rule:6 DeleteStream
//rule:8 GetRecords
func TestDeleteStream(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		c.put("s", "k", []byte("old"))
		old := c.iterator("s", "TRIM_HORIZON", nil)
		c.gone("s")
		c.call("DeleteStream", object{"StreamName": "s"}).fails("ResourceNotFoundException", c.notFound("s"))
		c.call("GetRecords", object{"ShardIterator": old}).
			fails("ResourceNotFoundException", "Shard "+shardID(0)+" in stream s under account "+c.account+" does not exist")
		c.stream("s", 1)
		if n := len(c.records(c.iterator("s", "TRIM_HORIZON", nil)).list("Records")); n != 0 {
			c.t.Errorf("a stream made again has %d records", n)
		}
		// an iterator of the old one breaks AWS (K, a comment)
		c.call("GetRecords", object{"ShardIterator": old}).failsWith(500, "InternalFailure", "")
	})
}

// gone deletes a stream and waits until it is not found.
func (c *client) gone(stream string) {
	c.t.Helper()
	c.call("DeleteStream", object{"StreamName": stream}).empty()
	c.until(stream+" is gone", func() bool { return c.call("DescribeStream", object{"StreamName": stream}).status == 400 })
}

// While CREATING a stream has no shards and takes no records; it may be deleted,
// and describes itself as DELETING until it is gone (K).
//
//rule:6 CreateStream DeleteStream DescribeStream GetShardIterator PutRecord PutRecords
func TestStatuses(t *testing.T) {
	ahead(t, freshet.Options{TransitionDelay: time.Minute}, func(c *client) {
		status := func() string {
			c.t.Helper()
			return c.must("DescribeStream", object{"StreamName": "s"}).str("StreamDescription.StreamStatus")
		}
		create := func() { c.call("CreateStream", object{"StreamName": "s", "ShardCount": 1}).empty() }
		is := func(want string) {
			c.t.Helper()
			if got := status(); got != want {
				c.t.Errorf("status %s, want %s", got, want)
			}
		}
		create()
		is("CREATING")
		creating(c)
		c.pass(2 * time.Minute)
		is("ACTIVE")
		c.put("s", "k", []byte("x"))
		c.call("DeleteStream", object{"StreamName": "s"}).empty()
		is("DELETING")
		c.call("CreateStream", object{"StreamName": "s", "ShardCount": 1}).
			fails("ResourceInUseException", "Stream s under account "+c.account+" already exists.")
		c.pass(2 * time.Minute)
		c.call("DescribeStream", object{"StreamName": "s"}).fails("ResourceNotFoundException", c.notFound("s"))
		create()
		c.call("DeleteStream", object{"StreamName": "s"}).empty()
		is("DELETING")
	})
}

// creating checks what a stream that is CREATING answers.
func creating(c *client) {
	c.t.Helper()
	r := c.must("DescribeStream", object{"StreamName": "s"})
	if n := len(r.list("StreamDescription.Shards")); n != 0 {
		c.t.Errorf("%d shards while CREATING, want none", n)
	}
	c.call("GetShardIterator", iteratorOf("s", "LATEST", nil)).
		fails("ResourceNotFoundException", "Shard "+shardID(0)+" in stream s under account "+c.account+" does not exist")
	for _, op := range []string{"PutRecord", "PutRecords"} {
		c.call(op, with(named[op], object{"StreamName": "s"})).fails("ResourceNotFoundException", c.notFound("s"))
	}
	c.call("CreateStream", object{"StreamName": "s", "ShardCount": 1}).
		fails("ResourceInUseException", "Stream s under account "+c.account+" already exists.")
}
