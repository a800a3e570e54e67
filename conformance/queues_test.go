package conformance

import (
	"regexp"
	"testing"
	"time"

	"github.com/freshet/freshet"
)

// queue makes a queue from the oldest record on, waits until it is ACTIVE, and returns
// its ARN.
func (c *client) queue(stream, name string, more object) string {
	c.t.Helper()
	arn := c.must("CreateQueue", with(queueFrom(c.arn(stream), name), more)).str("QueueDescription.QueueARN")
	c.until("the queue is ACTIVE", func() bool {
		return c.must("DescribeQueue", object{"QueueARN": arn}).str("QueueDescription.QueueStatus") == "ACTIVE"
	})
	return arn
}

func queueFrom(arn, name string) object {
	return object{"QueueName": name, "StreamConfigurationList": list{
		object{"StreamARN": arn, "StartingPosition": object{"Type": "TRIM_HORIZON"}}}}
}

// A queue is described with what was asked for and what holds by default; its ARN says
// nothing of its name; its position is told once it is ACTIVE (B).
//
//rule:16 CreateQueue DescribeQueue ListQueues UpdateQueue DeleteQueue
//rule:6 DescribeStreamSummary
func TestQueue(t *testing.T) {
	each(t, func(c *client) {
		c.onDemand("s", nil)
		r := c.must("CreateQueue", with(queueFrom(c.arn("s"), "work"), object{"Tags": object{"k": "v"}}))
		r.members("", "QueueDescription")
		r.members("QueueDescription", "QueueName", "QueueARN", "QueueStatus", "QueueCreationTimestamp", "StreamConfigurationList", "QueueAttributes")
		r.members("QueueDescription.StreamConfigurationList.0.StartingPosition", "Type")
		if got := r.str("QueueDescription.QueueStatus"); got != "CREATING" {
			c.t.Errorf("QueueStatus %s in the first answer", got)
		}
		arn := r.str("QueueDescription.QueueARN")
		if !regexp.MustCompile(`^arn:aws:kinesis:` + c.region + `:` + c.account + `:queue/[0-9a-f]{48}$`).MatchString(arn) {
			c.t.Errorf("QueueARN %s", arn)
		}
		c.call("CreateQueue", queueFrom(c.arn("s"), "work")).failsLike("ResourceInUseException", ".*already exists.*")
		c.until("the queue is ACTIVE", func() bool {
			r = c.must("DescribeQueue", object{"QueueARN": arn})
			return r.str("QueueDescription.QueueStatus") == "ACTIVE"
		})
		r.members("QueueDescription.StreamConfigurationList.0.StartingPosition", "Type", "Timestamp")
		if n := r.num("QueueDescription.QueueAttributes.VisibilityTimeoutSeconds"); n != 30 {
			c.t.Errorf("VisibilityTimeoutSeconds %d", n)
		}
		if n := r.num("QueueDescription.QueueAttributes.DeadLetterConfiguration.MaxReceiveCount"); n != 6 {
			c.t.Errorf("MaxReceiveCount %d", n)
		}
		r = c.must("UpdateQueue", object{"QueueARN": arn, "QueueAttributes": object{"DeadLetterConfiguration": object{"TargetType": "NONE"}}})
		r.members("QueueDescription.QueueAttributes.DeadLetterConfiguration", "TargetType")
		if got := r.str("QueueDescription.QueueStatus"); got != "UPDATING" {
			c.t.Errorf("QueueStatus %s after an update", got)
		}
		r = c.must("ListQueues", object{"StreamFilter": list{object{"StreamARN": c.arn("s")}}})
		r.members("", "QueueSummaries")
		r.members("QueueSummaries.0", "QueueName", "QueueARN", "QueueStatus", "QueueCreationTimestamp", "Streams")
		r.members("QueueSummaries.0.Streams.0", "StreamARN", "StreamCreationTimestamp")
		if n := len(c.must("ListQueues", object{"StreamFilter": list{object{"StreamARN": c.arn("none")}}}).list("QueueSummaries")); n != 0 {
			c.t.Errorf("%d queues of a stream that is not there", n)
		}
		if n := c.must("DescribeStreamSummary", object{"StreamName": "s"}).num("StreamDescriptionSummary.QueueCount"); n != 1 {
			c.t.Errorf("QueueCount %d", n)
		}
		c.tags(arn, "k=v")
		c.call("DeleteStream", object{"StreamName": "s", "EnforceConsumerDeletion": true}).failsLike("ResourceInUseException", ".*queues.*")
		c.must("DeleteQueue", object{"QueueARN": arn}).empty()
		c.until("the queue is gone", func() bool { return len(c.must("ListQueues", nil).list("QueueSummaries")) == 0 })
		for _, op := range []string{"DescribeQueue", "DeleteQueue", "ReceiveQueueRecords", "ReceiveDeadLetterQueueRecords"} {
			c.call(op, object{"QueueARN": arn}).failsLike("ResourceNotFoundException", ".*not found.*")
		}
		c.must("DeleteStream", object{"StreamName": "s"})
	})
}

