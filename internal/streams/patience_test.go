package streams

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// reading is a GetRecords that waits.
type reading struct {
	out   *kinesis.GetRecordsOutput
	err   error
	took  time.Duration
	idle  int // how often Idle was called
	ended chan struct{}
}

// readPatiently begins a GetRecords that waits up to wait. The memory of its
// input is overwritten as soon as it says that it is idle.
func (r *rig) readingPatiently(ctx, until context.Context, wait time.Duration, iterator string) *reading {
	in := &kinesis.GetRecordsInput{ShardIterator: &iterator}
	mangle := pooled(in)
	g := &reading{ended: make(chan struct{})}
	began := time.Now()
	go func() {
		defer close(g.ended)
		g.out, g.err = r.GetRecords(WithPatience(ctx, Patience{For: wait, Until: until, Idle: func() { g.idle++; mangle() }}), testCaller, in)
		g.took = time.Since(began)
	}()
	synctest.Wait()
	return g
}

func (g *reading) want(t *testing.T, took time.Duration, idle int, data ...string) {
	t.Helper()
	<-g.ended
	if g.err != nil {
		t.Fatal(g.err)
	}
	wantList(t, texts(g.out.Records), data...)
	wantEqual(t, g.took, took, "the time that it took")
	wantEqual(t, g.idle, idle, "calls of Idle")
}

func TestAPatientReaderWaitsForTheCommit(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		r.putAt("orders", hashKey{}, "a")
		until, stop := context.WithCancel(context.Background())
		it := r.iterator("orders", "0", kinesis.ShardIteratorTypeTrimHorizon)
		r.readingPatiently(r.ctx(), until, time.Minute, it).want(t, 0, 0, "a") // nothing to wait for

		latest := r.iterator("orders", "0", kinesis.ShardIteratorTypeLatest)
		g := r.readingPatiently(r.ctx(), until, 10*time.Second, latest)
		later(time.Second)
		r.putAt("orders", maxHashKey, "elsewhere")
		later(time.Second)
		r.putAt("orders", hashKey{}, "b")
		g.want(t, 2*time.Second, 1, "b")
		wantEqual(t, *g.out.MillisBehindLatest, 0, "MillisBehindLatest")

		g = r.readingPatiently(r.ctx(), until, 400*time.Second, *g.out.NextShardIterator)
		g.want(t, 400*time.Second, 1)
		// The iterator is good for five minutes from when it was given, not asked for.
		wantList(t, texts(r.get(*g.out.NextShardIterator).Records))

		g = r.readingPatiently(r.ctx(), until, time.Minute, *g.out.NextShardIterator)
		later(time.Second)
		stop() // the server stops: what there is is answered
		g.want(t, time.Second, 1)

		gone, leave := context.WithCancel(r.ctx())
		g = r.readingPatiently(gone, context.Background(), time.Minute, *g.out.NextShardIterator)
		leave()
		if <-g.ended; g.err == nil {
			t.Error("a client that left was waited for")
		}
	})
}

// Who waits at the end of a shard is told of its children the moment they are
// there, be it sealed long before.
func TestAPatientReaderIsToldOfTheEnd(t *testing.T) {
	withOptions(t, Options{TransitionDelay: 5 * time.Second}, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		later(6 * time.Second)
		it := r.iterator("orders", "0", kinesis.ShardIteratorTypeLatest)
		g := r.readingPatiently(r.ctx(), context.Background(), time.Minute, it)
		r.split("orders", 0)
		g.want(t, 5*time.Second, 1)
		wantEqual(t, len(g.out.ChildShards), 2, "children")
		if g.out.NextShardIterator != nil {
			t.Error("there is an iterator at the end")
		}
	})
}

func TestAPatientReaderOfAStreamThatGoes(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		g := r.readingPatiently(r.ctx(), context.Background(), time.Minute, r.iterator("orders", "0", kinesis.ShardIteratorTypeLatest))
		r.reset("", "")
		<-g.ended
		wantError(t, g.err, notFound, say(shardMissed))
	})
}
