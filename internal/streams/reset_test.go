package streams

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/shardlog"
)

func (r *rig) reset(account, region string) int {
	r.t.Helper()
	gone, err := r.Reset(r.ctx(), account, region)
	return len(must(r.t, gone, err))
}

func TestResetLeavesNothingUnderTheOldNames(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.create("parcels", 3)
		r.put("orders", "k", "old")
		it := r.iterator("orders", "0", kinesis.ShardIteratorTypeTrimHorizon)
		wantEqual(t, r.reset("", ""), 2, "streams")
		wantEqual(t, len(r.catalog.now().sorted), 0, "streams that are left")
		wantEqual(t, r.documents(), 0, "documents that are left")
		_, err := r.GetRecords(r.ctx(), testCaller, &kinesis.GetRecordsInput{ShardIterator: &it})
		if err == nil {
			t.Error("an iterator of a stream that is gone reads")
		}
		r.create("orders", 1)
		wantList(t, r.all("orders", "0"))
		r.put("orders", "k", "new")
		wantList(t, r.all("orders", "0"), "new")
		wantEqual(t, r.reset("", ""), 1, "streams")
		wantEqual(t, r.reset("", ""), 0, "streams")
		r.start(Options{})
		wantEqual(t, len(r.catalog.now().sorted), 0, "streams after a restart")
	})
}

// documents counts what the store holds of streams.
func (r *rig) documents() int {
	r.t.Helper()
	return r.documentsBelow(streamPrefix, shardPrefix, consumerPrefix, queuePrefix, deliveredPrefix)
}

func (r *rig) documentsBelow(prefixes ...string) (n int) {
	r.t.Helper()
	must(r.t, 0, r.store.View(r.ctx(), func(tx meta.Reader) error {
		n = 0
		for _, prefix := range prefixes {
			for _, err := range tx.Scan(prefix, "") {
				if err != nil {
					return err
				}
				n++
			}
		}
		return nil
	}))
	return n
}

func TestResetOfAnAccountOrARegion(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		for _, account := range []string{"111111111111", "222222222222"} {
			for _, region := range []string{"us-east-1", "eu-west-1"} {
				_, err := r.CreateStream(r.ctx(), access.Dev(account, region), &kinesis.CreateStreamInput{StreamName: new("orders")})
				must(t, 0, err)
			}
		}
		wantEqual(t, r.reset("111111111111", "eu-west-1"), 1, "streams of an account and region")
		wantEqual(t, r.reset("222222222222", ""), 2, "streams of an account")
		wantEqual(t, r.reset("", "eu-west-1"), 0, "streams of a region")
		wantEqual(t, r.catalog.now().sorted[0].arn(), "arn:aws:kinesis:us-east-1:111111111111:stream/orders", "what is left")
	})
}

// Whatever state a stream is in: a reset does not wait for it.
func TestResetTakesNoDelay(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Minute}, func(t *testing.T, r *rig) {
		r.create("updating", 1)
		later(2 * time.Minute)
		r.split("updating", 0)
		r.create("deleting", 1)
		r.delete("deleting")
		r.create("creating", 1)
		_, err := r.RegisterStreamConsumer(r.ctx(), testCaller, &kinesis.RegisterStreamConsumerInput{
			StreamARN: new(r.stream("updating").arn()), ConsumerName: new("app")})
		must(t, 0, err)
		began := time.Now()
		wantEqual(t, r.reset("", ""), 3, "streams")
		wantEqual(t, time.Since(began), 0, "time that passed")
		wantEqual(t, r.documents(), 0, "documents that are left")
	})
}

// dropless is a log that cannot drop.
type dropless struct {
	shardlog.Log
	broken *atomic.Bool
}

func (l dropless) Drop(ctx context.Context, id shardlog.StreamID) error {
	if l.broken.Load() {
		return errors.New("no drop")
	}
	return l.Log.Drop(ctx, id)
}

// A reset that fails half-way is finished in the background.
func TestAResetThatFailsIsFinished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newIdleRig(t)
		var broken atomic.Bool
		broken.Store(true)
		r.startOn(dropless{r.log, &broken}, r.store, Options{})
		r.create("orders", 1)
		if _, err := r.Reset(r.ctx(), "", ""); err == nil {
			t.Error("no error")
		}
		wantEqual(t, r.status("orders"), kinesis.StreamStatusDeleting, "status")
		broken.Store(false)
		later(2 * transitionRetry)
		wantEqual(t, len(r.catalog.now().sorted), 0, "streams")
	})
}
