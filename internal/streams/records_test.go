package streams

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/shardlog"
)

func (r *rig) records(in extapi.RecordsRequest) *extapi.Records {
	r.t.Helper()
	out, err := r.Records(r.ctx(), testCaller, "orders", &in)
	return must(r.t, out, err)
}

// pages reads on until it has caught up, limit records at a time.
func (r *rig) pages(in extapi.RecordsRequest, limit int) (data []string, last *extapi.Records) {
	r.t.Helper()
	in.Limit = limit
	for {
		out := r.records(in)
		if len(out.Records) > limit {
			r.t.Fatalf("%d records, want %d at most", len(out.Records), limit)
		}
		data = append(data, textsOf(out)...)
		if out.CaughtUp {
			return data, out
		}
		in = extapi.RecordsRequest{Token: out.Next, Limit: limit}
	}
}

func textsOf(out *extapi.Records) []string {
	data := []string{}
	for _, rec := range out.Records {
		data = append(data, string(rec.Data))
	}
	return data
}

// putSpread puts n records at the begins of shards, three in the same millisecond, and
// returns their data in the order of arrival and shard.
func (r *rig) putSpread(n, shards int) []string {
	r.t.Helper()
	type record struct {
		at   shardlog.Millis
		sh   int
		data string
	}
	var all []record
	keys := evenRanges(shards)
	for i := range n {
		sh := (i * 7) % shards
		r.putAt("orders", keys[sh].Start, fmt.Sprint("record ", i))
		all = append(all, record{now(), sh, fmt.Sprint("record ", i)})
		if i%3 == 2 {
			later(time.Millisecond)
		}
	}
	slices.SortStableFunc(all, func(a, b record) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.sh, b.sh)) })
	var data []string
	for _, rec := range all {
		data = append(data, rec.data)
	}
	return data
}

// The real against the naive, with few shards and with many, in pages of any size.
func TestRecordsAreMergedByArrival(t *testing.T) {
	for _, shards := range []int{1, 3, leanFrom + 20} {
		t.Run(fmt.Sprint("shards=", shards), func(t *testing.T) {
			inBubble(t, func(t *testing.T, r *rig) {
				r.create("orders", int32(shards))
				want := r.putSpread(200, shards)
				for _, limit := range []int{1, 2, 7, 1000} {
					got, last := r.pages(extapi.RecordsRequest{}, limit)
					wantList(t, got, want...)
					if last.Next == "" || last.Done {
						t.Error("more may come, and there is no token")
					}
					// What comes later is found by the token.
					r.putAt("orders", maxHashKey, "later")
					wantList(t, textsOf(r.records(extapi.RecordsRequest{Token: last.Next})), "later")
					want = append(want, "later")
					later(time.Millisecond)
				}
			})
		})
	}
}

func TestRecordsSaysWhatARecordIs(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		a := r.put("orders", "k", "a text")
		r.put("orders", "other", "\xff\xfe")
		got := r.records(extapi.RecordsRequest{}).Records
		want := extapi.Record{ShardID: shardID(0), SequenceNumber: *a.SequenceNumber, Arrived: time.Now().UTC(), PartitionKey: "k",
			Data: []byte("a text"), Text: new("a text")}
		if !reflect.DeepEqual(got[0], want) {
			t.Errorf("%+v, want %+v", got[0], want)
		}
		if got[1].Text != nil {
			t.Error("bytes that are no text have a text")
		}
		if len(r.records(extapi.RecordsRequest{}).Records) != 2 {
			t.Error("a stream is read once")
		}
	})
}

// Key by key the order is that of the puts, across splits and merges, and nothing
// is left out or doubled.
func TestRecordsFollowTheLineage(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		var want []string
		put := func(n int) {
			for range n {
				data := fmt.Sprint("record ", len(want))
				r.put("orders", data, data)
				want = append(want, data)
			}
			later(time.Millisecond)
		}
		put(20)
		r.split("orders", 0) // 2, 3
		put(20)
		half, last := r.pages(extapi.RecordsRequest{}, 9)
		wantEqual(t, len(half), 40, "records before the rest")
		r.merge("orders", 3, 1) // 4
		put(20)
		r.split("orders", 4) // 5, 6
		put(20)
		// All at once, in small pages, and from a token of before.
		for _, limit := range []int{3, 1000} {
			got, _ := r.pages(extapi.RecordsRequest{}, limit)
			slices.SortFunc(got, byNumber)
			wantList(t, got, want...)
		}
		rest, end := r.pages(extapi.RecordsRequest{Token: last.Next}, 4)
		slices.SortFunc(rest, byNumber)
		wantList(t, rest, want[40:]...)
		wantList(t, textsOf(r.records(extapi.RecordsRequest{Token: end.Next})))

		// The shards of the token have expired: what took over from them is read.
		later(30 * time.Hour)
		synctest.Wait()
		r.put("orders", "k", "new")
		wantList(t, textsOf(r.records(extapi.RecordsRequest{Token: last.Next})), "new")
	})
}

