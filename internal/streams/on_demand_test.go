package streams

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// putFor puts n small records a second, with keys over all of the ring, for a time.
func (r *rig) putFor(name string, n int, d time.Duration) {
	r.t.Helper()
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprint("key-", i)
	}
	later(time.Millisecond) // so that no look falls between two puts
	for end := time.Now().Add(d); time.Now().Before(end); later(time.Second) {
		r.putAll(name, keys, nil)
	}
}

func (r *rig) openShards(name string) int { return len(r.stream(name).ring) }

// Section 16: on-demand begins at 4 MB/s, which is 4 shards. Twice the peak of the
// last 30 days fits; the stream grows within minutes.
func TestOnDemandGrowsWithItsLoad(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		wantEqual(t, r.openShards("orders"), 4, "the number of shards of a new stream")
		r.putFor("orders", 1500, 2*time.Minute) // 1.5 shards
		wantEqual(t, r.openShards("orders"), 4, "the number of shards that take 1,500 records a second twice")
		r.putFor("orders", 4400, 4*time.Minute)
		wantEqual(t, r.openShards("orders"), 9, "the number of shards that take 4,400 records a second twice")
		for _, sh := range r.load("orders") {
			if sh.Load > hotShard {
				t.Errorf("%s has a load of %.2f", sh.ID, sh.Load)
			}
		}
	})
}

// The region's limit holds: 200 MiB/s outside of the large regions (section 16).
func TestOnDemandGrowsToItsLimit(t *testing.T) {
	withOptions(t, Options{ShardLimit: 7}, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		r.putFor("orders", 4000, 3*time.Minute)
		wantEqual(t, r.openShards("orders"), 7, "the number of shards")
	})
	s := New(nil, nil, Options{})
	wantEqual(t, s.onDemandShards("us-east-1"), 10240, "the limit in a large region")
	wantEqual(t, s.onDemandShards("eu-central-1"), 200, "the limit elsewhere")
}

// A provisioned stream has the shards that it was given.
func TestProvisionedDoesNotGrow(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		r.putFor("orders", 3000, 2*time.Minute)
		wantEqual(t, r.openShards("orders"), 2, "the number of shards")
	})
}

// The peak holds the shards for 30 days, over a restart as well; then the stream
// shrinks to what its later peaks need.
func TestOnDemandShrinksAfterThirtyDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newIdleRig(t)
		stop := r.start(Options{})
		r.createOnDemand("orders")
		begin := time.Now().Truncate(24 * time.Hour)
		r.putFor("orders", 3900, 3*time.Minute)
		wantEqual(t, r.openShards("orders"), 8, "the number of shards")
		stop() // without the time that a peak may wait to be written
		stop = r.start(Options{})
		later(10 * 24 * time.Hour)
		wantEqual(t, r.openShards("orders"), 8, "the number of shards after ten days")
		r.putFor("orders", 2400, 3*time.Minute)
		stop()
		r.start(Options{})
		later(time.Until(begin.Add(30*24*time.Hour - time.Minute)))
		wantEqual(t, r.openShards("orders"), 8, "the number of shards on the 30th day")
		later(3 * time.Hour)
		wantEqual(t, r.openShards("orders"), 5, "the number of shards when the peak of 2,400 is left")
		later(11 * 24 * time.Hour)
		wantEqual(t, r.openShards("orders"), 4, "the number of shards when no peak is left")
	})
}

// Load in a narrow part of the ring: the shards are split there, and stay for 30
// days although four would take the load.
func TestHotShardsAreSplitWhereTheirLoadIs(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		narrow := make([]kinesis.PutRecordsRequestEntry, 400)
		for i := range narrow { // all in the first sixteenth of the first shard
			at := hashKey{uint64(i) << 49, 7}
			narrow[i] = kinesis.PutRecordsRequestEntry{PartitionKey: new(fmt.Sprint(i)), ExplicitHashKey: new(at.String()), Data: []byte{}}
		}
		later(time.Millisecond)
		for range 8 * 60 {
			for range 4 { // 1,600 records a second
				out, err := r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{StreamName: new("orders"), Records: narrow})
				must(t, out, err)
			}
			later(time.Second)
		}
		grown := r.openShards("orders")
		for _, sh := range r.load("orders") {
			if sh.Load > hotShard {
				t.Errorf("%s has a load of %.2f", sh.ID, sh.Load)
			}
		}
		if grown < 6 || grown > 16 {
			t.Errorf("%d shards", grown)
		}
		later(29 * 24 * time.Hour)
		wantEqual(t, r.openShards("orders"), grown, "the number of shards after 29 days")
		later(3 * 24 * time.Hour)
		wantEqual(t, r.openShards("orders"), 4, "the number of shards after 32 days")
	})
}

// One key cannot be divided: the stream does not split for it again and again.
func TestOneHotKeyDoesNotSplitForEver(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		later(time.Millisecond)
		for range 8 * 60 {
			for range 1000 / 500 {
				r.putAll("orders", slices.Repeat([]string{"hot"}, 500), []byte("v"))
			}
			later(time.Second)
		}
		wantEqual(t, r.openShards("orders"), 4, "the number of shards")
	})
}

