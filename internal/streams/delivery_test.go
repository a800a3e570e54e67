package streams

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

func (r *rig) deadLetters(arn string, wait int32) []kinesis.QueueRecord {
	r.t.Helper()
	out, err := r.ReceiveDeadLetterQueueRecords(r.ctx(), testCaller, &kinesis.ReceiveDeadLetterQueueRecordsInput{QueueARN: &arn, WaitTimeSeconds: &wait})
	return must(r.t, out, err).QueueRecords
}

// ack acknowledges a record, and returns the code of what failed.
func (r *rig) ack(arn, handle string) string {
	r.t.Helper()
	out, err := r.AcknowledgeQueueRecords(r.ctx(), testCaller, &kinesis.AcknowledgeQueueRecordsInput{QueueARN: &arn,
		Entries: []kinesis.AcknowledgeQueueRecordsRequestEntry{{ReceiptHandle: &handle}}})
	must(r.t, out, err)
	if out.Successful == nil || out.Failed == nil || len(out.Successful)+len(out.Failed) != 1 {
		r.t.Errorf("%d succeeded, %d failed", len(out.Successful), len(out.Failed))
	}
	if len(out.Failed) > 0 {
		wantEqual(r.t, *out.Failed[0].ReceiptHandle, handle, "the handle")
		return *out.Failed[0].ErrorCode
	}
	return ""
}

func (r *rig) ackDead(arn, handle string) string {
	r.t.Helper()
	out, err := r.AcknowledgeDeadLetterQueueRecords(r.ctx(), testCaller, &kinesis.AcknowledgeDeadLetterQueueRecordsInput{QueueARN: &arn,
		Entries: []kinesis.AcknowledgeDeadLetterQueueRecordsRequestEntry{{ReceiptHandle: &handle}}})
	if must(r.t, out, err); len(out.Failed) > 0 {
		return *out.Failed[0].ErrorCode
	}
	return ""
}

func (r *rig) hideFor(arn, handle string, seconds int32) string {
	r.t.Helper()
	out, err := r.UpdateQueueRecordsVisibility(r.ctx(), testCaller, &kinesis.UpdateQueueRecordsVisibilityInput{QueueARN: &arn,
		Entries: []kinesis.UpdateQueueRecordsVisibilityRequestEntry{{ReceiptHandle: &handle, VisibilityTimeoutSeconds: &seconds}}})
	if must(r.t, out, err); len(out.Failed) > 0 {
		return *out.Failed[0].ErrorCode
	}
	return ""
}

func (r *rig) restored(arn, handle string) string {
	r.t.Helper()
	out, err := r.RestoreDeadLetterQueueRecords(r.ctx(), testCaller, &kinesis.RestoreDeadLetterQueueRecordsInput{QueueARN: &arn,
		Entries: []kinesis.RestoreDeadLetterQueueRecordsRequestEntry{{ReceiptHandle: &handle}}})
	if must(r.t, out, err); len(out.Failed) > 0 {
		return *out.Failed[0].ErrorCode
	}
	return ""
}

func TestARecordIsReceivedUntilItIsAcknowledged(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		arn, other := r.queueOf("orders", "q"), r.queueOf("orders", "other")
		put := time.Now()
		r.put("orders", "key", "a")
		later(time.Second)
		first := r.receive(arn, 1)[0]
		wantEqual(t, string(first.Data)+*first.PartitionKey, "akey", "the record")
		wantEqual(t, *first.ReceiveCount, 1, "ReceiveCount")
		wantEqual(t, *first.ApproximateArrivalTimestamp, put.Truncate(time.Millisecond).UTC(), "arrival")
		wantList(t, r.received(arn, 20))
		later(10*time.Second - time.Millisecond)
		wantList(t, r.received(arn, 1), "a") // it waits until the 30 seconds are over
		wantEqual(t, time.Since(put), 31*time.Second, "the time of the second delivery")
		later(30 * time.Second)
		third := r.receive(arn, 1)[0]
		wantEqual(t, *third.ReceiveCount, 3, "ReceiveCount")
		wantEqual(t, *third.FirstReceiveTimestamp, put.Add(time.Second).Truncate(time.Millisecond).UTC(), "first receive")
		wantEqual(t, *third.RecordId, *first.RecordId, "RecordId")
		wantEqual(t, r.ack(arn, *first.ReceiptHandle), notFound, "a handle that was superseded")
		wantEqual(t, r.ack(other, *third.ReceiptHandle), invalid, "a handle of another queue")
		wantEqual(t, r.ackDead(arn, *third.ReceiptHandle), invalid, "a handle of another operation")
		wantEqual(t, r.ack(arn, "forged"), invalid, "a forged handle")
		wantEqual(t, r.ack(arn, *third.ReceiptHandle), "", "the newest handle")
		wantEqual(t, r.ack(arn, *third.ReceiptHandle), "", "a second time")
		wantEqual(t, r.hideFor(arn, *third.ReceiptHandle, 0), notFound, "a record that was acknowledged")
		later(time.Minute)
		wantList(t, r.received(arn, 1))
		wantList(t, r.received(other, 1), "a")
	})
}

