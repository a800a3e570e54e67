package streams

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// The first event comes at once; one with records the moment they are there.
func TestEventsComeTheMomentThereIsData(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		arn := r.audited(1)
		r.put("orders", "k", "before")
		s := r.subscribe(arn, "0", latest())
		first := s.last()
		wantEqual(t, len(first.Records), 0, "records of the first event")
		if first.Records == nil || first.ContinuationSequenceNumber == nil || *first.MillisBehindLatest != 0 || first.ChildShards != nil {
			t.Errorf("the first event is %+v", first)
		}
		later(1234 * time.Millisecond)
		put := r.put("orders", "key", "a")
		got := s.last()
		wantEqual(t, got.at, time.Now(), "when it came")
		wantList(t, texts(got.Records), "a")
		rec := got.Records[0]
		wantEqual(t, *rec.SequenceNumber, *put.SequenceNumber, "number")
		wantEqual(t, *rec.PartitionKey, "key", "key")
		wantEqual(t, *rec.ApproximateArrivalTimestamp, time.Now().UTC(), "arrival")
		wantEqual(t, *got.MillisBehindLatest, 0, "MillisBehindLatest")
		s.wantGoing()
		s.leave()
		s.wantEnd("", "")
		wantList(t, s.said(), "a")
	})
}

// When there is nothing to say, that is said within five seconds, and where to go
// on from advances.
func TestIdleSubscriptionsSaySo(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		arn := r.audited(1)
		r.put("orders", "k", "a")
		s := r.subscribe(arn, "0", horizon())
		later(30 * time.Second)
		events := s.events()
		for i, e := range events[1:] {
			before := events[i]
			if gap := e.at.Sub(before.at); gap > 5*time.Second || gap < time.Second {
				t.Errorf("event %d came after %s", i+1, gap)
			}
			if *e.ContinuationSequenceNumber <= *before.ContinuationSequenceNumber || len(*e.ContinuationSequenceNumber) != sequenceDigits {
				t.Errorf("event %d goes on from %s, the one before from %s", i+1, *e.ContinuationSequenceNumber, *before.ContinuationSequenceNumber)
			}
		}
		wantList(t, s.said(), "a")
		// The time is that since the last event, of whatever kind.
		later(2 * time.Second)
		r.put("orders", "k", "b")
		n := len(s.events())
		later(limits.SubscriptionIdle - time.Millisecond)
		wantEqual(t, len(s.events()), n, "events")
		later(time.Millisecond)
		wantEqual(t, len(s.events()), n+1, "events")
	})
}

func TestSubscriptionsLastFiveMinutes(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		s := r.subscribe(r.audited(1), "0", latest())
		later(5*time.Minute - time.Millisecond)
		s.wantGoing()
		r.put("orders", "k", "a")
		wantList(t, s.said(), "a")
		later(time.Millisecond)
		s.wantEnd("", "")
		wantEqual(t, len(r.subscriptions.mu.byStream), 0, "streams with subscriptions")
	})
}

// A ContinuationSequenceNumber lies between what was sent and what comes: it
// resumes exactly, AT it and AFTER it, also where no record has the number.
func TestContinuationsResumeExactly(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		arn := r.audited(1)
		f := func(e heard, want ...string) {
			t.Helper()
			for _, from := range []kinesis.StartingPosition{atNumber(*e.ContinuationSequenceNumber), afterNumber(*e.ContinuationSequenceNumber)} {
				later(5 * time.Second)
				s := r.subscribe(arn, "0", from)
				wantList(t, s.said(), want...)
				s.leave()
				it := r.iterator("orders", "0", *from.Type, func(in *kinesis.GetShardIteratorInput) { in.StartingSequenceNumber = from.SequenceNumber })
				wantList(t, texts(r.get(it).Records), want...)
			}
		}
		s := r.subscribe(arn, "0", horizon())
		nothing := s.last()
		f(nothing)
		first := r.put("orders", "k", "a")
		f(nothing, "a")
		later(5 * time.Second)
		s = r.subscribe(arn, "0", horizon())
		one := s.last()
		later(5 * time.Second)
		idle := s.last()
		f(one)
		f(idle)
		second := r.put("orders", "k", "b")
		r.put("orders", "k", "c")
		f(one, "b", "c")
		f(idle, "b", "c")
		f(nothing, "a", "b", "c")
		for _, e := range []heard{one, idle} {
			if n := *e.ContinuationSequenceNumber; n < *first.SequenceNumber || n >= *second.SequenceNumber {
				t.Errorf("%s does not lie between %s and %s", n, *first.SequenceNumber, *second.SequenceNumber)
			}
		}
	})
}

