package streams

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/meta/memmeta"
	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/memlog"
)

// status returns a stream's status, "" if there is none.
func (r *rig) status(name string) kinesis.StreamStatus {
	r.t.Helper()
	out, err := r.DescribeStreamSummary(r.ctx(), testCaller, &kinesis.DescribeStreamSummaryInput{StreamName: &name})
	if err != nil {
		wantError(r.t, err, notFound, "Stream "+name+" under account "+testAccount+" not found.")
		return ""
	}
	return *out.StreamDescriptionSummary.StreamStatus
}

const (
	creating = kinesis.StreamStatusCreating
	active   = kinesis.StreamStatusActive
	updating = kinesis.StreamStatusUpdating
	deleting = kinesis.StreamStatusDeleting
)

func TestWithoutDelayTransitionsAreOverAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		wantEqual(t, r.status("orders"), active, "status")
		r.split("orders", 0)
		wantEqual(t, r.status("orders"), active, "status")
		r.delete("orders")
		wantEqual(t, r.status("orders"), "", "status")
	})
}

func TestTransitionsTakeTheirDelay(t *testing.T) {
	withOptions(t, Options{TransitionDelay: 5 * time.Second}, func(t *testing.T, r *rig) {
		f := func(during, after kinesis.StreamStatus) {
			t.Helper()
			synctest.Wait()
			wantEqual(t, r.status("orders"), during, "status at once")
			later(5*time.Second - time.Millisecond)
			synctest.Wait()
			wantEqual(t, r.status("orders"), during, "status just before")
			later(time.Millisecond)
			synctest.Wait()
			wantEqual(t, r.status("orders"), after, "status just after")
		}
		r.create("orders", 1)
		f(creating, active)
		r.split("orders", 0)
		f(updating, active)
		r.delete("orders")
		f(deleting, "")
	})
}

func TestDeleteStreamWhileCreatingUpdatingDeleting(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Second}, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.delete("orders")
		wantEqual(t, r.status("orders"), deleting, "status")
		later(900 * time.Millisecond)
		r.delete("orders") // again: nothing changes
		err := r.createErr("orders")
		wantError(t, err, inUse, say("Stream {X} under account {A} already exists."))
		later(100 * time.Millisecond)
		synctest.Wait()
		wantEqual(t, r.status("orders"), "", "status")

		r.create("orders", 1)
		later(time.Second)
		synctest.Wait()
		r.put("orders", "k", "a")
		r.split("orders", 0)
		r.put("orders", "k", "b") // while UPDATING puts go to the parents
		wantList(t, r.all("orders", "0"), "a", "b")
		wantList(t, ids(r.shards("orders", nil)), shardID(0))
		_, err = r.DeleteStream(r.ctx(), testCaller, &kinesis.DeleteStreamInput{StreamName: new("orders")})
		wantError(t, err, inUse, say("Stream {X} under account {A} not ACTIVE, instead in state UPDATING"))
		later(time.Second)
		synctest.Wait()
		r.delete("orders")
		_, err = r.PutRecord(r.ctx(), testCaller, &kinesis.PutRecordInput{StreamName: new("orders"), PartitionKey: new("k")})
		wantError(t, err, notFound, say(streamGone))
		_, err = r.ListShards(r.ctx(), testCaller, &kinesis.ListShardsInput{StreamName: new("orders")})
		wantError(t, err, inUse, say("Stream {X} under account {A} not ACTIVE, instead in state DELETING"))
	})
}

func (r *rig) createErr(name string) error {
	_, err := r.CreateStream(r.ctx(), testCaller, &kinesis.CreateStreamInput{StreamName: &name})
	return err
}