func byNumber(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// aheadLog reads as if the clock had been ahead when shard 1 was written, and set
// back before its child was.
type aheadLog struct{ shardlog.Log }

func (l aheadLog) Read(ctx context.Context, sh shardlog.Shard, from shardlog.Offset, limit shardlog.Limit) (shardlog.Batch, error) {
	batch, err := l.Log.Read(ctx, sh, from, limit)
	if sh.Number == 1 {
		batch.Records = slices.Clone(batch.Records)
		for i := range batch.Records {
			batch.Records[i].Arrival += 60_000
		}
	}
	return batch, err
}

// A parent's records come before its children's even if a child's seem older.
func TestAChildWaitsForBothParents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newIdleRig(t)
		r.startOn(aheadLog{r.log}, r.store, Options{})
		r.create("orders", 2)
		for i := range 10 {
			r.putAt("orders", hashKey{}, fmt.Sprint("left ", i))
			r.putAt("orders", maxHashKey, fmt.Sprint("right ", i))
		}
		r.merge("orders", 0, 1)
		r.putAt("orders", hashKey{}, "child")
		for _, limit := range []int{1, 4, 100} {
			got, _ := r.pages(extapi.RecordsRequest{}, limit)
			wantEqual(t, len(got), 21, "records")
			wantEqual(t, got[20], "child", "the last")
		}
	})
}

func TestRecordsOfATimeAndAKey(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		later(time.Hour)
		begin := time.Now()
		for i := range 10 {
			r.put("orders", fmt.Sprint("key ", i%2), fmt.Sprint(i))
			later(time.Second)
		}
		at := func(seconds int) string { return begin.Add(time.Duration(seconds) * time.Second).Format(time.RFC3339) }
		f := func(in extapi.RecordsRequest, done bool, want ...string) {
			t.Helper()
			for _, limit := range []int{1, 100} {
				got, last := r.pages(in, limit)
				wantList(t, got, want...)
				wantEqual(t, last.Done, done, "done")
				wantEqual(t, last.Next == "", done, "there is no token")
			}
		}
		f(extapi.RecordsRequest{From: at(7)}, false, "7", "8", "9")
		f(extapi.RecordsRequest{From: "-3s"}, false, "7", "8", "9")
		f(extapi.RecordsRequest{From: at(2), To: at(4)}, true, "2", "3")
		f(extapi.RecordsRequest{From: "trim_horizon", To: at(1)}, true, "0")
		f(extapi.RecordsRequest{PartitionKey: new("key 1"), To: at(6)}, true, "1", "3", "5")
		f(extapi.RecordsRequest{PartitionKey: new("key 2")}, false)
		f(extapi.RecordsRequest{From: "latest"}, false)
		f(extapi.RecordsRequest{From: at(100)}, false)
		f(extapi.RecordsRequest{To: at(100)}, false, "0", "1", "2", "3", "4", "5", "6", "7", "8", "9")

		// A selection looks at so much and no more, and says where to go on.
		latest := r.records(extapi.RecordsRequest{From: "latest"})
		r.put("orders", "key 1", "new")
		wantList(t, textsOf(r.records(extapi.RecordsRequest{Token: latest.Next})), "new")
	})
}

func TestRecordsThatAreNotThere(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.create("parcels", 1)
		f := func(in extapi.RecordsRequest, message string) {
			t.Helper()
			_, err := r.Records(r.ctx(), testCaller, "orders", &in)
			wantError(t, err, "InvalidArgumentException", message)
		}
		const times = "from must be a time like 2026-11-24T09:00:00Z, an age like -10m, or, of from, trim_horizon or latest. Specified value was "
		f(extapi.RecordsRequest{From: "yesterday"}, times+`"yesterday"`)
		f(extapi.RecordsRequest{From: "10m"}, times+`"10m"`)
		f(extapi.RecordsRequest{From: "--10m"}, times+`"--10m"`)
		f(extapi.RecordsRequest{Limit: -1}, "limit must be from 1 to 10000. Specified value was -1")
		f(extapi.RecordsRequest{Token: "abc"}, "Invalid NextToken.")
		token := r.records(extapi.RecordsRequest{}).Next
		f(extapi.RecordsRequest{Token: token, From: "-1s"}, "token holds from, to and the partition key: they cannot be provided together.")
		_, err := r.Records(r.ctx(), testCaller, "parcels", &extapi.RecordsRequest{Token: token})
		wantError(t, err, "InvalidArgumentException", "Invalid NextToken.")
		_, err = r.Records(r.ctx(), testCaller, "returns", &extapi.RecordsRequest{})
		wantError(t, err, notFound, "Stream returns under account "+testAccount+" not found.")
	})
}