func TestStartingPositions(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		arn := r.audited(1)
		later(time.Second)
		first := r.put("orders", "k", "a")
		later(time.Minute)
		between := time.Now()
		later(time.Minute)
		second := r.put("orders", "k", "b")
		f := func(from kinesis.StartingPosition, want ...string) {
			t.Helper()
			later(5 * time.Second)
			s := r.subscribe(arn, "0", from)
			wantList(t, s.said(), want...)
			s.leave()
		}
		f(latest())
		f(horizon(), "a", "b")
		f(atNumber(*first.SequenceNumber), "a", "b")
		f(afterNumber(*first.SequenceNumber), "b")
		f(afterNumber(*second.SequenceNumber))
		f(atNumber(r.stream("orders").shard(0).starting().String()), "a", "b")
		f(atTime(between), "b")
		f(atTime(time.Unix(1, 0)), "a", "b") // older than the trim horizon: the trim horizon
		f(atTime(time.Now()))

		bad := func(from kinesis.StartingPosition, message string) {
			t.Helper()
			_, err := r.subscribeErr(arn, "0", from)
			wantError(t, err, invalid, message)
		}
		bad(kinesis.StartingPosition{Type: new(kinesis.ShardIteratorTypeAtTimestamp)},
			"Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.")
		bad(atNumber(newShard(5, shardDocument{Created: r.stream("orders").shard(0).Created}).starting().String()),
			"Invalid StartingSequenceNumber. It encodes shardId-000000000005, while it was used in a call to a shard with shardId-000000000000")
	})
}

// LATEST is decided by the call, not by the first event.
func TestLatestIsDecidedByTheCall(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		arn := r.audited(1)
		events, err := r.SubscribeToShard(r.ctx(), testCaller, &kinesis.SubscribeToShardInput{ConsumerARN: &arn, ShardId: new("0"), StartingPosition: new(latest())})
		must(t, 0, err)
		r.put("orders", "k", "a")
		for e, err := range events {
			wantList(t, texts(must(t, e, err).Records), "a")
			break
		}
	})
}

// Section 14: again within 5 s of a success is refused, later takes over.
func TestTakingOver(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		arn := r.audited(2)
		taken := "Another active subscription exists for this consumer: " + arn + ", shard shardId-000000000000."
		first := r.subscribe(arn, "0", latest())
		later(5*time.Second - time.Millisecond)
		_, err := r.subscribeErr(arn, "0", latest())
		wantError(t, err, inUse, taken)
		r.subscribe(arn, "1", latest())                            // another shard is another matter
		r.subscribe(r.register("orders", "mirror"), "0", latest()) // and so is another consumer
		first.wantGoing()
		later(time.Millisecond)
		second := r.subscribe(arn, "0", latest())
		first.wantEnd(inUse, taken)
		second.wantGoing()
		r.putAt("orders", hashKey{}, "a")
		wantList(t, first.said())
		wantList(t, second.said(), "a")

		// The five seconds hold also if the subscription has ended.
		second.leave()
		second.wantEnd("", "")
		later(time.Second)
		_, err = r.subscribeErr(arn, "0", latest())
		wantError(t, err, inUse, taken)
		later(4 * time.Second)
		r.subscribe(arn, "0", latest())
	})
}

