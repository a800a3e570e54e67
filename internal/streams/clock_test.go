package streams

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/memlog"
)

// lines are what a logger wrote.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), text)
}

func (l *lines) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

func (r *rig) floor(name string) shardlog.Offset {
	r.t.Helper()
	return r.log.State(r.stream(name).ref(r.stream(name).shard(0))).Floor
}

// A server that was off for days deletes nothing in its first hour: it cannot
// know that its clock is right. What is shown goes by the wall clock meanwhile,
// and nobody is told, for nothing is wrong.
func TestDeletionWaitsAnHourAfterAStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newIdleRig(t)
		stop := r.start(Options{})
		r.create("orders", 1)
		r.put("orders", "k", "a")
		later(2 * time.Hour)
		r.put("orders", "k", "b")
		stop()
		later(25 * time.Hour)

		var said lines
		r.start(Options{Logger: said.logger()})
		wantList(t, r.all("orders", "0"))
		later(59 * time.Minute)
		synctest.Wait()
		wantEqual(t, r.floor("orders"), 0, "the floor in the first hour")
		later(2 * time.Minute)
		synctest.Wait()
		wantEqual(t, r.floor("orders"), 2, "the floor after the first hour")
		wantEqual(t, said.count("\n"), 0, "lines")
	})
}

// What was too old already when the newest record came is deleted in the first
// hour too, so that short runs do not fill the disk.
func TestShortRunsDeleteToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newIdleRig(t)
		stop := r.start(Options{})
		r.create("orders", 1)
		for _, text := range []string{"a", "b", "c"} {
			r.put("orders", "k", text)
			stop()
			later(25 * time.Hour)
			stop = r.start(Options{})
		}
		r.put("orders", "k", "d")
		stop()
		r.start(Options{})
		later(2 * time.Minute)
		synctest.Wait()
		wantEqual(t, r.floor("orders"), 3, "floor")
	})
}

// jumped makes a service whose wall clock has just jumped ahead by a day. It has
// the stream orders with a record of an hour ago.
func jumped(t *testing.T, said *lines) *rig {
	r := newIdleRig(t)
	stop := r.start(Options{})
	r.create("orders", 1)
	r.put("orders", "k", "a")
	stop()
	later(25 * time.Hour)
	r.start(Options{Logger: said.logger()})
	wall, elapsed := r.clock.read()
	before := steadyFrom(0, wall-24*60*60*1000, elapsed)
	r.clock.shown.Store(&before)
	r.clock.kept.Store(&before)
	return r
}

// A clock that jumps a day ahead hides and deletes nothing for an hour; a reader
// is not led past what it would hide. Then the clock is believed.
func TestClockThatJumpsADayAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said lines
		r := jumped(t, &said)
		wantList(t, r.all("orders", "0"), "a")
		later(59 * time.Minute)
		synctest.Wait()
		wantList(t, r.all("orders", "0"), "a")
		wantEqual(t, r.floor("orders"), 0, "floor")
		wantEqual(t, said.count("the clock has jumped ahead"), 1, "warnings")
		wantEqual(t, said.count("ahead=24h0m0s until=2000-01-02T02:01:00.000Z"), 1, "warnings that say how far and until when")
		later(3 * time.Minute)
		synctest.Wait()
		wantList(t, r.all("orders", "0"))
		wantEqual(t, r.floor("orders"), 1, "floor")
		wantEqual(t, said.count("the clock has stayed where it jumped to"), 1, "warnings")
		wantEqual(t, said.count("\n"), 2, "lines")
	})
}

// Shards that were closed an hour ago do not expire by such a jump.
func TestShardsDoNotExpireByAJump(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said lines
		r := jumped(t, &said)
		_, err := r.catalog.change(r.ctx(), r.stream("orders").streamKey, func(old *stream) (*stream, error) {
			closing := old.closing(time.Now(), splitOf(old.shard(0)))
			return closing.handedOver(map[uint32]shardlog.Offset{0: 1}, now()-24*60*60*1000-1), nil
		})
		must(t, 0, err)
		later(30 * time.Minute)
		synctest.Wait()
		wantList(t, ids(r.shards("orders", nil)), shardID(0), shardID(1), shardID(2))
		wantList(t, r.all("orders", "0"), "a")
		later(60 * time.Minute)
		synctest.Wait()
		wantList(t, ids(r.shards("orders", nil)), shardID(1), shardID(2))
		wantEqual(t, len(r.stream("orders").shards), 2, "documents")
	})
}