// A transition is found at the next start and finished, on every way of
// stopping half-way.
func TestTransitionsAreFinishedAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Options{TransitionDelay: time.Hour})
		restart := func(o Options) { // the one before goes on, as after a power cut it would not; it has an hour's delay
			r.start(o)
			synctest.Wait()
		}
		r.create("orders", 2)
		restart(Options{})
		wantEqual(t, r.status("orders"), active, "status")
		r.put("orders", "k", "a")

		restart(Options{TransitionDelay: time.Hour})
		r.split("orders", 0)
		st := r.stream("orders")
		wantEqual(t, st.Status, updating, "status")
		end, err := r.log.Seal(r.ctx(), st.ref(st.shard(0)), 0) // sealed, and then the lights went out
		must(t, end, err)
		restart(Options{})
		wantEqual(t, r.status("orders"), active, "status")
		wantEqual(t, r.stream("orders").shard(0).End, end, "the parent's end")
		wantTiling(t, "AT_LATEST", r.shards("orders", of(kinesis.ShardFilterTypeAtLatest)))

		restart(Options{TransitionDelay: time.Hour})
		r.delete("orders")
		wantEqual(t, r.status("orders"), deleting, "status")
		restart(Options{})
		wantEqual(t, r.status("orders"), "", "status")
		results, err := r.log.Append(r.ctx(), []shardlog.Entry{{Shard: st.ref(st.shard(1))}})
		if err := must(t, results, err)[0].Err; !errors.Is(err, shardlog.ErrDropped) {
			t.Errorf("an append to what was deleted: %v", err)
		}
	})
}

func TestAStreamMadeAgainMeetsNoneOfTheOldData(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.put("orders", "k", "old")
		r.delete("orders")
		r.create("orders", 1)
		wantList(t, r.all("orders", "0"))
		r.put("orders", "k", "new")
		wantList(t, r.all("orders", "0"), "new")
	})
}

func TestAtMostFiveStreamsAreCreating(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Second}, func(t *testing.T, r *rig) {
		for i := range 5 {
			r.create(fmt.Sprint("s", i), 1)
		}
		wantError(t, r.createErr("s5"), limit, say("Rate exceeded: account {A} has 5 streams in state CREATING in {R}."))
		later(time.Second)
		synctest.Wait()
		must(t, 0, r.createErr("s5"))
	})
}

// faultyStore fails updates as a test tells it, before or after they are
// written: the end of a connection may leave a commit in doubt.
type faultyStore struct {
	*memmeta.Store
	before, after atomic.Int32 // updates that fail
}

var errStore = errors.New("the store is away")

func (s *faultyStore) Update(ctx context.Context, fn func(meta.Tx) error) (meta.Version, error) {
	if s.before.Add(-1) >= 0 {
		return 0, errStore
	}
	v, err := s.Store.Update(ctx, fn)
	if err == nil && s.after.Add(-1) >= 0 {
		return 0, errStore
	}
	return v, err
}

// A reshard whose last step fails is no failure of the operation: it is tried
// again, and puts that wait for it go on, none lost or doubled.
func TestAReshardThatFailsHalfWayIsFinished(t *testing.T) {
	f := func(fail func(*faultyStore)) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			r := newIdleRig(t)
			store := &faultyStore{Store: r.store}
			r.startOn(r.log, store, Options{})
			r.create("orders", 1)
			synctest.Wait() // until the goroutine of transitions has looked for the first time
			st := r.stream("orders")
			must(t, 0, errOf(r.catalog.change(r.ctx(), st.streamKey, func(old *stream) (*stream, error) {
				return old.closing(time.Now(), splitOf(old.shard(0))), nil
			})))
			fail(store)
			r.poke()
			synctest.Wait() // sealed, and the commit has failed
			wantEqual(t, r.log.State(st.ref(st.shard(0))).Sealed, true, "being sealed")
			wantEqual(t, max(store.before.Load(), store.after.Load()) <= 0, true, "the failure having come")
			r.put("orders", "k", "a")
			wantEqual(t, r.status("orders"), active, "status")
			wantList(t, append(r.all("orders", "1"), r.all("orders", "2")...), "a")
		})
	}
	f(func(s *faultyStore) { s.before.Store(1) })
	f(func(s *faultyStore) { s.after.Store(1) })
}