func TestDryRunOfSubscribeToShard(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		arn := r.audited(1)
		in := &kinesis.SubscribeToShardInput{ConsumerARN: &arn, ShardId: new("0"), StartingPosition: new(latest()), DryRun: new(true)}
		_, err := r.SubscribeToShard(r.ctx(), testCaller, in)
		wantError(t, err, "DryRunOperationException", "Request would have succeeded, but DryRun flag is set.")
		r.subscribe(arn, "0", latest())
		_, err = r.SubscribeToShard(r.ctx(), testCaller, in)
		wantError(t, err, inUse, "Another active subscription exists for this consumer: "+arn+", shard shardId-000000000000.")
	})
}

func TestSubscriptionsThatCannotBegin(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Second}, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		later(time.Second)
		synctest.Wait()
		arn := r.register("orders", "audit")
		f := func(arn, shard, code, message string) {
			t.Helper()
			_, err := r.subscribeErr(arn, shard, latest())
			wantError(t, err, code, say(message))
		}
		created := r.stream("orders").consumer("audit").Created
		inactive := fmt.Sprintf("Consumer audit with creation timestamp %d under stream: orders , account {A} is not in ACTIVE status.", created)
		f(arn, "0", inUse, inactive)
		later(time.Second)
		synctest.Wait()
		f(arn, "x", notFound, "Could not find shard x in stream {X} under account {A}.")
		f(arn, "1", notFound, "Shard shardId-000000000001 in stream {X} under account {A} does not exist")
		f(arn+"0", "0", notFound, "Consumer audit under stream {X} under account {A} not found.")
		f(strings.Replace(arn, "orders", "none", 1), "0", notFound, "Stream none under account {A} not found.")
		r.deregister(arn)
		f(arn, "0", inUse, inactive)
	})
}

// A subscription ends when its consumer or its stream goes.
func TestSubscriptionsEndWithWhatTheyStandOn(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Second}, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		later(time.Second)
		synctest.Wait()
		arn := r.register("orders", "audit")
		mirror := r.register("orders", "mirror")
		later(time.Second)
		synctest.Wait()
		a, b := r.subscribe(arn, "0", latest()), r.subscribe(mirror, "0", latest())
		r.deregister(arn)
		a.wantEnd(inUse, say(fmt.Sprintf("Consumer audit with creation timestamp %d under stream: orders , account {A} is not in ACTIVE status.",
			r.stream("orders").consumer("audit").Created)))
		b.wantGoing()
		_, err := r.DeleteStream(r.ctx(), testCaller, &kinesis.DeleteStreamInput{StreamName: new("orders"), EnforceConsumerDeletion: new(true)})
		must(t, 0, err)
		b.wantEnd(notFound, say(streamGone))
		later(10 * time.Second)
		synctest.Wait()
		wantEqual(t, len(r.subscriptions.mu.byStream), 0, "streams with subscriptions")
	})
	// Without a delay they are gone at once.
	inBubble(t, func(t *testing.T, r *rig) {
		arn := r.audited(1)
		s := r.subscribe(arn, "0", latest())
		r.deregister(arn)
		s.wantEnd(notFound, say("Consumer audit under stream {X} under account {A} not found."))
		s = r.subscribe(r.register("orders", "audit"), "0", latest())
		_, err := r.DeleteStream(r.ctx(), testCaller, &kinesis.DeleteStreamInput{StreamName: new("orders"), EnforceConsumerDeletion: new(true)})
		must(t, 0, err)
		s.wantEnd(notFound, say(streamGone))
		wantEqual(t, len(r.subscriptions.mu.byStream), 0, "streams with subscriptions")
	})
}

// Events are cut by size and number; a record that is larger comes alone.
func TestEventsAreCut(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		arn := r.audited(1)
		for range 3 {
			for range 100 {
				r.put("orders", "k", strings.Repeat("x", 4000))
			}
			r.put("orders", "k", strings.Repeat("x", 1<<20-1))
		}
		for range 6 {
			r.putMany("orders", 400)
		}
		s := r.subscribe(arn, "0", horizon())
		n := 0
		for _, e := range s.events() {
			size := 0
			for _, rec := range e.Records {
				size += len(rec.Data) + len(*rec.PartitionKey)
			}
			n += len(e.Records)
			if size > limits.EventBytes && len(e.Records) > 1 || len(e.Records) > limits.EventRecords {
				t.Errorf("an event of %d records and %d bytes", len(e.Records), size)
			}
		}
		wantEqual(t, n, 3*101+6*400, "records")
		if len(s.events()) < 10 {
			t.Errorf("all came in %d events", len(s.events()))
		}
	})
}

