package conformance

import (
	"fmt"
	"testing"
	"time"

	"github.com/freshet/freshet"
)

// consumer registers a consumer, waits until it is ACTIVE, and returns its ARN.
func (c *client) consumer(stream, name string) string {
	c.t.Helper()
	arn := c.must("RegisterStreamConsumer", object{"StreamARN": c.arn(stream), "ConsumerName": name}).str("Consumer.ConsumerARN")
	c.until("the consumer is ACTIVE", func() bool {
		return c.must("DescribeStreamConsumer", object{"ConsumerARN": arn}).str("ConsumerDescription.ConsumerStatus") == "ACTIVE"
	})
	return arn
}

// What a consumer is described as: its ARN ends in its creation, in seconds; a
// description has StreamARN besides (B, L).
//
//rule:14 RegisterStreamConsumer DescribeStreamConsumer ListStreamConsumers
//rule:6 DescribeStreamSummary
func TestConsumer(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		r := c.must("RegisterStreamConsumer", object{"StreamARN": c.arn("s"), "ConsumerName": "c", "Tags": object{"k": "v"}})
		r.members("", "Consumer")
		r.members("Consumer", "ConsumerName", "ConsumerARN", "ConsumerStatus", "ConsumerCreationTimestamp")
		created := r.at("Consumer.ConsumerCreationTimestamp")
		arn := fmt.Sprintf("%s/consumer/c:%d", c.arn("s"), created.Unix())
		if got := r.str("Consumer.ConsumerARN"); got != arn {
			c.t.Errorf("ConsumerARN %s, want %s", got, arn)
		}
		if got := r.str("Consumer.ConsumerStatus"); got != "CREATING" {
			c.t.Errorf("ConsumerStatus %s in the first answer", got)
		}
		c.until("the consumer is ACTIVE", func() bool {
			r = c.must("DescribeStreamConsumer", object{"StreamARN": c.arn("s"), "ConsumerName": "c"})
			return r.str("ConsumerDescription.ConsumerStatus") == "ACTIVE"
		})
		r.members("ConsumerDescription", "ConsumerName", "ConsumerARN", "ConsumerStatus", "ConsumerCreationTimestamp", "StreamARN")
		if r.str("ConsumerDescription.ConsumerARN") != arn || r.str("ConsumerDescription.StreamARN") != c.arn("s") {
			c.t.Errorf("described as %s", r.printable())
		}
		r = c.must("ListStreamConsumers", object{"StreamARN": c.arn("s")})
		r.members("", "Consumers")
		r.members("Consumers.0", "ConsumerName", "ConsumerARN", "ConsumerStatus", "ConsumerCreationTimestamp")
		if n := c.must("DescribeStreamSummary", object{"StreamName": "s"}).num("StreamDescriptionSummary.ConsumerCount"); n != 1 {
			c.t.Errorf("ConsumerCount %d", n)
		}
	})
}

// CREATING, ACTIVE, DELETING, gone (B).
//
//rule:14 RegisterStreamConsumer DescribeStreamConsumer DeregisterStreamConsumer
func TestConsumerTransitions(t *testing.T) {
	ahead(t, freshet.Options{TransitionDelay: time.Second}, func(c *client) {
		c.stream("s", 1)
		arn := c.must("RegisterStreamConsumer", object{"StreamARN": c.arn("s"), "ConsumerName": "c"}).str("Consumer.ConsumerARN")
		status := func(want string) {
			c.t.Helper()
			if got := c.must("DescribeStreamConsumer", object{"ConsumerARN": arn}).str("ConsumerDescription.ConsumerStatus"); got != want {
				c.t.Errorf("ConsumerStatus %s, want %s", got, want)
			}
		}
		status("CREATING")
		c.pass(time.Second)
		status("ACTIVE")
		c.must("DeregisterStreamConsumer", object{"ConsumerARN": arn})
		status("DELETING")
		c.call("RegisterStreamConsumer", object{"StreamARN": c.arn("s"), "ConsumerName": "c"}).failsLike("ResourceInUseException", ".*")
		c.pass(time.Second)
		c.call("DescribeStreamConsumer", object{"ConsumerARN": arn}).failsLike("ResourceNotFoundException", ".*")
	})
}

// A sixth consumer in CREATING is a LimitExceededException (B).
//
//rule:14 RegisterStreamConsumer
func TestConsumersCreating(t *testing.T) {
	ahead(t, freshet.Options{TransitionDelay: time.Second}, func(c *client) {
		c.stream("s", 1)
		for i := range 5 {
			c.must("RegisterStreamConsumer", object{"StreamARN": c.arn("s"), "ConsumerName": fmt.Sprint("c", i)})
		}
		c.call("RegisterStreamConsumer", object{"StreamARN": c.arn("s"), "ConsumerName": "c5"}).failsLike("LimitExceededException", ".*")
		c.pass(time.Second)
		c.must("RegisterStreamConsumer", object{"StreamARN": c.arn("s"), "ConsumerName": "c5"})
	})
}