// A transition whose beginning is in doubt is finished too if it was written.
func TestATransitionThatBeganInDoubtIsFinished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newIdleRig(t)
		store := &faultyStore{Store: r.store}
		r.startOn(r.log, store, Options{})
		r.create("orders", 1)
		store.after.Store(1)
		_, err := r.DeleteStream(r.ctx(), testCaller, &kinesis.DeleteStreamInput{StreamName: new("orders")})
		if !errors.Is(err, errStore) {
			t.Errorf("DeleteStream = %v", err)
		}
		synctest.Wait()
		wantEqual(t, r.status("orders"), "", "status")

		// One that was not written leaves everything as it is.
		r.create("orders", 1)
		store.before.Store(1)
		if err := r.createErr("parcels"); !errors.Is(err, errStore) {
			t.Errorf("CreateStream = %v", err)
		}
		wantEqual(t, r.status("parcels"), "", "status")
		wantEqual(t, r.status("orders"), active, "status")
		// And one that was is seen at once.
		store.after.Store(1)
		if err := r.createErr("parcels"); !errors.Is(err, errStore) {
			t.Errorf("CreateStream = %v", err)
		}
		wantEqual(t, r.status("parcels"), active, "status")
		wantError(t, r.createErr("parcels"), inUse, "Stream parcels under account "+testAccount+" already exists.")
	})
}

// busyLog refuses to seal and drop as often as a test tells it.
type busyLog struct {
	*memlog.Log
	seals, drops atomic.Int32
}

var errBusy = errors.New("the log is busy")

func (l *busyLog) Seal(ctx context.Context, shard shardlog.Shard, generation uint32) (shardlog.Offset, error) {
	if l.seals.Add(-1) >= 0 {
		return 0, errBusy
	}
	return l.Log.Seal(ctx, shard, generation)
}

func (l *busyLog) Drop(ctx context.Context, stream shardlog.StreamID) error {
	if l.drops.Add(-1) >= 0 {
		return errBusy
	}
	return l.Log.Drop(ctx, stream)
}

// A transition that the log refuses is durable: the operation has succeeded,
// and a second later it is tried again. Until then a reshard takes puts, and a
// deletion none.
func TestATransitionThatTheLogRefusesIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newIdleRig(t)
		log := &busyLog{Log: r.log}
		r.startOn(log, r.store, Options{})
		r.create("orders", 1)
		synctest.Wait() // until the goroutine of transitions has looked for the first time

		log.seals.Store(3) // that of the operation, one at once, one a second later
		r.split("orders", 0)
		synctest.Wait()
		wantEqual(t, r.status("orders"), updating, "status")
		r.put("orders", "k", "a")
		later(2*transitionRetry - time.Millisecond)
		synctest.Wait()
		wantEqual(t, r.status("orders"), updating, "status")
		later(time.Millisecond)
		synctest.Wait()
		wantEqual(t, r.status("orders"), active, "status")
		wantList(t, r.all("orders", "0"), "a")

		log.drops.Store(2)
		r.delete("orders")
		wantEqual(t, r.status("orders"), deleting, "status")
		_, err := r.PutRecord(r.ctx(), testCaller, &kinesis.PutRecordInput{StreamName: new("orders"), PartitionKey: new("k")})
		wantError(t, err, notFound, say(streamGone))
		later(2 * time.Second)
		synctest.Wait()
		wantEqual(t, r.status("orders"), "", "status")
	})
}

// A reader that meets a stream between the two steps of its deletion is told
// that the shard does not exist.
func TestReadingWhileAStreamIsDropped(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Hour}, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		later(time.Hour)
		synctest.Wait()
		it := r.iterator("orders", "0", kinesis.ShardIteratorTypeTrimHorizon)
		r.delete("orders")
		wantList(t, texts(r.get(it).Records)) // in DELETING reads go on
		must(t, 0, r.log.Drop(r.ctx(), r.stream("orders").id))
		_, err := r.GetRecords(r.ctx(), testCaller, &kinesis.GetRecordsInput{ShardIterator: &it})
		wantError(t, err, notFound, say(shardMissed))
		_, err = r.GetShardIterator(r.ctx(), testCaller, &kinesis.GetShardIteratorInput{StreamName: new("orders"), ShardId: new("0"),
			ShardIteratorType: new(kinesis.ShardIteratorTypeAtTimestamp), Timestamp: new(time.Now())})
		wantError(t, err, notFound, say(shardMissed))
	})
}
