package conformance

import (
	"strings"
	"testing"
)

// share returns a policy that lets another account read a resource.
func share(arn string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"210987654321"},` +
		`"Action":["kinesis:DescribeStreamSummary","kinesis:GetRecords"],"Resource":"` + arn + `"}]}`
}

// A policy is returned as it was put; without one it is the string {}, also after it
// was deleted. Streams and consumers have one each (B, L).
//
//rule:15.5 PutResourcePolicy GetResourcePolicy DeleteResourcePolicy
func TestResourcePolicy(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		consumer := c.consumer("s", "c")
		is := func(arn, want string) {
			c.t.Helper()
			r := c.must("GetResourcePolicy", object{"ResourceARN": arn})
			r.members("", "Policy")
			if got := r.str("Policy"); got != want {
				c.t.Errorf("the policy of %s is %s, want %s", arn, got, want)
			}
		}
		for _, arn := range []string{c.arn("s"), consumer} {
			is(arn, "{}")
			c.call("PutResourcePolicy", object{"ResourceARN": arn, "Policy": strings.ReplaceAll(share(arn), "Allow", "Deny")}).empty()
			c.call("PutResourcePolicy", object{"ResourceARN": arn, "Policy": share(arn)}).empty()
		}
		for _, arn := range []string{c.arn("s"), consumer} {
			is(arn, share(arn))
			c.call("DeleteResourcePolicy", object{"ResourceARN": arn}).empty()
			is(arn, "{}")
		}
	})
}

// To delete a policy that is not there is an error, and so is a target that is not
// there; which, was not recorded (L). Here it is ResourceNotFoundException.
//
//rule:15.5 PutResourcePolicy GetResourcePolicy DeleteResourcePolicy
func TestResourcePolicyOfNothing(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		c.call("DeleteResourcePolicy", object{"ResourceARN": c.arn("s")}).failsLike("ResourceNotFoundException", ".+")
		for _, arn := range []string{c.arn("none"), c.arn("s") + "/consumer/c:1"} {
			c.call("PutResourcePolicy", object{"ResourceARN": arn, "Policy": share(arn)}).failsLike("ResourceNotFoundException", ".+ not found\\.")
			c.call("GetResourcePolicy", object{"ResourceARN": arn}).failsLike("ResourceNotFoundException", ".+ not found\\.")
			c.call("DeleteResourcePolicy", object{"ResourceARN": arn}).failsLike("ResourceNotFoundException", ".+ not found\\.")
		}
		c.call("PutResourcePolicy", object{}).invalid(broken("null", "resourceARN", notNull), broken("null", "policy", notNull))
	})
}

// What is no policy is refused (B: it must name principals and actions). The code is
// not established.
//
//rule:15.5 PutResourcePolicy
func TestWhatIsNoPolicy(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		for _, policy := range []string{"", "x", "{}", "[]", share("")[1:], strings.ReplaceAll(share("x"), "Principal", "Nobody"),
			strings.ReplaceAll(share("x"), "Action", "Idleness"), share(strings.Repeat("x", 20<<10))} {
			c.call("PutResourcePolicy", object{"ResourceARN": c.arn("s"), "Policy": policy}).oneOf("InvalidArgumentException", "ValidationException")
		}
		if got := c.must("GetResourcePolicy", object{"ResourceARN": c.arn("s")}).str("Policy"); got != "{}" {
			c.t.Errorf("the policy is %s after refused ones", got)
		}
	})
}

// Channels cannot be created yet, which the answer says; so there are none. Bounds
// come first (B).
//
//rule:16 CreateChannel DescribeChannel UpdateChannel DeleteChannel ListChannels
func TestChannels(t *testing.T) {
	each(t, func(c *client) {
		in := object{
			"ChannelName":             "c",
			"ServiceExecutionRoleARN": "arn:aws:iam::" + c.account + ":role/deliver",
			"StreamConfigurationList": list{object{"StreamARN": c.arn("s"), "RecordConfiguration": object{"RecordFormatType": "JSON"}}},
			"S3DestinationConfiguration": object{"StorageConfiguration": object{
				"BucketARN": "arn:aws:s3:::bucket", "ExpectedBucketOwner": c.account, "CompressionType": "NONE"}},
		}
		c.call("CreateChannel", with(in, object{"ChannelName": nil})).invalid(broken("null", "channelName", notNull))
		c.call("CreateChannel", in).fails("ResourceNotFoundException", c.notFound("s"))
		c.onDemand("s", nil)
		c.call("CreateChannel", in).failsLike("ValidationException", "Channels are not supported yet.*")

		arn := "arn:aws:kinesis:" + c.region + ":" + c.account + ":channel/c"
		for _, op := range []string{"DescribeChannel", "UpdateChannel", "DeleteChannel"} {
			c.call(op, object{"ChannelARN": arn}).failsLike("ResourceNotFoundException", ".*Channels are not supported yet.*")
			c.call(op, object{}).invalid(broken("null", "channelARN", notNull))
		}
		r := c.must("ListChannels", object{"StreamFilter": list{object{"StreamARN": c.arn("s")}}})
		r.members("", "ChannelSummaries")
		if n := len(r.list("ChannelSummaries")); n != 0 {
			c.t.Errorf("%d channels", n)
		}
		if n := c.must("DescribeStreamSummary", object{"StreamName": "s"}).num("StreamDescriptionSummary.ChannelCount"); n != 0 {
			c.t.Errorf("ChannelCount %d", n)
		}
		c.must("DeleteStream", object{"StreamName": "s"})
	})
}
