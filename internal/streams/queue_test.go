package streams

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// queueIn asks for a queue from the oldest record on.
func queueIn(stream, name string, more ...func(*kinesis.CreateQueueInput)) *kinesis.CreateQueueInput {
	in := &kinesis.CreateQueueInput{QueueName: &name, StreamConfigurationList: []kinesis.QueueStreamConfiguration{{
		StreamARN:        new(arnOf(stream)),
		StartingPosition: &kinesis.QueueStartingPosition{Type: new(kinesis.QueueStartingPositionTypeTrimHorizon)}}}}
	for _, set := range more {
		set(in)
	}
	return in
}

func (r *rig) queueErr(in *kinesis.CreateQueueInput) error {
	_, err := r.CreateQueue(r.ctx(), testCaller, in)
	return err
}

// queueOf makes a queue and returns its ARN.
func (r *rig) queueOf(stream, name string, more ...func(*kinesis.CreateQueueInput)) string {
	r.t.Helper()
	out, err := r.CreateQueue(r.ctx(), testCaller, queueIn(stream, name, more...))
	return *must(r.t, out, err).QueueDescription.QueueARN
}

// attributes sets those of a queue; most 0 is NONE.
func attributes(visibility, most int32) func(*kinesis.CreateQueueInput) {
	return func(in *kinesis.CreateQueueInput) {
		in.QueueAttributes = queueAttributes{visibility, most}.describe()
	}
}

func (r *rig) describedQueue(arn string) *kinesis.QueueDescription {
	r.t.Helper()
	out, err := r.DescribeQueue(r.ctx(), testCaller, &kinesis.DescribeQueueInput{QueueARN: &arn})
	return must(r.t, out, err).QueueDescription
}

func (r *rig) deleteQueue(arn string) {
	r.t.Helper()
	_, err := r.DeleteQueue(r.ctx(), testCaller, &kinesis.DeleteQueueInput{QueueARN: &arn})
	must(r.t, 0, err)
}

func TestAQueueIsDescribed(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		out, err := r.CreateQueue(r.ctx(), testCaller, queueIn("orders", "work"))
		d := must(t, out, err).QueueDescription
		wantEqual(t, *d.QueueStatus, kinesis.QueueStatusCreating, "status in the answer")
		wantEqual(t, d.StreamConfigurationList[0].StartingPosition.Timestamp, nil, "the position in the answer")
		id, ok := strings.CutPrefix(*d.QueueARN, "arn:aws:kinesis:us-east-1:"+testAccount+":queue/")
		if !ok || strings.Contains(id, "work") {
			t.Errorf("ARN %s", *d.QueueARN)
		}
		d = r.describedQueue(*d.QueueARN)
		wantEqual(t, *d.QueueStatus, kinesis.QueueStatusActive, "status")
		wantEqual(t, *d.StreamConfigurationList[0].StartingPosition.Timestamp, r.stream("orders").creation().UTC(), "the position")
		wantEqual(t, *d.StreamConfigurationList[0].StreamARN, arnOf("orders"), "the stream")
		wantEqual(t, *d.QueueAttributes.VisibilityTimeoutSeconds, 30, "visibility")
		wantEqual(t, *d.QueueAttributes.DeadLetterConfiguration.MaxReceiveCount, 6, "MaxReceiveCount")

		summary, err := r.DescribeStreamSummary(r.ctx(), testCaller, &kinesis.DescribeStreamSummaryInput{StreamName: new("orders")})
		wantEqual(t, *must(t, summary, err).StreamDescriptionSummary.QueueCount, 1, "QueueCount")
		wantEqual(t, *summary.StreamDescriptionSummary.ConsumerCount, 0, "ConsumerCount")
		r.deleteQueue(*d.QueueARN)
		_, err = r.DescribeQueue(r.ctx(), testCaller, &kinesis.DescribeQueueInput{QueueARN: d.QueueARN})
		wantError(t, err, notFound, "Queue "+*d.QueueARN+" not found.")
		if again := r.queueOf("orders", "work"); again == *d.QueueARN {
			t.Error("a queue that is made again has the same ARN")
		}
		_, err = r.DescribeQueue(r.ctx(), otherCaller, &kinesis.DescribeQueueInput{QueueARN: d.QueueARN})
		wantError(t, err, notFound, "Queue "+*d.QueueARN+" not found.")
	})
}