// Bounds and patterns of the operations of queues (B).
//
//rule:3.2 CreateQueue DescribeQueue ListQueues UpdateQueue DeleteQueue ReceiveQueueRecords AcknowledgeQueueRecords UpdateQueueRecordsVisibility
//rule:3.2 ReceiveDeadLetterQueueRecords AcknowledgeDeadLetterQueueRecords UpdateDeadLetterQueueRecordsVisibility RestoreDeadLetterQueueRecords
func TestQueueBounds(t *testing.T) {
	const pattern = `arn:aws.*:kinesis:.*:\d{12}:queue/\S+`
	each(t, func(c *client) {
		c.call("CreateQueue", object{}).invalid(broken("null", "queueName", notNull), broken("null", "streamConfigurationList", notNull))
		c.call("CreateQueue", queueFrom(c.arn("s"), "a b")).invalid(broken("a b", "queueName", like(namePattern)))
		c.call("ListQueues", object{"MaxResults": 0}).invalid(broken("0", "maxResults", atLeast(1)))
		arn := "arn:aws:kinesis:" + c.region + ":" + c.account + ":queue/none"
		for op, more := range map[string]object{
			"DescribeQueue": nil, "DeleteQueue": nil, "UpdateQueue": {"QueueAttributes": object{}},
			"ReceiveQueueRecords": nil, "ReceiveDeadLetterQueueRecords": nil,
			"AcknowledgeQueueRecords":                {"Entries": list{object{"ReceiptHandle": "x"}}},
			"AcknowledgeDeadLetterQueueRecords":      {"Entries": list{object{"ReceiptHandle": "x"}}},
			"RestoreDeadLetterQueueRecords":          {"Entries": list{object{"ReceiptHandle": "x"}}},
			"UpdateQueueRecordsVisibility":           {"Entries": list{object{"ReceiptHandle": "x", "VisibilityTimeoutSeconds": 0}}},
			"UpdateDeadLetterQueueRecordsVisibility": {"Entries": list{object{"ReceiptHandle": "x", "VisibilityTimeoutSeconds": 0}}},
		} {
			c.call(op, more).invalid(broken("null", "queueARN", notNull))
			c.call(op, with(more, object{"QueueARN": c.arn("s")})).invalid(broken(c.arn("s"), "queueARN", like(pattern)))
			c.call(op, with(more, object{"QueueARN": arn})).fails("ResourceNotFoundException", "Queue "+arn+" not found.")
		}
		c.call("ReceiveQueueRecords", object{"QueueARN": arn, "WaitTimeSeconds": 21}).invalid(broken("21", "waitTimeSeconds", atMost(20)))
		c.call("ReceiveQueueRecords", object{"QueueARN": arn, "Limit": 11}).invalid(broken("11", "limit", atMost(10)))
	})
}

