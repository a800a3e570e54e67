package conformance

import (
	"testing"
	"time"
)

// rated are the operations whose calls AWS limits, with what they need; what their
// calls come to does not count, but that they are made.
var rated = map[string]struct {
	perSecond int
	in        object
}{
	"AddTagsToStream":          {5, object{"StreamName": "s", "Tags": object{"a": "b"}}},
	"CreateChannel":            {5, channelOfRates},
	"CreateStream":             {5, object{"StreamName": "s"}},
	"DeleteChannel":            {5, object{"ChannelARN": noChannel}},
	"DeleteStream":             {5, object{"StreamName": "none"}},
	"DeregisterStreamConsumer": {5, object{"StreamARN": streamOfRates, "ConsumerName": "none"}},
	"DescribeAccountSettings":  {5, object{}},
	"DescribeChannel":          {5, object{"ChannelARN": noChannel}},
	"DescribeLimits":           {1, object{}},
	"DescribeStream":           {10, object{"StreamName": "s"}},
	"DescribeStreamConsumer":   {20, object{"StreamARN": streamOfRates, "ConsumerName": "none"}},
	"DescribeStreamSummary":    {20, object{"StreamName": "s"}},
	"ListChannels":             {5, object{}},
	"ListShards":               {1000, object{"StreamName": "s"}},
	"ListStreamConsumers":      {5, object{"StreamARN": streamOfRates}},
	"ListStreams":              {5, object{}},
	"ListTagsForStream":        {5, object{"StreamName": "s"}},
	"MergeShards":              {5, mergeOf("0", "9")},
	"RegisterStreamConsumer":   {5, object{"StreamARN": streamOfRates, "ConsumerName": "c"}},
	"RemoveTagsFromStream":     {5, object{"StreamName": "s", "TagKeys": list{"a"}}},
	"SplitShard":               {5, splitOf("0", "0")},
	"UpdateAccountSettings":    {5, object{"MinimumThroughputBillingCommitment": object{"Status": "ENABLED"}}},
	"UpdateChannel":            {5, object{"ChannelARN": noChannel}},
	"UpdateShardCount":         {10, object{"StreamName": "none", "TargetShardCount": 9, "ScalingType": "UNIFORM_SCALING"}},

	"UpdateStreamWarmThroughput": {5, object{"StreamName": "none", "WarmThroughputMiBps": 20}},
}

const (
	accountOfRates = "000000000042"
	streamOfRates  = "arn:aws:kinesis:eu-west-1:" + accountOfRates + ":stream/s"
	noChannel      = "arn:aws:kinesis:eu-west-1:" + accountOfRates + ":channel/none"
)

// channelOfRates is CreateChannel's input.
var channelOfRates = object{
	"ChannelName": "c", "ServiceExecutionRoleARN": "arn:aws:iam::" + accountOfRates + ":role/r",
	"StreamConfigurationList":    list{object{"StreamARN": streamOfRates, "RecordConfiguration": object{"RecordFormatType": "JSON"}}},
	"S3DestinationConfiguration": object{"StorageConfiguration": object{"BucketARN": "arn:aws:s3:::bucket", "ExpectedBucketOwner": accountOfRates, "CompressionType": "GZIP"}},
}

// So many calls in a second, and the next is a LimitExceededException; a second
// later there are as many again (B).
//
//rule:5 AddTagsToStream CreateChannel CreateStream DeleteChannel DeleteStream DeregisterStreamConsumer DescribeAccountSettings DescribeChannel
//rule:5 DescribeLimits DescribeStream DescribeStreamConsumer DescribeStreamSummary ListChannels ListShards ListStreamConsumers ListStreams
//rule:5 ListTagsForStream MergeShards RegisterStreamConsumer RemoveTagsFromStream SplitShard UpdateAccountSettings UpdateChannel UpdateShardCount UpdateStreamWarmThroughput
func TestCallsInASecond(t *testing.T) {
	ahead(t, withLimits, func(c *client) {
		c.account = accountOfRates
		c.stream("s", 1)
		for op, rate := range rated {
			c.pass(time.Minute)
			for range 2 {
				for i := range rate.perSecond {
					if r := c.call(op, rate.in); r.status != 200 && r.str("__type") == "LimitExceededException" {
						c.t.Fatalf("call %d of %s: %s", i+1, op, r.printable())
					}
				}
				c.call(op, rate.in).failsLike("LimitExceededException", "Rate exceeded for .*")
				c.pass(time.Second)
			}
		}
	})
}
