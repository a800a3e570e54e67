package streams

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/shardlog"
)

func (r *rig) clone(in extapi.CloneRequest) *extapi.Stream {
	r.t.Helper()
	out, err := r.CloneStream(r.ctx(), testCaller, "orders", &in)
	return must(r.t, out, err)
}

// contents are the records of a stream by their data, each with its partition key.
func (r *rig) contents(name string) (list []extapi.Record) {
	r.t.Helper()
	token := ""
	for {
		out, err := r.Records(r.ctx(), testCaller, name, &extapi.RecordsRequest{Token: token})
		must(r.t, 0, err)
		list, token = append(list, out.Records...), out.Next
		if out.CaughtUp {
			return list
		}
	}
}

// A clone has the records with their keys, in order for each, wherever the source's
// reshards have put them; and it is a stream of its own.
func TestACloneHasTheRecords(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		byKey := map[string][]string{}
		put := func(n int) {
			for i := range n {
				key, data := fmt.Sprint("key ", i%17), fmt.Sprint("record ", i)
				r.put("orders", key, data)
				byKey[key] = append(byKey[key], data)
			}
		}
		put(700)
		r.split("orders", 0)
		put(700)
		r.merge("orders", 3, 1)
		put(100)
		st := r.clone(extapi.CloneRequest{Name: "copy"})
		wantEqual(t, st.Status, "CREATING", "status at first")
		later(2 * time.Millisecond) // what comes in the same millisecond may be taken
		r.put("orders", "key 1", "after")
		synctest.Wait()
		out, err := r.Stream(r.ctx(), testCaller, "copy", nil)
		st = must(t, out, err)
		wantEqual(t, st.Status, "ACTIVE", "status")
		wantEqual(t, *st.Clone, extapi.Clone{Source: "orders", Until: st.Clone.Until, Records: 1500}, "clone")
		wantEqual(t, st.OpenShards, 2, "open shards")
		got := map[string][]string{}
		for _, rec := range r.contents("copy") {
			got[rec.PartitionKey] = append(got[rec.PartitionKey], string(rec.Data))
			sh := r.stream("copy").shardAt(hashOf(rec.PartitionKey))
			wantEqual(t, rec.ShardID, sh.id, "the shard of "+rec.PartitionKey)
		}
		for key := range byKey {
			wantList(t, got[key], byKey[key]...)
		}
		wantEqual(t, len(got), len(byKey), "keys")
		r.put("copy", "k", "its own")
		wantEqual(t, len(r.contents("copy")), 1501, "records of the clone")
		wantEqual(t, len(r.contents("orders")), 1501, "records of the source")
		r.start(Options{})
		wantEqual(t, len(r.contents("copy")), 1501, "records of the clone after a restart")
	})
}

// A record that an explicit hash key has put elsewhere stays in that place.
func TestACloneKeepsExplicitHashKeys(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 4)
		keys := evenRanges(4)
		for i := range 4 {
			for n := range 3 {
				r.putAt("orders", keys[i].End, fmt.Sprint(i, " ", n))
			}
		}
		r.clone(extapi.CloneRequest{Name: "copy"})
		synctest.Wait()
		for i := range 4 {
			wantList(t, r.all("copy", fmt.Sprint(i)), fmt.Sprint(i, " 0"), fmt.Sprint(i, " 1"), fmt.Sprint(i, " 2"))
		}
	})
}

func TestASnapshotTakesNoPuts(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.put("orders", "k", "a")
		later(time.Second)
		until := time.Now()
		r.put("orders", "k", "b")
		later(time.Second)
		r.clone(extapi.CloneRequest{Name: "then", Until: &until, Snapshot: true})
		synctest.Wait()
		wantList(t, r.all("then", "0"), "a")
		_, err := r.PutRecord(r.ctx(), testCaller, &kinesis.PutRecordInput{StreamName: new("then"), PartitionKey: new("k"), Data: []byte{}})
		if err == nil {
			t.Error("a snapshot takes a put")
		}
		_, err = r.ResumeStream(r.ctx(), testCaller, "then", nil)
		wantError(t, err, "ResourceInUseException", "Stream then under account "+testAccount+" is a snapshot of orders: it takes no puts.")
		_, err = r.CloneStream(r.ctx(), testCaller, "orders", &extapi.CloneRequest{Name: "then"})
		wantError(t, err, "ResourceInUseException", "Stream then under account "+testAccount+" already exists.")
		_, err = r.CloneStream(r.ctx(), testCaller, "then", &extapi.CloneRequest{Name: "again"}) // to write to it
		must(t, 0, err)
		synctest.Wait()
		r.put("again", "k", "c")
		wantList(t, r.all("again", "0"), "a", "c")
	})
}

