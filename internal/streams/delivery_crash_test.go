package streams

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/memlog"
)

// What is acknowledged survives whatever happens next; what was only received is
// received again, also by the handles of before.
func TestAcknowledgementsSurviveACrash(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		arn := r.queueOf("orders", "q")
		for i := range 4 {
			r.put("orders", fmt.Sprint(i), fmt.Sprint(i))
		}
		got := r.receive(arn, 1)
		wantEqual(t, len(got), 4, "records")
		wantEqual(t, r.ack(arn, *got[0].ReceiptHandle), "", "failure")
		r.put("orders", "late", "late")
		late := r.receive(arn, 1) // and not written yet: no time passes
		r.start(Options{})        // without the end of the one before
		wantList(t, r.received(arn, 1), "late")
		wantEqual(t, len(late), 1, "records")
		wantEqual(t, r.ack(arn, *got[1].ReceiptHandle), "", "a handle of before")
		later(31 * time.Second)
		again := r.received(arn, 1)
		wantEqual(t, len(again), 3, "records that are received again")
		for _, data := range again {
			if data == string(got[0].Data) || data == string(got[1].Data) {
				t.Errorf("%s was acknowledged", data)
			}
		}
	})
}

// failingStore refuses to write while told to.
type failingStore struct {
	meta.Store
	fails atomic.Bool
}

func (s *failingStore) Update(ctx context.Context, fn func(meta.Tx) error) (meta.Version, error) {
	if s.fails.Load() {
		return 0, errors.New("no")
	}
	return s.Store.Update(ctx, fn)
}

// An acknowledgement that could not be written is no success, and is written as soon
// as that can be.
func TestAcknowledgementsAreWrittenAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newIdleRig(t)
		store := &failingStore{Store: r.store}
		stop := r.startOn(r.log, store, Options{})
		r.createOnDemand("orders")
		arn := r.queueOf("orders", "q")
		r.put("orders", "k", "a")
		handle := *r.receive(arn, 1)[0].ReceiptHandle
		later(time.Second)
		store.fails.Store(true)
		_, err := r.AcknowledgeQueueRecords(r.ctx(), testCaller, &kinesis.AcknowledgeQueueRecordsInput{QueueARN: &arn,
			Entries: []kinesis.AcknowledgeQueueRecordsRequestEntry{{ReceiptHandle: &handle}}})
		if err == nil {
			t.Error("it succeeded")
		}
		store.fails.Store(false)
		later(saveRetry + saveDelay)
		synctest.Wait()
		r.start(Options{})
		later(31 * time.Second)
		wantList(t, r.received(arn, 1))
		stop()
	})
}

// A power cut may take the newest records from a log that answers before it syncs.
// The records that get their offsets are received all the same.
func TestRecordsInThePlaceOfLostOnesAreReceived(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		arn := r.queueOf("orders", "q")
		latest := r.queueOf("orders", "latest", func(in *kinesis.CreateQueueInput) { in.StreamConfigurationList[0].StartingPosition = nil })
		r.put("orders", "k", "lost")
		third := r.queueOf("orders", "later", func(in *kinesis.CreateQueueInput) { in.StreamConfigurationList[0].StartingPosition = nil })
		r.ack(arn, *r.receive(arn, 1)[0].ReceiptHandle)
		r.receive(latest, 1)
		later(time.Second)
		r.log = memlog.New()
		r.start(Options{})
		r.put("orders", "k", "new")
		for _, arn := range []string{arn, latest, third} {
			wantList(t, r.received(arn, 1), "new")
		}
	})
}

func TestWhereAQueueBegins(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		r.put("orders", "k", "a")
		later(time.Second)
		between := time.Now()
		later(time.Second)
		r.put("orders", "k", "b")
		at := func(kind kinesis.QueueStartingPositionType, at *time.Time) string {
			return r.queueOf("orders", string(kind), func(in *kinesis.CreateQueueInput) {
				in.StreamConfigurationList[0].StartingPosition = &kinesis.QueueStartingPosition{Type: &kind, Timestamp: at}
			})
		}
		latest, horizon, timed := at("LATEST", nil), at("TRIM_HORIZON", nil), at("AT_TIMESTAMP", &between)
		must(t, 0, r.reshardOnDemand("orders", r.stream("orders").ring[0]))
		for i := range 8 {
			r.put("orders", fmt.Sprint(i), fmt.Sprint(i))
		}
		wantEqual(t, strings.Join(r.received(horizon, 1), ""), "01234567ab", "from the horizon")
		wantEqual(t, strings.Join(r.received(timed, 1), ""), "01234567b", "from a time")
		wantEqual(t, strings.Join(r.received(latest, 1), ""), "01234567", "from the latest")
		wantEqual(t, *r.describedQueue(timed).StreamConfigurationList[0].StartingPosition.Timestamp, between.Truncate(time.Millisecond).UTC(), "the position")
	})
}