// A stream that becomes on-demand keeps its shards at first, and gets four at least
// (developer guide, "Switch between capacity modes").
func TestShardsAfterAChangeOfMode(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("small", 1)
		r.create("large", 9)
		must(t, 0, r.setMode("small", onDemand, nil))
		must(t, 0, r.setMode("large", onDemand, nil))
		later(5 * time.Minute)
		wantEqual(t, r.openShards("small"), 4, "the number of shards of what had one")
		later(24 * time.Hour)
		wantEqual(t, r.openShards("large"), 9, "the number of shards of what had nine")
		must(t, 0, r.setMode("small", provisioned, nil))
		later(31 * 24 * time.Hour)
		wantEqual(t, r.openShards("small"), 4, "the number of shards of what is provisioned again")
		wantEqual(t, r.openShards("large"), 4, "the number of shards after 31 days")
	})
}

// What is put while a stream grows and shrinks is neither lost nor out of order.
func TestOnDemandKeepsTheOrder(t *testing.T) {
	withOptions(t, Options{TransitionDelay: 3 * time.Second}, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		later(5 * time.Second)
		keys := make([]string, 2400)
		for i := range keys {
			keys[i] = fmt.Sprint("key-", i)
		}
		const rounds = 150
		for i := range rounds {
			r.putAll("orders", keys, fmt.Appendf(nil, "%d", i))
			later(time.Second)
		}
		wantEqual(t, r.openShards("orders"), 5, "the number of shards")
		next := map[string]int{}
		for _, sh := range r.stream("orders").shards { // parents come before their children
			it := r.iterator("orders", sh.id, kinesis.ShardIteratorTypeTrimHorizon)
			for {
				out := r.get(it)
				for _, rec := range out.Records {
					if want := fmt.Sprint(next[*rec.PartitionKey]); string(rec.Data) != want {
						t.Fatalf("%s: record %s of %s, want %s", sh.id, rec.Data, *rec.PartitionKey, want)
					}
					next[*rec.PartitionKey]++
				}
				if out.NextShardIterator == nil || len(out.Records) == 0 {
					break
				}
				it = *out.NextShardIterator
			}
		}
		for _, key := range keys {
			if next[key] != rounds {
				t.Errorf("%d records of %s, want %d", next[key], key, rounds)
			}
		}
	})
}

// A peak is written when it rises, but not at each look; a stream at rest is not.
func TestPeaksAreWrittenSeldom(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		st, writes := r.stream("orders"), 0
		later(time.Millisecond)
		for i := range 30 * 60 {
			r.putAll("orders", slices.Repeat([]string{"k"}, 100+i/10), nil) // ever more
			later(time.Second)
			if next := r.stream("orders"); next != st {
				st, writes = next, writes+1
			}
		}
		if writes < 5 || writes > 7 {
			t.Errorf("the stream was written %d times in 30 minutes", writes)
		}
		later(10 * time.Minute)
		st = r.stream("orders")
		later(5 * 24 * time.Hour)
		if r.stream("orders") != st {
			t.Error("a stream at rest was written")
		}
		wantEqual(t, len(st.Peaks), 1, "the number of days with a peak")
		if p := st.Peaks[0]; p.Records < 270 || p.Records > 280 {
			t.Errorf("the peak is %d records a second", p.Records)
		}
	})
}

// No more than 30 days are kept, each once, in their order; what was noted is not
// changed.
func TestPeaksAreOfThirtyDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p peaks
		day, want := int64(20000), map[int64]dailyPeak{}
		for range rapid.IntRange(1, 100).Draw(t, "notes") {
			day += rapid.Int64Range(0, 20).Draw(t, "days later")
			x := dailyPeak{day, rapid.Int64Range(0, 9).Draw(t, "records"), rapid.Int64Range(0, 9).Draw(t, "bytes"), rapid.IntRange(0, 9).Draw(t, "shards")}
			before := slices.Clone(p)
			next := p.noted(x)
			if !slices.Equal(p, before) {
				t.Fatal("what was noted before has changed")
			}
			p = next
			w := want[day]
			w.Day = day
			want[day] = w.with(x)
		}
		var highest dailyPeak
		n := 0
		for d, x := range want {
			if d > day-30 {
				n++
				highest = highest.with(x)
			}
		}
		if len(p) != n || !slices.IsSortedFunc(p, func(a, b dailyPeak) int { return int(a.Day - b.Day) }) {
			t.Fatalf("the peaks are %v", p)
		}
		for _, x := range p {
			if want[x.Day] != x {
				t.Fatalf("the peak of day %d is %v, want %v", x.Day, x, want[x.Day])
			}
		}
		if p.highest() != highest {
			t.Fatalf("the highest is %v, want %v", p.highest(), highest)
		}
	})
}