// gatedLog lets appends to streams wait that begin with those of a clone.
type gatedLog struct {
	shardlog.Log
	gate chan struct{}
	wait func() bool
}

func (l gatedLog) Append(ctx context.Context, entries []shardlog.Entry) ([]shardlog.Result, error) {
	if l.wait() {
		select {
		case <-l.gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return l.Log.Append(ctx, entries)
}

// A clone that is cut short leaves nothing: by a restart, by the end of its source,
// by its own.
func TestAnInterruptedCloneIsRemoved(t *testing.T) {
	f := func(name string, interrupt func(r *rig, stop func())) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newIdleRig(t)
				gate := make(chan struct{})
				stop := r.startOn(gatedLog{r.log, gate, func() bool {
					return slices.ContainsFunc(r.catalog.now().sorted, (*stream).isCopying)
				}}, r.store, Options{})
				r.create("orders", 1)
				for i := range 1200 {
					r.put("orders", "k", fmt.Sprint(i))
				}
				r.clone(extapi.CloneRequest{Name: "copy"})
				synctest.Wait()
				gate <- struct{}{} // the first batch
				synctest.Wait()
				out, err := r.Stream(r.ctx(), testCaller, "copy", nil)
				wantEqual(t, must(t, out, err).Clone.Records, cloneRecords, "records so far")
				interrupt(r, stop)
				close(gate)
				synctest.Wait()
				later(2 * transitionRetry)
				wantEqual(t, r.status("copy"), "", "status of the clone")
				r.create("copy", 1)
				wantList(t, r.all("copy", "0"))
			})
		})
	}
	f("by a restart", func(r *rig, stop func()) { stop(); r.start(Options{}) })
	f("by the end of its source", func(r *rig, _ func()) { r.delete("orders") })
	f("by its own", func(r *rig, _ func()) { r.delete("copy") })
}

// An instant before 1970 is before all records, as any early one is.
func TestACloneUntilLongAgoIsEmpty(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.put("orders", "k", "a")
		later(time.Second)
		for name, until := range map[string]time.Time{
			"of 1969": time.Date(1969, 7, 20, 20, 17, 40, 0, time.UTC), "of 1970": time.Unix(0, 0), "of the year 1": {},
		} {
			r.clone(extapi.CloneRequest{Name: name, Until: &until})
			synctest.Wait()
			wantEqual(t, r.status(name), active, "status")
			wantEqual(t, len(r.contents(name)), 0, "records of the clone "+name)
		}
	})
}

// A clone whose beginning or end the store leaves in doubt does not stay CREATING.
func TestACloneThatTheStoreFailsIsRemoved(t *testing.T) {
	f := func(fail func(*faultyStore), doubt bool) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			r := newIdleRig(t)
			store := &faultyStore{Store: r.store}
			gate := make(chan struct{})
			r.startOn(gatedLog{r.log, gate, func() bool {
				return slices.ContainsFunc(r.catalog.now().sorted, (*stream).isCopying)
			}}, store, Options{})
			r.create("orders", 1)
			r.put("orders", "k", "a")
			if doubt {
				fail(store)
			}
			_, err := r.CloneStream(r.ctx(), testCaller, "orders", &extapi.CloneRequest{Name: "copy"})
			wantEqual(t, err != nil, doubt, "the clone being refused")
			synctest.Wait()
			fail(store)
			close(gate)
			synctest.Wait()
			later(3 * transitionRetry)
			wantEqual(t, r.status("copy"), "", "status of the clone")
			r.clones.Range(func(id, _ any) bool { t.Errorf("clone %v is remembered", id); return true })
		})
	}
	f(func(s *faultyStore) { s.after.Store(1) }, true)
	f(func(s *faultyStore) { s.before.Store(1) }, false)
}

// A clone that is deleted before its turn is not remembered.
func TestACloneThatIsDeletedWhileItWaitsIsForgotten(t *testing.T) {
	f := func(remove func(*rig)) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			r := newIdleRig(t)
			gate := make(chan struct{})
			r.startOn(gatedLog{r.log, gate, func() bool {
				return slices.ContainsFunc(r.catalog.now().sorted, (*stream).isCopying)
			}}, r.store, Options{})
			r.create("orders", 1)
			r.put("orders", "k", "a")
			r.clone(extapi.CloneRequest{Name: "first"})
			r.clone(extapi.CloneRequest{Name: "second"})
			synctest.Wait()
			remove(r)
			close(gate)
			synctest.Wait()
			r.clones.Range(func(id, _ any) bool { t.Errorf("clone %v is remembered", id); return true })
		})
	}
	f(func(r *rig) { r.delete("second") })
	f(func(r *rig) { must(r.t, 0, errOf(r.Reset(r.ctx(), "", ""))) })
}
