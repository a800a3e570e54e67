package conformance

import "testing"

// Warm throughput is for on-demand streams of accounts with the commitment; it is
// described then, and only then (B).
//
//rule:16 UpdateStreamWarmThroughput DescribeStreamSummary CreateStream
func TestWarmThroughput(t *testing.T) {
	each(t, func(c *client) {
		warm := func(stream string, mibps int) *reply {
			c.t.Helper()
			return c.call("UpdateStreamWarmThroughput", object{"StreamName": stream, "WarmThroughputMiBps": mibps})
		}
		onDemand := object{"StreamMode": "ON_DEMAND"}
		c.stream("p", 1)
		c.must("CreateStream", object{"StreamName": "d", "StreamModeDetails": onDemand})
		c.active("d")
		warm("none", 5).fails("ResourceNotFoundException", c.notFound("none"))
		warm("d", 5).failsLike("InvalidArgumentException", ".*")
		if c.must("DescribeStreamSummary", object{"StreamName": "d"}).has("StreamDescriptionSummary.WarmThroughput") {
			c.t.Error("a stream of an account without a commitment has WarmThroughput")
		}
		c.must("UpdateAccountSettings", object{"MinimumThroughputBillingCommitment": object{"Status": "ENABLED"}})
		warm("p", 5).failsLike("InvalidArgumentException", ".*")
		warm("d", 1<<30).failsLike("LimitExceededException", ".*")

		r := warm("d", 5)
		r.members("", "StreamName", "StreamARN", "WarmThroughput")
		if r.str("StreamARN") != c.arn("d") || r.num("WarmThroughput.TargetMiBps") != 5 || r.num("WarmThroughput.CurrentMiBps") != 4 {
			c.t.Errorf("answer %s", r.printable())
		}
		c.active("d")
		r = c.must("DescribeStreamSummary", object{"StreamName": "d"})
		const at = "StreamDescriptionSummary."
		if r.num(at+"WarmThroughput.TargetMiBps") != 5 || r.num(at+"WarmThroughput.CurrentMiBps") != 5 || r.num(at+"OpenShardCount") != 5 {
			c.t.Errorf("description %s", r.printable())
		}

		c.must("CreateStream", object{"StreamName": "w", "StreamModeDetails": onDemand, "WarmThroughputMiBps": 6})
		c.active("w")
		if n := c.must("DescribeStreamSummary", object{"StreamName": "w"}).num(at + "OpenShardCount"); n != 6 {
			c.t.Errorf("a stream that is warm for 6 MiB/s has %d shards", n)
		}
	})
}