func (r *rig) putMany(name string, n int) {
	r.t.Helper()
	in := &kinesis.PutRecordsInput{StreamName: &name}
	for range n {
		in.Records = append(in.Records, kinesis.PutRecordsRequestEntry{PartitionKey: new("k"), Data: []byte("x")})
	}
	_, err := r.PutRecords(r.ctx(), testCaller, in)
	must(r.t, 0, err)
}

// Damage ends a subscription as a failure of ours, after all that lies before it.
func TestSubscriptionMeetsDamage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newIdleRig(t)
		r.startOn(damagedLog{r.log, 2}, r.store, Options{})
		arn := r.audited(1)
		for _, data := range []string{"a", "b", "c"} {
			r.put("orders", "k", data)
		}
		s := r.subscribe(arn, "0", horizon())
		wantList(t, s.said(), "a", "b")
		if ended, err := s.over(); !ended || !errors.Is(err, errDamaged) {
			t.Errorf("ended %v with %v", ended, err)
		}
	})
}

func TestSubscriptionMeetsTheEndOfTheLog(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		s := r.subscribe(r.audited(1), "0", latest())
		r.log.Close()
		if ended, err := s.over(); !ended || !errors.Is(err, shardlog.ErrClosed) {
			t.Errorf("ended %v with %v", ended, err)
		}
	})
}

// What retention passes is not pushed.
func TestRetentionPassesASubscription(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		arn := r.audited(1)
		first := r.put("orders", "k", "old")
		later(25 * time.Hour)
		r.put("orders", "k", "new")
		s := r.subscribe(arn, "0", atNumber(*first.SequenceNumber))
		wantList(t, s.said(), "new")
	})
}

// Nothing that a subscription keeps lies in the input.
func TestSubscriptionsDoNotLieInTheInput(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		arn := r.audited(1)
		number := r.put("orders", "k", "a").SequenceNumber
		in := &kinesis.SubscribeToShardInput{ConsumerARN: new(arn), ShardId: new("shardId-000000000000"), StartingPosition: new(atNumber(*number))}
		mangle := pooled(in)
		events, err := r.SubscribeToShard(r.ctx(), testCaller, in)
		must(t, 0, err)
		mangle()
		for e, err := range events {
			wantList(t, texts(must(t, e, err).Records), "a")
			break
		}
		_, err = r.subscribeErr(arn, "0", latest())
		wantError(t, err, inUse, "Another active subscription exists for this consumer: "+arn+", shard shardId-000000000000.")
	})
}

// Where AWS's rates hold a consumer gets 2 MiB of a shard in a second, and as much at
// once, evenly; and all in the end.
func TestSubscriptionsKeepToTheirRate(t *testing.T) {
	withOptions(t, Options{Limits: limits.Profile{Calls: true}}, func(t *testing.T, r *rig) {
		arn := r.audited(1)
		mirror := r.register("orders", "mirror")
		for range 320 {
			r.put("orders", "k", strings.Repeat("x", 64<<10-1)) // 20 MiB
		}
		begin := time.Now()
		readers := []*hearing{r.subscribe(arn, "0", horizon()), r.subscribe(mirror, "0", horizon())}
		later(10 * time.Second)
		for _, s := range readers {
			bytes, records := 0, 0
			for _, e := range s.events() {
				for _, rec := range e.Records {
					bytes += len(rec.Data) + len(*rec.PartitionKey)
				}
				records += len(e.Records)
				if most := 2<<20 + int(e.at.Sub(begin).Seconds()*(2<<20)); bytes > most {
					t.Errorf("%d bytes after %s", bytes, e.at.Sub(begin))
				}
				if records == 320 {
					if took := e.at.Sub(begin); took > 9*time.Second {
						t.Errorf("20 MiB took %s", took)
					}
					break
				}
			}
			wantEqual(t, records, 320, "records")
		}
	})
}