// fickleLog stamps records with a clock that is off. As every engine must, it
// lets arrivals never decrease.
type fickleLog struct {
	*memlog.Log
	mu    sync.Mutex
	off   time.Duration
	times map[shardlog.Shard][]fickleTime // by offset
}

type fickleTime struct{ stamp, arrival shardlog.Millis }

func (l *fickleLog) set(off time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.off = off
}

func (l *fickleLog) last(id shardlog.Shard) (arrival shardlog.Millis) {
	if n := len(l.times[id]); n > 0 {
		return l.times[id][n-1].arrival
	}
	return 0
}

func (l *fickleLog) Append(ctx context.Context, entries []shardlog.Entry) ([]shardlog.Result, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	results, err := l.Log.Append(ctx, entries)
	for i := range results {
		if id := entries[i].Shard; results[i].Err == nil {
			stamp := shardlog.MillisOf(time.Now().Add(l.off))
			results[i].Stamp, results[i].Arrival = stamp, max(stamp, l.last(id))
			l.times[id] = append(l.times[id], fickleTime{stamp, results[i].Arrival})
		}
	}
	return results, err
}

func (l *fickleLog) Read(ctx context.Context, id shardlog.Shard, from shardlog.Offset, limit shardlog.Limit) (shardlog.Batch, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, err := l.Log.Read(ctx, id, from, limit)
	for i := range b.Records {
		t := l.times[id][b.Records[i].Offset]
		b.Records[i].Stamp, b.Records[i].Arrival = t.stamp, t.arrival
	}
	b.State.LastArrival = l.last(id)
	return b, err
}

func (l *fickleLog) Find(_ context.Context, id shardlog.Shard, t shardlog.Millis) (shardlog.Offset, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, at := range l.times[id] {
		if at.arrival >= t {
			return max(shardlog.Offset(i), l.Log.State(id).Floor), nil
		}
	}
	return l.Log.State(id).Next, nil
}

// Trim does nothing: the log within knows other arrivals.
func (l *fickleLog) Trim(context.Context, shardlog.StreamID, shardlog.Millis) error { return nil }

func (l *fickleLog) State(id shardlog.Shard) shardlog.State {
	l.mu.Lock()
	defer l.mu.Unlock()
	state := l.Log.State(id)
	state.LastArrival = l.last(id)
	return state
}

// inFickleTime runs a test on a log whose clock the test sets.
func inFickleTime(t *testing.T, fn func(t *testing.T, r *rig, log *fickleLog)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := newIdleRig(t)
		log := &fickleLog{Log: r.log, times: map[shardlog.Shard][]fickleTime{}}
		r.startOn(log, r.store, Options{})
		fn(t, r, log)
	})
}

// wanderings are how far the clock is off at one put after the other.
var wanderings = []time.Duration{0, 24 * time.Hour, 0, -time.Hour, -400 * 24 * time.Hour, time.Minute, 0}

// Whatever the clock does: numbers of a shard rise, put and get name the same
// ones, and each of them is a place to go on from.
func TestNumbersRiseWhateverTheClockDoes(t *testing.T) {
	inFickleTime(t, func(t *testing.T, r *rig, log *fickleLog) {
		r.create("orders", 1)
		var numbers []string
		for i, off := range wanderings {
			log.set(off)
			later(time.Second)
			numbers = append(numbers, *r.put("orders", "k", string(rune('a'+i))).SequenceNumber)
			if i > 0 && numbers[i] <= numbers[i-1] {
				t.Errorf("%s comes after %s", numbers[i], numbers[i-1])
			}
		}
		out := r.get(r.iterator("orders", "0", kinesis.ShardIteratorTypeTrimHorizon))
		wantList(t, texts(out.Records), "a", "b", "c", "d", "e", "f", "g")
		arrived := time.Time{}
		for i, rec := range out.Records {
			wantEqual(t, *rec.SequenceNumber, numbers[i], "the number that get names")
			if rec.ApproximateArrivalTimestamp.Before(arrived) {
				t.Errorf("record %d arrived at %v, the one before at %v", i, rec.ApproximateArrivalTimestamp, arrived)
			}
			arrived = *rec.ApproximateArrivalTimestamp
			it := r.iterator("orders", "0", kinesis.ShardIteratorTypeAfterSequenceNumber,
				func(in *kinesis.GetShardIteratorInput) { in.StartingSequenceNumber = &numbers[i] })
			wantEqual(t, len(r.get(it).Records), len(numbers)-i-1, "records after it")
			_, err := r.PutRecord(r.ctx(), testCaller, &kinesis.PutRecordInput{StreamName: new("orders"), PartitionKey: new("k"),
				SequenceNumberForOrdering: &numbers[i], DryRun: new(true)})
			wantError(t, err, "DryRunOperationException", "Request would have succeeded, but DryRun flag is set.")
		}
	})
}