func TestRecordsOfLargeRecordsAreBounded(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		for i := range 20 {
			r.put("orders", fmt.Sprint(i), strings.Repeat(string(rune('a'+i)), 1<<20-10))
			later(time.Millisecond)
		}
		out := r.records(extapi.RecordsRequest{})
		wantEqual(t, len(out.Records), recordsBytes>>20, "records of 1 MiB in an answer")
		got, _ := r.pages(extapi.RecordsRequest{}, 100)
		initials := ""
		for _, data := range got {
			initials += data[:1]
		}
		wantEqual(t, initials, "abcdefghijklmnopqrst", "the records")
	})
}

func TestRecordsWait(t *testing.T) {
	withOptions(t, Options{TransitionDelay: 5 * time.Second}, func(t *testing.T, r *rig) {
		r.create("orders", 3)
		later(6 * time.Second)
		wait := func(token string) (out *extapi.Records, took time.Duration) {
			began := time.Now()
			ctx := WithPatience(r.ctx(), Patience{For: 20 * time.Second, Until: context.Background(), Idle: func() {}})
			out, err := r.Records(ctx, testCaller, "orders", &extapi.RecordsRequest{Token: token})
			return must(t, out, err), time.Since(began)
		}
		token := r.records(extapi.RecordsRequest{From: "latest"}).Next
		out, took := wait(token)
		wantEqual(t, len(out.Records), 0, "records")
		wantEqual(t, took, 20*time.Second, "the time that it waited")

		go func() { later(2 * time.Second); r.putAt("orders", maxHashKey, "a") }()
		out, took = wait(out.Next)
		wantList(t, textsOf(out), "a")
		wantEqual(t, took, 2*time.Second, "the time that it waited")

		// Across a reshard: the end of a shard is not an answer.
		go func() { r.split("orders", 0); later(7 * time.Second); r.putAt("orders", hashKey{}, "b") }()
		out, took = wait(out.Next)
		wantList(t, textsOf(out), "b")
		wantEqual(t, took, 7*time.Second, "the time that it waited")
		wantEqual(t, out.Records[0].ShardID, shardID(3), "the shard")

		go func() { later(time.Second); r.reset("", "") }()
		ctx := WithPatience(r.ctx(), Patience{For: 20 * time.Second, Until: context.Background(), Idle: func() {}})
		_, err := r.Records(ctx, testCaller, "orders", &extapi.RecordsRequest{Token: out.Next})
		wantError(t, err, notFound, "Stream orders under account "+testAccount+" not found.")
	})
}

func TestRecordsOfAStreamThatIsCreating(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Second}, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		_, err := r.Records(r.ctx(), testCaller, "orders", &extapi.RecordsRequest{})
		wantError(t, err, "ResourceInUseException", "Stream orders under account "+testAccount+" not ACTIVE, instead in state CREATING")
	})
}

// What a token holds is read back; what it does not hold is refused, whatever it is.
func FuzzMergeToken(f *testing.F) {
	id := shardlog.StreamID{1}
	f.Add(append(id[:], 0, 0, 0, 0))
	f.Add(binary.AppendUvarint(append(id[:], 1, 2, 2, 1, 'k', 2, 0, 5, 3), 1<<40))
	f.Fuzz(func(t *testing.T, plain []byte) {
		sel, places, ok := readMerge(content{rest: plain}, id)
		if !ok {
			return
		}
		tokens, err := newTokens(make([]byte, 32))
		must(t, 0, err)
		again, same, ok := tokens.openMerge(tokens.merge(id, sel, places), id)
		if !ok || !reflect.DeepEqual(again, sel) || !slices.Equal(same, places) {
			t.Errorf("%+v %+v comes back as %+v %+v, %v", sel, places, again, same, ok)
		}
	})
}

// A page of a stream of many shards costs what is read, not the shards squared.
func BenchmarkRecords(b *testing.B) {
	for _, shards := range []int{1, 16, 1000} {
		b.Run(fmt.Sprint("shards=", shards), func(b *testing.B) {
			r := newRig(b, Options{})
			r.create("orders", int32(shards))
			keys := evenRanges(shards)
			for i := range 2000 {
				r.putAt("orders", keys[i%shards].Start, strings.Repeat("x", 1000))
			}
			n := 0
			for b.Loop() {
				n += len(r.records(extapi.RecordsRequest{Limit: 1000}).Records)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