func TestQueuesThatCannotBe(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		const validation = "ValidationException"
		start := func(kind kinesis.QueueStartingPositionType, at *time.Time) func(*kinesis.CreateQueueInput) {
			return func(in *kinesis.CreateQueueInput) {
				in.StreamConfigurationList[0].StartingPosition = &kinesis.QueueStartingPosition{Type: &kind, Timestamp: at}
			}
		}
		f := func(in *kinesis.CreateQueueInput, code, message string) {
			t.Helper()
			wantError(t, r.queueErr(in), code, say(message))
		}
		f(queueIn("orders", "q"), notFound, streamGone)
		r.createOnDemand("orders")
		r.create("parcels", 1)
		two := queueIn("orders", "q")
		two.StreamConfigurationList = append(two.StreamConfigurationList, two.StreamConfigurationList[0])
		f(two, validation, "StreamConfigurationList must have exactly one entry; it has 2.")
		f(queueIn("parcels", "q"), validation, "Queues are only supported for streams in On-Demand mode. Stream parcels under account {A} is in Provisioned mode.")
		f(queueIn("orders", "q", start("AT_TIMESTAMP", nil)), validation, "StartingPosition of type AT_TIMESTAMP requires Timestamp.")
		f(queueIn("orders", "q", start("LATEST", new(time.Now()))), validation, "StartingPosition of type LATEST does not allow Timestamp.")
		f(queueIn("orders", "q", start("AT_TIMESTAMP", new(time.Now().Add(time.Second)))), validation, "The Timestamp of StartingPosition must not be in the future.")
		f(queueIn("orders", "q", func(in *kinesis.CreateQueueInput) {
			in.QueueAttributes = &kinesis.QueueAttributes{DeadLetterConfiguration: &kinesis.DeadLetterConfiguration{TargetType: new(kinesis.TargetTypeBuiltIn)}}
		}), validation, "DeadLetterConfiguration with TargetType BUILT_IN requires MaxReceiveCount.")

		r.queueOf("orders", "q")
		f(queueIn("orders", "q"), inUse, "Queue q under account {A} already exists.")
		for i := range 19 {
			if i%2 == 0 {
				r.register("orders", fmt.Sprint("c", i))
			} else {
				r.queueOf("orders", fmt.Sprint("q", i))
			}
		}
		f(queueIn("orders", "z"), limit, "This request would exceed the limit of 20 registered consumers and queues for stream {X} under account {A}.")
		_, err := r.registerErr("orders", "z")
		wantError(t, err, limit, say("This request would exceed the limit of 20 registered consumers for stream {X} under account {A}."))
	})
}

// While a stream has queues it is not deleted, and stays on-demand (API, DeleteQueue).
func TestAStreamWithQueues(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		arn := r.queueOf("orders", "q")
		says := say("Stream {X} under account {A} has queues. Delete them first.")
		_, err := r.DeleteStream(r.ctx(), testCaller, &kinesis.DeleteStreamInput{StreamName: new("orders"), EnforceConsumerDeletion: new(true)})
		wantError(t, err, inUse, says)
		provision := &kinesis.UpdateStreamModeInput{StreamARN: new(arnOf("orders")), StreamModeDetails: &kinesis.StreamModeDetails{StreamMode: new(kinesis.StreamModeProvisioned)}}
		_, err = r.UpdateStreamMode(r.ctx(), testCaller, provision)
		wantError(t, err, inUse, says)
		r.deleteQueue(arn)
		_, err = r.UpdateStreamMode(r.ctx(), testCaller, provision)
		must(t, 0, err)
		r.delete("orders")
	})
}

func TestTransitionsOfAQueue(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Second}, func(t *testing.T, r *rig) {
		pass := func() { later(time.Second); synctest.Wait() }
		r.createOnDemand("orders")
		pass()
		arn := r.queueOf("orders", "q")
		status := func(want kinesis.QueueStatus) {
			t.Helper()
			wantEqual(t, *r.describedQueue(arn).QueueStatus, want, "status")
		}
		update := func() error {
			_, err := r.UpdateQueue(r.ctx(), testCaller, &kinesis.UpdateQueueInput{QueueARN: &arn, QueueAttributes: &kinesis.QueueAttributes{VisibilityTimeoutSeconds: new(int32(7))}})
			return err
		}
		status(kinesis.QueueStatusCreating)
		wantError(t, update(), inUse, say("Queue q under account {A} not ACTIVE, instead in state CREATING"))
		r.put("orders", "k", "a")
		wantList(t, r.received(arn, 2), "a") // it is ACTIVE while one waits
		status(kinesis.QueueStatusActive)
		must(t, 0, update())
		status(kinesis.QueueStatusUpdating)
		wantEqual(t, *r.describedQueue(arn).QueueAttributes.VisibilityTimeoutSeconds, 7, "visibility that is to be")
		wantEqual(t, r.stream("orders").queues[0].Visibility, 30, "visibility that is")
		pass()
		status(kinesis.QueueStatusActive)
		wantEqual(t, r.stream("orders").queues[0].Visibility, 7, "visibility that is")
		wantEqual(t, r.stream("orders").queues[0].MaxReceives, 6, "what was not named")
		r.deleteQueue(arn)
		status(kinesis.QueueStatusDeleting)
		_, err := r.receiveErr(arn, 1)
		wantError(t, err, notFound, "Queue "+arn+" not found.")
		r.deleteQueue(arn)
		pass()
		wantEqual(t, len(r.stream("orders").queues), 0, "queues")
		for i := range 6 {
			err = r.queueErr(queueIn("orders", fmt.Sprint("q", i)))
		}
		wantError(t, err, limit, say("Rate exceeded: account {A} has 5 queues in status CREATING or DELETING in {R}."))
	})
}