// After the clock was ahead and has been mended, records carry arrivals of the
// future until the clock has caught up: a reader is never behind by less than
// nothing, and finds them by any time that has come.
func TestReadersWhileArrivalsAreAhead(t *testing.T) {
	inFickleTime(t, func(t *testing.T, r *rig, log *fickleLog) {
		r.create("orders", 1)
		r.put("orders", "k", "a")
		later(time.Second)
		log.set(24 * time.Hour)
		r.put("orders", "k", "b")
		log.set(0)
		r.put("orders", "k", "c")
		later(time.Second)
		it := r.iterator("orders", "0", kinesis.ShardIteratorTypeTrimHorizon)
		for _, want := range []int64{2000, 1, 0} { // c is newer than b, by the order of the shard
			out, err := r.GetRecords(r.ctx(), testCaller, &kinesis.GetRecordsInput{ShardIterator: &it, Limit: new(int32(1))})
			must(t, 0, err)
			wantEqual(t, *out.MillisBehindLatest, want, "MillisBehindLatest")
			it = *out.NextShardIterator
		}
		at := func(d time.Duration) string {
			return r.iterator("orders", "0", kinesis.ShardIteratorTypeAtTimestamp,
				func(in *kinesis.GetShardIteratorInput) { in.Timestamp = new(time.Now().Add(d)) })
		}
		wantList(t, texts(r.get(at(-2*time.Second)).Records), "a", "b", "c")
		wantList(t, texts(r.get(at(0)).Records), "b", "c")
		later(24 * time.Hour)
		wantList(t, r.all("orders", "0"), "b", "c") // retention counts from the arrival
		later(24 * time.Hour)
		wantList(t, r.all("orders", "0"))
	})
}

// A reshard while arrivals are ahead: the children's numbers are above all of the
// parent's, and shards that are not too old stay listed.
func TestReshardWhileArrivalsAreAhead(t *testing.T) {
	inFickleTime(t, func(t *testing.T, r *rig, log *fickleLog) {
		r.create("orders", 1)
		r.put("orders", "k", "a")
		later(time.Hour)
		r.split("orders", 0)
		later(time.Hour)
		log.set(24 * time.Hour)
		parent := *r.putAt("orders", hashKey{}, "b").SequenceNumber
		log.set(-time.Hour)
		r.split("orders", 1)
		child := r.putAt("orders", hashKey{}, "c")
		if *child.SequenceNumber <= parent {
			t.Errorf("the child's %s comes after its parent's %s", *child.SequenceNumber, parent)
		}
		wantList(t, ids(r.shards("orders", nil)), shardID(0), shardID(1), shardID(2), shardID(3), shardID(4))
		wantTiling(t, "AT_LATEST", r.shards("orders", of(kinesis.ShardFilterTypeAtLatest)))
		wantList(t, r.all("orders", "0"), "a")
		wantList(t, r.all("orders", *child.ShardId), "c")
	})
}

// A clock that is set back expires no iterator and no token; one that jumps
// ahead may, and the reader asks for another.
func TestTokensWhenTheClockIsSetBack(t *testing.T) {
	tk := testTokens(t)
	const given = 1_700_000_000_000
	f := func(later time.Duration, good bool) {
		t.Helper()
		now := given + shardlog.Millis(later.Milliseconds())
		_, iterator := tk.openIterator(tk.iterator(shardIterator{name: "orders", given: given}), now)
		_, shards := tk.openShards(tk.nextShards(shardPage{name: "orders"}, given), now)
		_, streams := tk.openStreams(tk.nextStreams("orders", given), now)
		for _, err := range []error{iterator, shards, streams} {
			if (err == nil) != good {
				t.Errorf("%v later: %v", later, err)
			}
		}
	}
	f(0, true)
	f(-24*time.Hour, true)
	f(limits.IteratorLife, true)
	f(24*time.Hour, false)
}