// A record whose retention passes is not received any more, be it a letter or not, and
// nothing is remembered of it.
func TestRetentionOfQueues(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		arn := r.queueOf("orders", "q", attributes(60, 1))
		r.put("orders", "k", "dead")
		handle := *r.receive(arn, 1)[0].ReceiptHandle
		r.put("orders", "k", "unseen")
		later(time.Minute)
		wantEqual(t, len(r.deadLetters(arn, 1)), 1, "dead letters")
		later(24 * time.Hour)
		wantList(t, r.received(arn, 1))
		wantEqual(t, len(r.deadLetters(arn, 1)), 0, "dead letters")
		wantEqual(t, r.ack(arn, handle), notFound, "a record that is not kept")

		r.put("orders", "k", "hidden")
		out, err := r.ReceiveQueueRecords(r.ctx(), testCaller, &kinesis.ReceiveQueueRecordsInput{QueueARN: &arn, VisibilityTimeoutSeconds: new(int32(43200))})
		must(t, out, err)
		later(27 * time.Hour)
		_, q, err := r.findQueue(testCaller, &arn)
		must(t, 0, err)
		d := r.deliveries.of(q.id)
		d.mu.Lock()
		defer d.mu.Unlock()
		for number, p := range d.mu.shards {
			wantEqual(t, len(p.letters()), 0, fmt.Sprint("letters of shard ", number))
		}
	})
}

// A shard that is not of the stream any more leaves nothing behind.
func TestAShardThatIsGoneIsForgotten(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		arn := r.queueOf("orders", "q")
		for i := range 20 {
			r.put("orders", fmt.Sprint(i), "x")
		}
		r.receive(arn, 1)
		r.receive(arn, 1)
		later(time.Second) // all is written
		_, q, err := r.findQueue(testCaller, &arn)
		must(t, 0, err)
		gone := q.id.progressDocument(0)
		wantEqual(t, r.documentsBelow(gone), 2, "documents of a shard")
		must(t, 0, r.reshardOnDemand("orders", r.stream("orders").ring[0]))
		later(25 * time.Hour)
		wantEqual(t, r.documentsBelow(gone), 0, "documents of a shard that is gone")
		wantEqual(t, r.stream("orders").place(0), -1, "the place of a shard that is gone")
		r.put("orders", "k", "new")
		wantList(t, r.received(arn, 1), "new")
	})
}

// An answer has 10 MiB at the most, or one record.
func TestAnAnswerIsBounded(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		arn := r.queueOf("orders", "q", attributes(1, 0))
		_, err := r.UpdateMaxRecordSize(r.ctx(), testCaller, &kinesis.UpdateMaxRecordSizeInput{StreamARN: new(arnOf("orders")), MaxRecordSizeInKiB: new(int32(10240))})
		must(t, 0, err)
		for i := range 25 {
			r.put("orders", fmt.Sprint(i), strings.Repeat(string(rune('a'+i)), (i%5*2+1)<<20))
		}
		for range 2 {
			seen, total := map[byte]int{}, 0
			for total < 25 {
				got := r.receive(arn, 1)
				size := 0
				for _, rec := range got {
					size += len(rec.Data) + len(*rec.PartitionKey)
					seen[rec.Data[0]]++
				}
				if len(got) == 0 || size > limits.ReceiveBytes {
					t.Fatalf("%d records of %d bytes", len(got), size)
				}
				total += len(got)
			}
			wantEqual(t, len(seen), 25, "records that were received once")
			later(time.Second)
		}
	})
}

// Above so many in flight there are no more, but for those that are visible again.
func TestRecordsInFlightAreBounded(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		arn := r.queueOf("orders", "q")
		for i := range 12 {
			r.put("orders", "k", fmt.Sprint(i))
		}
		r.receive(arn, 1)
		_, q, err := r.findQueue(testCaller, &arn)
		must(t, 0, err)
		d := r.deliveries.of(q.id)
		d.mu.Lock()
		for i := range limits.QueueInFlight - 11 { // as if they had been received long ago
			p := newProgress(0)
			if d.mu.shards[99] != nil {
				p = d.mu.shards[99]
			}
			d.mu.shards[99] = p
			d.addLocked(p, &letter{shard: 99, offset: shardlog.Offset(i), visible: time.Now().Add(time.Hour)})
		}
		d.mu.Unlock()
		wantEqual(t, len(r.receive(arn, 1)), 1, "records that there is room for")
		_, err = r.receiveErr(arn, 1)
		wantError(t, err, "ThrottlingException", "Queue q has 120000 records that were received and not acknowledged, which is the limit.")
		later(30 * time.Second)
		wantEqual(t, len(r.receive(arn, 1)), 10, "records that are visible again")
	})
}

// Who waits at a queue that is deleted learns it.
func TestAQueueIsDeletedUnderItsReceiver(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		arn := r.queueOf("orders", "q")
		began, failed := time.Now(), make(chan error)
		go func() { _, err := r.receiveErr(arn, 20); failed <- err }()
		synctest.Wait()
		r.deleteQueue(arn)
		wantError(t, <-failed, notFound, "Queue "+arn+" not found.")
		wantEqual(t, time.Since(began), 0, "the time waited")
	})
}