// 20 consumers a stream; a duplicate is a ResourceInUseException (B).
//
//rule:14 RegisterStreamConsumer
//rule:13 ListStreamConsumers
func TestConsumerLimits(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		for i := range 20 {
			c.consumer("s", fmt.Sprintf("c%02d", i))
		}
		c.call("RegisterStreamConsumer", object{"StreamARN": c.arn("s"), "ConsumerName": "c20"}).failsLike("LimitExceededException", ".*")
		c.call("RegisterStreamConsumer", object{"StreamARN": c.arn("s"), "ConsumerName": "c00"}).failsLike("ResourceInUseException", ".*")

		// ListStreamConsumers pages as ListShards does; the token alone says where
		// it goes on (B).
		names := ""
		in := object{"StreamARN": c.arn("s"), "MaxResults": 8}
		for {
			r := c.must("ListStreamConsumers", in)
			for i := range r.list("Consumers") {
				names += r.str(fmt.Sprintf("Consumers.%d.ConsumerName", i)) + " "
			}
			if !r.has("NextToken") {
				break
			}
			in = with(in, object{"NextToken": r.str("NextToken")})
		}
		want := ""
		for i := range 20 {
			want += fmt.Sprintf("c%02d ", i)
		}
		if names != want {
			c.t.Errorf("consumers %s", names)
		}
		c.call("ListStreamConsumers", with(in, object{"StreamCreationTimestamp": time.Now()})).failsLike("InvalidArgumentException", ".*")
		c.call("ListStreamConsumers", with(in, object{"NextToken": "forged"})).failsLike("InvalidArgumentException", ".*")
	})
}

// A token of ListStreamConsumers is good for 300 s (B).
//
//rule:13 ListStreamConsumers
func TestExpiredTokenOfConsumers(t *testing.T) {
	ahead(t, freshet.Options{}, func(c *client) {
		c.stream("s", 1)
		c.consumer("s", "a")
		c.consumer("s", "b")
		in := object{"StreamARN": c.arn("s"), "NextToken": c.must("ListStreamConsumers", object{"StreamARN": c.arn("s"), "MaxResults": 1}).str("NextToken")}
		c.pass(299 * time.Second)
		c.must("ListStreamConsumers", in)
		c.pass(2 * time.Second)
		c.call("ListStreamConsumers", in).failsLike("ExpiredNextTokenException", ".*")
	})
}

// ConsumerARN, or StreamARN with ConsumerName, or all three if they agree (B).
//
//rule:14 DescribeStreamConsumer DeregisterStreamConsumer
func TestConsumerAddresses(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		c.stream("t", 1)
		arn := c.consumer("s", "c")
		all := object{"ConsumerARN": arn, "StreamARN": c.arn("s"), "ConsumerName": "c"}
		c.must("DescribeStreamConsumer", all)
		c.must("DescribeStreamConsumer", with(all, object{"ConsumerARN": nil}))
		for _, op := range []string{"DescribeStreamConsumer", "DeregisterStreamConsumer"} {
			c.call(op, object{}).failsLike("InvalidArgumentException", ".*")
			c.call(op, object{"StreamARN": c.arn("s")}).failsLike("InvalidArgumentException", ".*")
			c.call(op, with(all, object{"StreamARN": c.arn("t")})).failsLike("InvalidArgumentException", ".*")
			c.call(op, with(all, object{"ConsumerName": "d"})).failsLike("InvalidArgumentException", ".*")
			c.call(op, object{"ConsumerARN": arn + "1"}).failsLike("ResourceNotFoundException", ".*")
			c.call(op, object{"StreamARN": c.arn("none"), "ConsumerName": "c"}).fails("ResourceNotFoundException", c.notFound("none"))
		}
		c.must("DeregisterStreamConsumer", all)
		c.until("the consumer is gone", func() bool { return c.call("DescribeStreamConsumer", object{"ConsumerARN": arn}).status == 400 })
	})
}

// A stream with consumers is deleted with EnforceConsumerDeletion alone (B; T
// cloud-custodian/cloud-custodian#7260).
//
//rule:6 DeleteStream
func TestDeleteStreamWithConsumers(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		arn := c.consumer("s", "c")
		c.call("DeleteStream", object{"StreamName": "s"}).fails("ResourceInUseException", "DeleteStream can't delete "+c.arn("s")+
			" because there are consumers associated with this data stream. To delete s anyway, set the EnforceConsumerDeletion parameter to true "+
			"to force the deletion of all the consumers that are associated with it.")
		c.must("DeleteStream", object{"StreamName": "s", "EnforceConsumerDeletion": true})
		c.until("the consumer is gone", func() bool { return c.call("DescribeStreamConsumer", object{"ConsumerARN": arn}).status == 400 })
	})
}
