package conformance

import (
	"fmt"
	"testing"
	"time"

	"github.com/freshet/freshet"
)

// At most five streams of an account are CREATING (B).
//
//rule:5 CreateStream
func TestStreamsCreating(t *testing.T) {
	ahead(t, freshet.Options{TransitionDelay: time.Second}, func(c *client) {
		for i := range 5 {
			c.must("CreateStream", object{"StreamName": fmt.Sprint("s", i), "ShardCount": 1})
		}
		sixth := object{"StreamName": "s5", "ShardCount": 1}
		c.call("CreateStream", sixth).failsLike("LimitExceededException", ".+")
		c.pass(time.Second)
		c.must("CreateStream", sixth).empty()
	})
}

// Tags that are given with a stream hold from CREATING on (B).
//
//rule:6 CreateStream ListTagsForStream ListTagsForResource
func TestTagsWhileCreating(t *testing.T) {
	ahead(t, freshet.Options{TransitionDelay: time.Minute}, func(c *client) {
		c.must("CreateStream", object{"StreamName": "s", "ShardCount": 1, "Tags": object{"team": "water"}})
		if got := c.must("ListTagsForStream", object{"StreamName": "s"}).str("Tags.0.Value"); got != "water" {
			c.t.Errorf("tag %s while CREATING", got)
		}
		c.tags(c.arn("s"), "team=water")
	})
}

// Reads and writes go on in UPDATING (B). Other changes are refused, a deletion too
// (K's tests try again on a ResourceInUseException; not confirmed).
//
//rule:6 DeleteStream PutRecord PutRecords GetRecords GetShardIterator
//rule:11 UpdateShardCount
//rule:16 UpdateStreamMode
func TestWhatGoesOnWhileUpdating(t *testing.T) {
	ahead(t, freshet.Options{TransitionDelay: time.Minute}, func(c *client) {
		c.must("CreateStream", object{"StreamName": "s", "ShardCount": 1})
		busy := func(state string) {
			c.t.Helper()
			for op, in := range map[string]object{
				"UpdateShardCount": {"StreamName": "s", "TargetShardCount": 2, "ScalingType": "UNIFORM_SCALING"},
				"UpdateStreamMode": {"StreamARN": c.arn("s"), "StreamModeDetails": object{"StreamMode": "ON_DEMAND"}},
			} {
				c.call(op, in).fails("ResourceInUseException", "Stream s under account "+c.account+" not ACTIVE, instead in state "+state)
			}
		}
		busy("CREATING")
		c.pass(time.Minute)
		c.must("SplitShard", splitOf("0", "1000"))
		busy("UPDATING")
		c.call("DeleteStream", object{"StreamName": "s"}).failsLike("ResourceInUseException", ".+")
		c.must("PutRecords", with(named["PutRecords"], object{"StreamName": "s"}))
		c.put("s", "k", []byte("x"))
		if n := len(c.records(c.iterator("s", "TRIM_HORIZON", nil)).list("Records")); n != 2 {
			c.t.Errorf("%d records while UPDATING, want 2", n)
		}
	})
}

// A stream on demand begins with four shards, and its capacity is nobody's to set
// (D; the text M).
//
//rule:16 CreateStream DescribeStreamSummary
//rule:11 UpdateShardCount
func TestStreamOnDemand(t *testing.T) {
	each(t, func(c *client) {
		c.must("CreateStream", object{"StreamName": "s", "StreamModeDetails": object{"StreamMode": "ON_DEMAND"}})
		c.active("s")
		r := c.must("DescribeStreamSummary", object{"StreamName": "s"})
		if r.str("StreamDescriptionSummary.StreamModeDetails.StreamMode") != "ON_DEMAND" || r.num("StreamDescriptionSummary.OpenShardCount") != 4 {
			c.t.Errorf("on demand: %s", r.printable())
		}
		c.call("UpdateShardCount", object{"StreamName": "s", "TargetShardCount": 5, "ScalingType": "UNIFORM_SCALING"}).
			fails("ValidationException", "Request is invalid. Stream s under account "+c.account+" is in On-Demand mode.")
	})
}

// 50 consumers a stream under the commitment of On-demand Advantage (B).
//
//rule:14 RegisterStreamConsumer
//rule:16 UpdateAccountSettings
func TestConsumersUnderTheCommitment(t *testing.T) {
	each(t, func(c *client) {
		c.must("UpdateAccountSettings", object{"MinimumThroughputBillingCommitment": object{"Status": "ENABLED"}})
		c.stream("s", 1)
		for i := range 50 {
			c.consumer("s", fmt.Sprint("c", i))
		}
		c.call("RegisterStreamConsumer", object{"StreamARN": c.arn("s"), "ConsumerName": "c50"}).failsLike("LimitExceededException", ".+")
	})
}

// A consumer that is made again has another ARN, and the old one is not found (B).
//
//rule:14 RegisterStreamConsumer DeregisterStreamConsumer DescribeStreamConsumer
func TestConsumerMadeAgain(t *testing.T) {
	ahead(t, freshet.Options{}, func(c *client) {
		c.stream("s", 1)
		first := c.consumer("s", "c")
		c.must("DeregisterStreamConsumer", object{"ConsumerARN": first}).empty()
		c.pass(time.Minute)
		if second := c.consumer("s", "c"); second == first {
			c.t.Errorf("%s twice", first)
		}
		c.call("DescribeStreamConsumer", object{"ConsumerARN": first}).failsLike("ResourceNotFoundException", ".+")
	})
}

// A token of ListStreams is opaque, the service's own, and good for 300 s (B).
//
//rule:6 ListStreams
func TestTokensOfListStreams(t *testing.T) {
	ahead(t, freshet.Options{}, func(c *client) {
		c.stream("a", 1)
		c.stream("b", 1)
		token := c.must("ListStreams", object{"Limit": 1}).str("NextToken")
		for _, bad := range []string{"x", "AAAA", token + "A", token[1:]} {
			c.call("ListStreams", object{"NextToken": bad}).failsLike("InvalidArgumentException", ".+")
		}
		c.pass(300 * time.Second)
		if names := c.must("ListStreams", object{"NextToken": token}).list("StreamNames"); fmt.Sprint(names) != "[b]" {
			c.t.Errorf("the second page is %v", names)
		}
		c.pass(time.Second)
		c.call("ListStreams", object{"NextToken": token}).failsLike("ExpiredNextTokenException", ".+")
	})
}
