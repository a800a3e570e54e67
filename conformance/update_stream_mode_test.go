package conformance

import "testing"

// A stream changes its mode, at most twice in 24 hours; nothing is said of that, and
// the shards stay (B; the bound is not confirmed). The mode that it has is accepted:
// Terraform asks for it.
//
//rule:16 UpdateStreamMode
func TestUpdateStreamMode(t *testing.T) {
	each(t, func(c *client) {
		set := func(stream, mode string) *reply {
			c.t.Helper()
			return c.call("UpdateStreamMode", object{"StreamARN": c.arn(stream), "StreamModeDetails": object{"StreamMode": mode}})
		}
		set("none", "ON_DEMAND").fails("ResourceNotFoundException", c.notFound("none"))
		c.stream("s", 5)
		for _, mode := range []string{"ON_DEMAND", "PROVISIONED"} {
			for range 2 {
				set("s", mode).empty()
				c.active("s")
				for op, at := range map[string]string{"DescribeStream": "StreamDescription", "DescribeStreamSummary": "StreamDescriptionSummary"} {
					if got := c.must(op, object{"StreamName": "s"}).str(at + ".StreamModeDetails.StreamMode"); got != mode {
						c.t.Errorf("%s says mode %s, want %s", op, got, mode)
					}
				}
			}
		}
		set("s", "ON_DEMAND").failsLike("LimitExceededException", ".*")
		if n := len(c.must("ListShards", object{"StreamName": "s"}).list("Shards")); n != 5 {
			c.t.Errorf("%d shards, want the 5 of before", n)
		}
	})
}
