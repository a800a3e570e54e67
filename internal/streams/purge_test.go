package streams

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/meta/memmeta"
	"github.com/freshet/freshet/internal/shardlog/disklog"
	"github.com/freshet/freshet/internal/vfs"
)

func (r *rig) purge(name string) {
	r.t.Helper()
	_, err := r.PurgeStream(r.ctx(), testCaller, name, nil)
	must(r.t, 0, err)
}

func (r *rig) truncate(name string, before time.Time) {
	r.t.Helper()
	_, err := r.TruncateStream(r.ctx(), testCaller, name, &extapi.TruncateRequest{Before: before})
	must(r.t, 0, err)
}

func TestPurgeLeavesShardsAndIterators(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.put("orders", "k", "a")
		b := r.put("orders", "k", "b")
		begin := r.iterator("orders", "0", kinesis.ShardIteratorTypeTrimHorizon)
		atB := r.iterator("orders", "0", kinesis.ShardIteratorTypeAtSequenceNumber,
			func(in *kinesis.GetShardIteratorInput) { in.StartingSequenceNumber = b.SequenceNumber })
		r.purge("orders")
		wantList(t, texts(r.get(begin).Records))
		wantEqual(t, *r.get(begin).MillisBehindLatest, 0, "MillisBehindLatest")
		c := r.put("orders", "k", "c") // in the same millisecond
		for _, it := range []string{begin, atB, r.iterator("orders", "0", kinesis.ShardIteratorTypeTrimHorizon)} {
			wantList(t, texts(r.get(it).Records), "c")
		}
		if *c.SequenceNumber <= *b.SequenceNumber {
			t.Error("sequence numbers have begun anew")
		}
		wantList(t, ids(r.shards("orders", nil)), shardID(0))
		r.start(Options{})
		wantList(t, r.all("orders", "0"), "c")
		r.purge("orders") // and once more
		wantList(t, r.all("orders", "0"))
		r.put("orders", "k", "d")
		wantList(t, r.all("orders", "0"), "d")

		_, err := r.PurgeStream(r.ctx(), testCaller, "parcels", nil)
		wantError(t, err, notFound, "Stream parcels under account "+testAccount+" not found.")
	})
}

// A closed shard is empty then, and leads to its children as before.
func TestPurgeOfClosedShards(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.put("orders", "k", "a")
		it := r.iterator("orders", "0", kinesis.ShardIteratorTypeTrimHorizon)
		r.split("orders", 0)
		r.putAt("orders", hashKey{}, "b")
		r.purge("orders")
		out := r.get(it)
		wantList(t, texts(out.Records))
		wantEqual(t, len(out.ChildShards), 2, "children")
		wantList(t, r.all("orders", "1"))
		r.putAt("orders", hashKey{}, "c")
		wantList(t, r.all("orders", "1"), "c")
	})
}

func TestTruncateBeforeATime(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		later(time.Hour)
		r.putAt("orders", hashKey{}, "a")
		later(time.Second)
		at := time.Now()
		r.putAt("orders", hashKey{}, "b")
		r.putAt("orders", maxHashKey, "c")
		later(time.Second)
		r.truncate("orders", at)
		wantList(t, r.all("orders", "0"), "b")
		wantList(t, r.all("orders", "1"), "c")
		r.truncate("orders", at.Add(-time.Hour)) // floors never go down
		wantList(t, r.all("orders", "0"), "b")

		f := func(before time.Time, message string) {
			t.Helper()
			_, err := r.TruncateStream(r.ctx(), testCaller, "orders", &extapi.TruncateRequest{Before: before})
			wantError(t, err, "InvalidArgumentException", message)
		}
		f(time.Time{}, "before must say a time, like 2026-11-24T09:00:00Z.")
		f(time.Now().Add(time.Second), "before must not be in the future: it is 2000-01-01T01:00:03Z, and now is 2000-01-01T01:00:02Z.")
	})
}

// On the disk, while records are put: none is lost that was put after a purge,
// none is left that was put before, and a restart changes nothing.
func TestPurgeUnderLoadOnADisk(t *testing.T) {
	dir, store := t.TempDir(), memmeta.New()
	open := func() (r *rig, closeLog func()) {
		log, err := disklog.Open(vfs.OS, dir, disklog.Options{})
		must(t, 0, err)
		ctx, end := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- log.Run(ctx) }()
		r = &rig{t: t, store: store}
		stop := r.startOn(log, store, Options{})
		return r, func() {
			stop()
			end()
			must(t, 0, <-ended)
			must(t, 0, log.Close())
		}
	}
	r, closeLog := open()
	r.create("orders", 3)
	const rounds, writers = 20, 4
	var last []string // what must be there in the end
	for round := range rounds {
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range 5 {
					r.put("orders", fmt.Sprint(w, i), fmt.Sprint("old ", round))
				}
			})
		}
		if round%2 == 0 {
			wg.Wait()
		}
		r.purge("orders")
		last = last[:0]
		for i := range 5 {
			data := fmt.Sprint("new ", round, " ", i)
			r.put("orders", fmt.Sprint(i), data)
			last = append(last, data)
		}
		wg.Wait()
	}
	check := func() {
		t.Helper()
		found := map[string]bool{}
		for _, sh := range r.stream("orders").shards {
			for _, data := range r.all("orders", sh.id) {
				found[data] = true
			}
		}
		for _, data := range last {
			if !found[data] {
				t.Errorf("%q is lost", data)
			}
			delete(found, data)
		}
		delete(found, fmt.Sprint("old ", rounds-1)) // they were put meanwhile
		for data := range found {
			t.Errorf("%q is left", data)
		}
	}
	check()
	closeLog()
	r, closeLog = open()
	check()
	r.purge("orders")
	last = nil
	check()
	closeLog()
}