func TestListQueues(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		r.createOnDemand("parcels")
		for i, name := range []string{"d", "b", "c", "a"} {
			r.queueOf([]string{"orders", "parcels"}[i%2], name)
		}
		list := func(most int32, streams ...string) (names []string) {
			t.Helper()
			in := &kinesis.ListQueuesInput{MaxResults: &most}
			for _, name := range streams {
				in.StreamFilter = append(in.StreamFilter, kinesis.QueueStreamFilter{StreamARN: new(arnOf(name))})
			}
			for {
				out, err := r.ListQueues(r.ctx(), testCaller, in)
				for _, q := range must(t, out, err).QueueSummaries {
					names = append(names, *q.QueueName)
				}
				if len(out.QueueSummaries) > int(most) {
					t.Errorf("a page of %d", len(out.QueueSummaries))
				}
				if in.NextToken = out.NextToken; in.NextToken == nil {
					return names
				}
			}
		}
		for _, most := range []int32{1, 2, 4, 100} {
			wantList(t, list(most), "a", "b", "c", "d")
		}
		wantList(t, list(1, "orders", "none"), "c", "d")
		wantList(t, list(9, "none"))
		_, err := r.ListQueues(r.ctx(), testCaller, &kinesis.ListQueuesInput{NextToken: new("forged")})
		wantError(t, err, invalid, "Invalid NextToken.")
		out, err := r.ListQueues(r.ctx(), otherCaller, &kinesis.ListQueuesInput{})
		wantEqual(t, len(must(t, out, err).QueueSummaries), 0, "queues of another account")
	})
}

func TestQueuesHaveTagsAndAPolicy(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		arn := r.queueOf("orders", "q", func(in *kinesis.CreateQueueInput) { in.Tags = map[string]string{"team": "blue"} })
		_, err := r.TagResource(r.ctx(), testCaller, &kinesis.TagResourceInput{ResourceARN: &arn, Tags: map[string]string{"a": "b"}})
		must(t, 0, err)
		out, err := r.ListTagsForResource(r.ctx(), testCaller, &kinesis.ListTagsForResourceInput{ResourceARN: &arn})
		wantEqual(t, len(must(t, out, err).Tags), 2, "tags")
		text := `{"Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kinesis:ReceiveQueueRecords","Resource":"` + arn + `"}}`
		_, err = r.PutResourcePolicy(r.ctx(), testCaller, &kinesis.PutResourcePolicyInput{ResourceARN: &arn, Policy: &text})
		must(t, 0, err)
		r.start(Options{})
		got, err := r.GetResourcePolicy(r.ctx(), testCaller, &kinesis.GetResourcePolicyInput{ResourceARN: &arn})
		wantEqual(t, *must(t, got, err).Policy, text, "policy")
		wantEqual(t, r.stream("orders").queues[0].Tags["team"], "blue", "tag")
		r.deleteQueue(arn)
		_, err = r.GetResourcePolicy(r.ctx(), testCaller, &kinesis.GetResourcePolicyInput{ResourceARN: &arn})
		wantError(t, err, notFound, "Queue "+arn+" not found.")
	})
}

// Nothing of a queue outlives it, be it deleted or its stream reset.
func TestNothingOfAQueueIsLeft(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		before := r.documents()
		receive := func() string {
			arn := r.queueOf("orders", "q")
			r.put("orders", "k", "a")
			r.received(arn, 1)
			later(time.Second)
			return arn
		}
		arn := receive()
		if r.documents() < before+3 {
			t.Errorf("%d documents with a queue, %d before", r.documents(), before)
		}
		r.deleteQueue(arn)
		later(time.Second)
		wantEqual(t, r.documents(), before, "documents")
		receive()
		r.reset("", "")
		later(time.Second)
		wantEqual(t, r.documents(), 0, "documents")
		wantEqual(t, len(r.deliveries.mu.byQueue), 0, "deliveries")
	})
}

// receiveErr receives once, and waits so many seconds.
func (r *rig) receiveErr(arn string, wait int32) ([]kinesis.QueueRecord, error) {
	out, err := r.ReceiveQueueRecords(r.ctx(), testCaller, &kinesis.ReceiveQueueRecordsInput{QueueARN: &arn, WaitTimeSeconds: &wait})
	if err != nil {
		return nil, err
	}
	return out.QueueRecords, nil
}

func (r *rig) receive(arn string, wait int32) []kinesis.QueueRecord {
	r.t.Helper()
	got, err := r.receiveErr(arn, wait)
	return must(r.t, got, err)
}

// received returns the data of what is received at once, sorted.
func (r *rig) received(arn string, wait int32) []string {
	r.t.Helper()
	return dataOf(r.receive(arn, wait))
}

func dataOf(records []kinesis.QueueRecord) []string {
	list := []string{}
	for _, rec := range records {
		list = append(list, string(rec.Data))
	}
	slices.Sort(list)
	return list
}