func TestVisibilityIsChanged(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		arn := r.queueOf("orders", "q")
		r.put("orders", "key", "a")
		handle := *r.receive(arn, 1)[0].ReceiptHandle
		wantEqual(t, r.hideFor(arn, handle, 100), "", "failure")
		later(99 * time.Second)
		wantEqual(t, r.hideFor(arn, handle, 0), "", "failure")
		got := r.receive(arn, 1)
		wantList(t, dataOf(got), "a")
		wantEqual(t, r.hideFor(arn, handle, 0), notFound, "a handle that was superseded")
		later(31 * time.Second)
		wantEqual(t, r.hideFor(arn, *got[0].ReceiptHandle, 10), "", "a record that is visible again")
		wantList(t, r.received(arn, 5))
		wantList(t, r.received(arn, 5), "a")

		out, err := r.ReceiveQueueRecords(r.ctx(), testCaller, &kinesis.ReceiveQueueRecordsInput{QueueARN: &arn, WaitTimeSeconds: new(int32(1)), VisibilityTimeoutSeconds: new(int32(0))})
		wantEqual(t, len(must(t, out, err).QueueRecords), 0, "records in flight")
		later(30 * time.Second)
		r.put("orders", "key", "b")
		for range 2 { // that is how often it may still be received
			out, err = r.ReceiveQueueRecords(r.ctx(), testCaller, &kinesis.ReceiveQueueRecordsInput{QueueARN: &arn, WaitTimeSeconds: new(int32(1)), VisibilityTimeoutSeconds: new(int32(0))})
			wantList(t, dataOf(must(t, out, err).QueueRecords), "a", "b") // each once
		}
	})
}

// Who waits is woken by a commit, by who makes a record visible, and by the end of the
// server; and not before.
func TestReceiversWait(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		arn := r.queueOf("orders", "q")
		began := time.Now()
		wantEqual(t, len(r.receive(arn, 20)), 0, "records")
		wantEqual(t, time.Since(began), 20*time.Second, "the time waited")
		answers := make(chan []string, 3)
		wait := func(n int) {
			began = time.Now()
			for range n {
				go func() { answers <- r.received(arn, 20) }()
			}
			synctest.Wait()
			later(time.Second)
		}
		r.put("orders", "key", "hidden")
		handle := *r.receive(arn, 1)[0].ReceiptHandle
		r.hideFor(arn, handle, 40000)
		wait(3)
		for i := range 3 { // each wakes one
			r.put("orders", fmt.Sprint("k", i), fmt.Sprint(i))
			wantList(t, <-answers, fmt.Sprint(i))
		}
		wantEqual(t, time.Since(began), time.Second, "the time waited")
		wait(1)
		r.hideFor(arn, handle, 0)
		wantEqual(t, len(<-answers), 1, "records")
		wantEqual(t, time.Since(began), time.Second, "the time waited")
	})
}

func TestRecordsBecomeDeadLetters(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		arn := r.queueOf("orders", "q", attributes(10, 2))
		r.put("orders", "key", "a")
		r.receive(arn, 1)
		wantEqual(t, len(r.deadLetters(arn, 9)), 0, "dead letters")
		second := r.receive(arn, 1)
		wantEqual(t, len(second), 1, "records")
		began := time.Now()
		other := r.queueOf("orders", "other", attributes(5, 1))
		dead := make(chan []kinesis.QueueRecord)
		go func() { dead <- r.deadLetters(other, 20) }() // when there is nothing at all yet
		synctest.Wait()
		r.receive(other, 1)
		wantEqual(t, len(<-dead), 1, "dead letters of another queue")
		wantEqual(t, time.Since(began), 5*time.Second, "the time waited")
		letters := r.deadLetters(arn, 20) // it waits until the last delivery is over
		wantEqual(t, time.Since(began), 10*time.Second, "the time waited")
		wantEqual(t, string(letters[0].Data)+*letters[0].PartitionKey, "akey", "the dead letter")
		wantEqual(t, *letters[0].RecordId, *second[0].RecordId, "RecordId")
		wantEqual(t, r.ack(arn, *second[0].ReceiptHandle), notFound, "a handle of before")
		wantList(t, r.received(arn, 20)) // visible as a dead letter, not as a record
		again := r.deadLetters(arn, 1)
		wantEqual(t, r.restored(arn, *letters[0].ReceiptHandle), notFound, "a handle that was superseded")
		wantEqual(t, r.restored(arn, *again[0].ReceiptHandle), "", "failure")
		back := r.receive(arn, 1)
		wantEqual(t, *back[0].ReceiveCount, 1, "ReceiveCount after it was restored")
		wantEqual(t, r.ackDead(arn, *again[0].ReceiptHandle), notFound, "a handle of before it was restored")
		later(10 * time.Second)
		last := r.receive(arn, 1)
		wantEqual(t, r.ack(arn, *last[0].ReceiptHandle), "", "the last delivery is acknowledged")
		wantEqual(t, len(r.deadLetters(arn, 20)), 0, "dead letters")

		r.put("orders", "key", "b")
		for range 2 {
			r.receive(arn, 1)
			later(10 * time.Second)
		}
		letters = r.deadLetters(arn, 1)
		wantEqual(t, r.ackDead(arn, *letters[0].ReceiptHandle), "", "failure")
		later(time.Minute)
		wantEqual(t, len(r.deadLetters(arn, 1)), 0, "dead letters")
	})
}
