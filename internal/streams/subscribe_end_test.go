package streams

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// wantLast checks that the subscription has ended with the event of a shard's end:
// no records, nowhere to go on from, and the children, each with all its parents.
func (s *hearing) wantLast(parents []string, children ...string) {
	s.r.t.Helper()
	s.wantEnd("", "")
	events := s.events()
	for _, e := range events[:len(events)-1] {
		if e.ContinuationSequenceNumber == nil || e.ChildShards != nil {
			s.r.t.Errorf("an event before the last one is %+v", e)
		}
	}
	e := s.last()
	if e.ContinuationSequenceNumber != nil || e.Records == nil || len(e.Records) > 0 || *e.MillisBehindLatest != 0 {
		s.r.t.Errorf("the last event is %+v", e)
	}
	got := []string{}
	for _, c := range e.ChildShards {
		got = append(got, *c.ShardId)
		wantList(s.r.t, c.ParentShards, parents...)
		if c.HashKeyRange == nil {
			s.r.t.Errorf("%s has no HashKeyRange", *c.ShardId)
		}
	}
	wantList(s.r.t, got, children...)
}

// What is put between the beginning of a reshard and the close of the parent is
// pushed before its end is.
func TestSubscriptionMeetsTheEndOfItsShard(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Second}, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		later(time.Second)
		synctest.Wait()
		arn := r.register("orders", "audit")
		later(time.Second)
		synctest.Wait()
		s := r.subscribe(arn, "0", latest())
		r.put("orders", "k", "before")
		r.split("orders", 0)
		wantList(t, s.said(), "before")
		s.wantGoing()
		later(500 * time.Millisecond)
		r.put("orders", "k", "meanwhile")
		wantList(t, s.said(), "before", "meanwhile")
		s.wantGoing()
		later(499 * time.Millisecond)
		r.put("orders", "k", "just before")
		s.wantGoing()
		later(time.Millisecond)
		wantList(t, s.said(), "before", "meanwhile", "just before")
		s.wantLast([]string{shardID(0)}, shardID(1), shardID(2))
		wantEqual(t, s.last().at, time.Now(), "when the end came")

		// Who comes later is told the same, from wherever it begins.
		for _, from := range []kinesis.StartingPosition{latest(), atNumber(*s.events()[3].ContinuationSequenceNumber)} {
			later(5 * time.Second)
			s = r.subscribe(arn, "0", from)
			wantList(t, s.said())
			s.wantLast([]string{shardID(0)}, shardID(1), shardID(2))
		}
		later(5 * time.Second)
		s = r.subscribe(arn, "0", horizon())
		wantList(t, s.said(), "before", "meanwhile", "just before")
		s.wantLast([]string{shardID(0)}, shardID(1), shardID(2))
	})
}

// A single child names both its parents (data-streams.md 12).
func TestSubscriptionsMeetAMerge(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		arn := r.audited(2)
		a, b := r.subscribe(arn, "0", latest()), r.subscribe(arn, "1", latest())
		r.merge("orders", 0, 1)
		a.wantLast([]string{shardID(0), shardID(1)}, shardID(2))
		b.wantLast([]string{shardID(0), shardID(1)}, shardID(2))
		c := r.subscribe(arn, "2", horizon())
		r.put("orders", "k", "a")
		wantList(t, c.said(), "a")
	})
}

// A shard may be sealed for a while before the catalog says that it is closed.
// Nothing spins meanwhile: the bubble's clock would stand still.
func TestSubscriptionWaitsForTheCatalogToCloseASealedShard(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Minute}, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		later(time.Minute)
		synctest.Wait()
		arn := r.register("orders", "audit")
		later(time.Minute)
		synctest.Wait()
		s := r.subscribe(arn, "0", latest())
		r.split("orders", 0)
		_, err := r.log.Seal(r.ctx(), r.stream("orders").ref(r.stream("orders").shard(0)), 0)
		must(t, 0, err)
		later(30 * time.Second)
		s.wantGoing()
		if n := len(s.events()); n < 6 || n > 12 {
			t.Errorf("%d events in half a minute", n)
		}
		later(30 * time.Second)
		s.wantLast([]string{shardID(0)}, shardID(1), shardID(2))
	})
}

// A shard that expires under a subscription ends with its children; one that has
// expired does not exist.
func TestSubscriptionsOfExpiredShards(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		arn := r.audited(1)
		r.put("orders", "k", "a")
		r.split("orders", 0)
		later(24*time.Hour - time.Millisecond)
		events, err := r.SubscribeToShard(r.ctx(), testCaller, &kinesis.SubscribeToShardInput{ConsumerARN: &arn, ShardId: new("0"), StartingPosition: new(horizon())})
		must(t, 0, err)
		later(time.Second)
		for e, err := range events {
			wantEqual(t, len(must(t, e, err).ChildShards), 2, "children")
			wantEqual(t, len(e.Records), 0, "records")
		}
		later(5 * time.Second)
		_, err = r.subscribeErr(arn, "0", horizon())
		wantError(t, err, notFound, say(shardMissed))
	})
}

// Under a reshard a reader that follows the children gets everything, each once.
func TestSubscribersFollowTheLineage(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		arn := r.audited(1)
		seen := map[string]int{}
		var follow func(shard string)
		follow = func(shard string) {
			s := r.subscribe(arn, shard, horizon())
			for _, text := range s.said() {
				seen[text]++
			}
			for _, c := range s.last().ChildShards {
				if *c.ShardId == shardID(5) && shard != shardID(3) { // a child of two is followed once
					continue
				}
				follow(*c.ShardId)
			}
		}
		r.put("orders", "k", "a")
		r.split("orders", 0)
		r.put("orders", "k", "b")
		r.split("orders", 1)
		r.put("orders", "k", "c")
		r.merge("orders", 3, 4)
		for _, key := range []string{"k", "l", "m", "n"} {
			r.put("orders", key, "d"+key)
		}
		follow(shardID(0))
		wantEqual(t, len(seen), 7, "different records")
		for text, n := range seen {
			wantEqual(t, n, 1, "how often "+text+" came")
		}
	})
}
