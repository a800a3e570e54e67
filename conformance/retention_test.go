package conformance

import (
	"testing"
	"time"

	"github.com/freshet/freshet"
)

// Retention is 24 to 8760 hours; the texts, in the order of the checks, and that
// the present period is accepted by both operations (K; the upper bound M).
//
//rule:15.2 IncreaseStreamRetentionPeriod DecreaseStreamRetentionPeriod DescribeStream DescribeStreamSummary
func TestRetentionBounds(t *testing.T) {
	each(t, func(c *client) {
		set := func(op, stream string, hours int) *reply {
			c.t.Helper()
			return c.call(op+"StreamRetentionPeriod", object{"StreamName": stream, "RetentionPeriodHours": hours})
		}
		for _, op := range []string{"Increase", "Decrease"} {
			set(op, "none", 23).fails("ResourceNotFoundException", c.notFound("none"))
		}
		c.stream("s", 1)
		set("Increase", "s", 48).empty()
		c.active("s")
		for _, op := range []string{"Increase", "Decrease"} {
			set(op, "s", 23).fails("InvalidArgumentException",
				"Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short.")
			set(op, "s", 8761).fails("InvalidArgumentException",
				"Maximum allowed retention period is 8760 hours. Requested retention period (8761 hours) is too long.")
			set(op, "s", 48).empty()
		}
		set("Increase", "s", 47).fails("InvalidArgumentException",
			"Requested retention period (47 hours) for stream s can not be shorter than existing retention period (48 hours). Use DecreaseRetentionPeriod API.")
		set("Decrease", "s", 49).fails("InvalidArgumentException",
			"Requested retention period (49 hours) for stream s can not be longer than existing retention period (48 hours). Use IncreaseRetentionPeriod API.")
		set("Increase", "s", 8760).empty()
		c.active("s")
		set("Decrease", "s", 24).empty()
		for op, at := range map[string]string{"DescribeStream": "StreamDescription", "DescribeStreamSummary": "StreamDescriptionSummary"} {
			if n := c.must(op, object{"StreamName": "s"}).num(at + ".RetentionPeriodHours"); n != 24 {
				c.t.Errorf("%s says %d hours, want 24", op, n)
			}
		}
	})
}

// active waits until a stream is ACTIVE again.
func (c *client) active(stream string) {
	c.t.Helper()
	c.until(stream+" is ACTIVE", func() bool {
		return c.must("DescribeStreamSummary", object{"StreamName": stream}).str("StreamDescriptionSummary.StreamStatus") == "ACTIVE"
	})
}

// A lower retention hides what is older, and a higher one does not bring it
// back (B).
//
//rule:15.2 IncreaseStreamRetentionPeriod DecreaseStreamRetentionPeriod GetRecords
func TestWhatRetentionHidIsGone(t *testing.T) {
	ahead(t, freshet.Options{}, func(c *client) {
		c.stream("s", 1)
		set := func(op string, hours int) {
			c.t.Helper()
			c.call(op+"StreamRetentionPeriod", object{"StreamARN": c.arn("s"), "RetentionPeriodHours": hours}).empty()
		}
		count := func(want int) {
			c.t.Helper()
			if n := len(c.records(c.iterator("s", "TRIM_HORIZON", nil)).list("Records")); n != want {
				c.t.Errorf("%d records, want %d", n, want)
			}
		}
		set("Increase", 168)
		c.put("s", "k", []byte("old"))
		c.pass(50 * time.Hour)
		c.put("s", "k", []byte("new"))
		count(2)
		set("Decrease", 24)
		count(1)
		set("Increase", 8760)
		count(1)
	})
}

// A change passes UPDATING, in which the stream goes on; another has to wait (B).
//
//rule:15.2 IncreaseStreamRetentionPeriod DecreaseStreamRetentionPeriod
func TestRetentionWhileUpdating(t *testing.T) {
	ahead(t, freshet.Options{TransitionDelay: time.Minute}, func(c *client) {
		c.must("CreateStream", object{"StreamName": "s", "ShardCount": 1})
		c.pass(2 * time.Minute)
		c.must("IncreaseStreamRetentionPeriod", object{"StreamName": "s", "RetentionPeriodHours": 48})
		if got := c.must("DescribeStream", object{"StreamName": "s"}).str("StreamDescription.StreamStatus"); got != "UPDATING" {
			c.t.Errorf("status %s, want UPDATING", got)
		}
		c.put("s", "k", []byte("x"))
		c.call("DecreaseStreamRetentionPeriod", object{"StreamName": "s", "RetentionPeriodHours": 24}).
			fails("ResourceInUseException", "Stream s under account "+c.account+" not ACTIVE, instead in state UPDATING")
		c.pass(2 * time.Minute)
		c.must("DecreaseStreamRetentionPeriod", object{"StreamName": "s", "RetentionPeriodHours": 24})
	})
}