// Records are received until they are acknowledged; each entry is answered for itself
// (B).
//
//rule:16 ReceiveQueueRecords AcknowledgeQueueRecords UpdateQueueRecordsVisibility
func TestReceivingFromAQueue(t *testing.T) {
	each(t, func(c *client) {
		c.onDemand("s", nil)
		arn := c.queue("s", "q", nil)
		c.put("s", "key", []byte("hello"))
		receive := object{"QueueARN": arn, "WaitTimeSeconds": 20}
		r := c.must("ReceiveQueueRecords", receive)
		r.members("", "QueueRecords")
		r.members("QueueRecords.0", "ReceiptHandle", "RecordId", "PartitionKey", "Data", "ApproximateArrivalTimestamp", "FirstReceiveTimestamp", "ReceiveCount")
		if string(r.blob("QueueRecords.0.Data")) != "hello" || r.str("QueueRecords.0.PartitionKey") != "key" || r.num("QueueRecords.0.ReceiveCount") != 1 {
			c.t.Errorf("received %s", r.printable())
		}
		id := r.str("QueueRecords.0.RecordId")
		if !regexp.MustCompile(`^[a-z0-9]{1,64}$`).MatchString(id) {
			c.t.Errorf("RecordId %s", id)
		}
		if n := len(c.must("ReceiveQueueRecords", with(receive, object{"WaitTimeSeconds": 1})).list("QueueRecords")); n != 0 {
			c.t.Errorf("%d records are in flight and received", n)
		}
		c.must("UpdateQueueRecordsVisibility", object{"QueueARN": arn, "Entries": list{
			object{"ReceiptHandle": r.str("QueueRecords.0.ReceiptHandle"), "VisibilityTimeoutSeconds": 0}}})
		r = c.must("ReceiveQueueRecords", receive)
		if r.str("QueueRecords.0.RecordId") != id || r.num("QueueRecords.0.ReceiveCount") != 2 {
			c.t.Errorf("received %s again", r.printable())
		}
		handle := r.str("QueueRecords.0.ReceiptHandle")
		r = c.must("AcknowledgeQueueRecords", object{"QueueARN": arn, "Entries": list{object{"ReceiptHandle": handle}, object{"ReceiptHandle": "forged"}}})
		r.members("", "Successful", "Failed")
		r.members("Failed.0", "ReceiptHandle", "ErrorCode", "ErrorMessage")
		if r.str("Successful.0.ReceiptHandle") != handle || r.str("Failed.0.ReceiptHandle") != "forged" || r.str("Failed.0.ErrorCode") != "InvalidArgumentException" {
			c.t.Errorf("acknowledged as %s", r.printable())
		}
	})
}

// A record that was received MaxReceiveCount times is a dead letter, to be received,
// hidden, acknowledged or restored as such (B).
//
//rule:16 ReceiveDeadLetterQueueRecords AcknowledgeDeadLetterQueueRecords UpdateDeadLetterQueueRecordsVisibility RestoreDeadLetterQueueRecords
func TestDeadLetters(t *testing.T) {
	ahead(t, freshet.Options{}, func(c *client) {
		c.onDemand("s", nil)
		arn := c.queue("s", "q", object{"QueueAttributes": object{"VisibilityTimeoutSeconds": 5,
			"DeadLetterConfiguration": object{"TargetType": "BUILT_IN", "MaxReceiveCount": 1}}})
		c.put("s", "key", []byte("hello"))
		receive := object{"QueueARN": arn, "WaitTimeSeconds": 1}
		of := func(r *reply, more object) object {
			return object{"QueueARN": arn, "Entries": list{with(object{"ReceiptHandle": r.str("QueueRecords.0.ReceiptHandle")}, more)}}
		}
		succeeds := func(op string, in object) {
			c.t.Helper()
			if r := c.must(op, in); len(r.list("Successful")) != 1 || len(r.list("Failed")) != 0 {
				c.t.Errorf("%s: %s", op, r.printable())
			}
		}
		id := c.must("ReceiveQueueRecords", receive).str("QueueRecords.0.RecordId")
		c.pass(5 * time.Second)
		r := c.must("ReceiveDeadLetterQueueRecords", receive)
		if r.str("QueueRecords.0.RecordId") != id || string(r.blob("QueueRecords.0.Data")) != "hello" {
			c.t.Errorf("the dead letter is %s", r.printable())
		}
		succeeds("UpdateDeadLetterQueueRecordsVisibility", of(r, object{"VisibilityTimeoutSeconds": 0}))
		r = c.must("ReceiveDeadLetterQueueRecords", receive)
		succeeds("RestoreDeadLetterQueueRecords", of(r, nil))
		r = c.must("ReceiveQueueRecords", receive)
		if n := r.num("QueueRecords.0.ReceiveCount"); n != 1 {
			c.t.Errorf("ReceiveCount %d after it was restored", n)
		}
		c.pass(5 * time.Second)
		r = c.must("ReceiveDeadLetterQueueRecords", receive)
		succeeds("AcknowledgeDeadLetterQueueRecords", of(r, nil))
		c.pass(5 * time.Second)
		if n := len(c.must("ReceiveDeadLetterQueueRecords", receive).list("QueueRecords")); n != 0 {
			c.t.Errorf("%d dead letters were acknowledged and received", n)
		}
	})
}
