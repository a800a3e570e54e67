package streams

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/meta/memmeta"
	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/memlog"
)

// entries makes records whose partition keys are their data.
func entries(data ...string) []kinesis.PutRecordsRequestEntry {
	var list []kinesis.PutRecordsRequestEntry
	for _, d := range data {
		list = append(list, kinesis.PutRecordsRequestEntry{Data: []byte(d), PartitionKey: &d})
	}
	return list
}

func TestPutRecordsAnswersEachRecord(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 4)
		var data []string
		for i := range 500 {
			data = append(data, fmt.Sprint("record ", i))
		}
		out, err := r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{StreamName: new("orders"), Records: entries(data...)})
		must(t, 0, err)
		wantEqual(t, *out.FailedRecordCount, 0, "FailedRecordCount")
		for i, res := range out.Records {
			sh := r.stream("orders").shardAt(hashOf(data[i]))
			wantEqual(t, *res.ShardId, sh.id, "ShardId")
			it := r.iterator("orders", *res.ShardId, kinesis.ShardIteratorTypeAtSequenceNumber,
				func(in *kinesis.GetShardIteratorInput) { in.StartingSequenceNumber = res.SequenceNumber })
			first := r.get(it).Records[0]
			wantEqual(t, string(first.Data), data[i], "the record at the number")
			wantEqual(t, *first.SequenceNumber, *res.SequenceNumber, "its number")
			wantEqual(t, *first.PartitionKey, data[i], "its key")
		}
	})
}

// Section 10: the bounds of sizes. The texts are not documented since the bound
// is the stream's own.
func TestPutSizes(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		_, err := r.CreateStream(r.ctx(), testCaller, &kinesis.CreateStreamInput{StreamName: new("large"), MaxRecordSizeInKiB: new(int32(2048))})
		must(t, 0, err)
		put := func(stream string, size int) error {
			_, err := r.PutRecord(r.ctx(), testCaller, &kinesis.PutRecordInput{StreamName: &stream, PartitionKey: new("k"), Data: make([]byte, size)})
			return err
		}
		const text = "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=%d cap=%d]' at 'data' failed to satisfy constraint: Member must have length less than or equal to %d"
		must(t, 0, put("orders", 1<<20-1))
		wantError(t, put("orders", 1<<20), "ValidationException", fmt.Sprintf(text, 1<<20, 1<<20, 1<<20-1))
		wantError(t, put("orders", 1<<20+1), "ValidationException", fmt.Sprintf(text, 1<<20+1, 1<<20+1, 1<<20))
		must(t, 0, put("large", 1<<20+1))
		must(t, 0, put("orders", 0))

		list := make([]kinesis.PutRecordsRequestEntry, 11)
		for i := range list {
			list[i] = kinesis.PutRecordsRequestEntry{Data: make([]byte, 1<<20-1), PartitionKey: new("k")}
		}
		putAll := func(list []kinesis.PutRecordsRequestEntry) error {
			_, err := r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{StreamName: new("orders"), Records: list})
			return err
		}
		must(t, 0, putAll(list[:10])) // 10 MiB, keys included
		wantError(t, putAll(list), invalid, "Records size exceeds 10 MB limit")
		list[2].Data = make([]byte, 1<<20)
		wantError(t, putAll(list), "ValidationException",
			strings.Replace(fmt.Sprintf(text, 1<<20, 1<<20, 1<<20-1), "'data'", "'records.3.member.data'", 1))
	})
}

func TestPutWithoutPartitionKey(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		const text = "1 validation error detected: Value null at '%s' failed to satisfy constraint: Member must not be null"
		x := new("orders")
		put := func() error {
			_, err := r.PutRecord(r.ctx(), testCaller, &kinesis.PutRecordInput{StreamName: x, Data: []byte("d")})
			return err
		}
		putAll := func() (*kinesis.PutRecordsOutput, error) {
			list := append(entries("a"), kinesis.PutRecordsRequestEntry{Data: []byte("d")})
			return r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{StreamName: x, Records: list})
		}
		refused := func() {
			t.Helper()
			wantError(t, put(), "ValidationException", fmt.Sprintf(text, "partitionKey"))
			_, err := putAll()
			wantError(t, err, "ValidationException", fmt.Sprintf(text, "records.2.member.partitionKey"))
		}
		refused() // before it is seen that there is no stream
		r.create("orders", 1)
		refused()
		r.delete("orders")

		must(t, 0, r.createDistributed("orders", kinesis.RecordDistributionStrategyAuto))
		must(t, 0, put())
		_, err := putAll()
		must(t, 0, err)
		var got []string
		for _, sh := range r.stream("orders").shards {
			for _, rec := range r.get(r.iterator("orders", sh.id, kinesis.ShardIteratorTypeTrimHorizon)).Records {
				key := "no key"
				if rec.PartitionKey != nil {
					key = *rec.PartitionKey
				}
				got = append(got, string(rec.Data)+" with "+key)
			}
		}
		slices.Sort(got)
		wantList(t, got, "a with a", "d with no key", "d with no key")
	})
}

func TestDryRunPutsNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		const code, text = "DryRunOperationException", "Request would have succeeded, but DryRun flag is set."
		x, yes := new("orders"), new(true)
		_, err := r.PutRecord(r.ctx(), testCaller, &kinesis.PutRecordInput{StreamName: x, PartitionKey: x, DryRun: yes})
		wantError(t, err, code, text)
		_, err = r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{StreamName: x, Records: entries("a"), DryRun: yes})
		wantError(t, err, code, text)
		_, err = r.GetShardIterator(r.ctx(), testCaller, &kinesis.GetShardIteratorInput{
			StreamName: x, ShardId: new("0"), ShardIteratorType: new(kinesis.ShardIteratorTypeLatest), DryRun: yes})
		wantError(t, err, code, text)
		it := r.iterator("orders", "0", kinesis.ShardIteratorTypeLatest)
		_, err = r.GetRecords(r.ctx(), testCaller, &kinesis.GetRecordsInput{ShardIterator: &it, DryRun: yes})
		wantError(t, err, code, text)
		wantList(t, r.all("orders", "0"))
	})
}

// faultyLog answers appends as a test tells it.
type faultyLog struct {
	*memlog.Log
	append func(entries []shardlog.Entry) ([]shardlog.Result, error)
}

func (l *faultyLog) Append(ctx context.Context, entries []shardlog.Entry) ([]shardlog.Result, error) {
	if l.append != nil {
		return l.append(entries)
	}
	return l.Log.Append(ctx, entries)
}

func TestPutsThatTheLogRefuses(t *testing.T) {
	log := &faultyLog{Log: memlog.New()}
	s := New(log, memmeta.New(), Options{})
	must(t, 0, s.Load(t.Context()))
	_, err := s.CreateStream(t.Context(), testCaller, &kinesis.CreateStreamInput{StreamName: new("orders"), ShardCount: new(int32(2))})
	must(t, 0, err)
	put := func() error {
		_, err := s.PutRecord(t.Context(), testCaller, &kinesis.PutRecordInput{StreamName: new("orders"), PartitionKey: new("a")})
		return err
	}
	putAll := func() (*kinesis.PutRecordsOutput, error) {
		return s.PutRecords(t.Context(), testCaller, &kinesis.PutRecordsInput{StreamName: new("orders"), Records: entries("a", "b", "c")})
	}

	// A full disk: nothing was put, and every client retries.
	log.append = func([]shardlog.Entry) ([]shardlog.Result, error) { return nil, shardlog.ErrNoSpace }
	wantError(t, put(), codeThroughput, messageNoSpace)
	_, err = putAll()
	wantError(t, err, codeThroughput, messageNoSpace)

	// An engine that failed under the second record.
	log.append = func(entries []shardlog.Entry) ([]shardlog.Result, error) {
		results := make([]shardlog.Result, len(entries))
		results[len(entries)/2].Err = shardlog.ErrUnknown
		return results, nil
	}
	out, err := putAll()
	must(t, 0, err)
	wantEqual(t, *out.FailedRecordCount, 1, "FailedRecordCount")
	bad := out.Records[1]
	if *bad.ErrorCode != "InternalFailure" || *bad.ErrorMessage != "Internal Service Failure" || bad.SequenceNumber != nil || bad.ShardId != nil {
		t.Errorf("the record that failed: %+v", bad)
	}
	if ok := out.Records[2]; ok.ErrorCode != nil || ok.SequenceNumber == nil {
		t.Errorf("the record that did not: %+v", ok)
	}
	if err := put(); err == nil || !strings.Contains(err.Error(), shardlog.ErrUnknown.Error()) {
		t.Errorf("PutRecord with unknown outcome: %v", err)
	}

	// A stream that was dropped meanwhile.
	log.append = func(entries []shardlog.Entry) ([]shardlog.Result, error) {
		results := make([]shardlog.Result, len(entries))
		for i := range results {
			results[i].Err = shardlog.ErrDropped
		}
		return results, nil
	}
	wantError(t, put(), notFound, say(streamGone))
	_, err = putAll()
	wantError(t, err, notFound, say(streamGone))
}

// A disk that is full by the time the children take over fails only the records
// that waited for them, with the code that makes clients try again.
func TestPutRecordsThatWaitedMeetAFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newIdleRig(t)
		log := &faultyLog{Log: r.log}
		r.startOn(log, r.store, Options{})
		r.create("orders", 1)
		waiting := false
		log.append = func(entries []shardlog.Entry) ([]shardlog.Result, error) {
			if waiting {
				return nil, shardlog.ErrNoSpace
			}
			waiting = true
			results := make([]shardlog.Result, len(entries))
			results[1].Err = shardlog.ErrSealed
			return results, nil
		}
		go func() {
			later(time.Second)
			r.split("orders", 0)
		}()
		out, err := r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{StreamName: new("orders"), Records: entries("a", "b", "c")})
		must(t, 0, err)
		wantEqual(t, *out.FailedRecordCount, 1, "FailedRecordCount")
		wantEqual(t, *out.Records[1].ErrorCode+": "+*out.Records[1].ErrorMessage, codeThroughput+": "+messageNoSpace, "the error")
	})
}

// A shard that is sealed under a put: those records wait for the children, the
// others keep their place, and none is put twice.
func TestPutRecordsWaitsForTheChildrenOfASealedShard(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		st := r.stream("orders")
		must(t, shardlog.Offset(0), errOf(r.log.Seal(r.ctx(), st.ref(st.shard(0)), 0)))

		list := entries("a", "b", "c", "d", "e", "f", "g", "h")
		var out *kinesis.PutRecordsOutput
		go func() {
			var err error
			out, err = r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{StreamName: new("orders"), Records: list})
			if err != nil {
				t.Error(err)
			}
		}()
		synctest.Wait()
		if out != nil {
			t.Fatal("PutRecords did not wait")
		}
		r.split("orders", 0)
		synctest.Wait()
		if out == nil {
			t.Fatal("PutRecords goes on waiting")
		}
		wantEqual(t, *out.FailedRecordCount, 0, "FailedRecordCount")
		got := map[string]int{}
		for _, shard := range []string{"0", "1", "2", "3"} {
			for _, data := range r.all("orders", shard) {
				got[data]++
			}
		}
		for i, e := range list {
			wantEqual(t, got[string(e.Data)], 1, "copies of "+string(e.Data))
			if *out.Records[i].ShardId == shardID(0) {
				t.Errorf("%s was put into the sealed shard", e.Data)
			}
		}
		wantList(t, r.all("orders", "0"))
	})
}

func errOf[T any](_ T, err error) error { return err }

func TestPutGivesUpWaitingForChildren(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		st := r.stream("orders")
		must(t, 0, errOf(r.log.Seal(r.ctx(), st.ref(st.shard(0)), 0)))
		began := time.Now()
		out, err := r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{StreamName: new("orders"), Records: entries("a")})
		must(t, 0, err)
		wantEqual(t, *out.FailedRecordCount, 1, "FailedRecordCount")
		wantEqual(t, *out.Records[0].ErrorCode, "InternalFailure", "ErrorCode")
		wantEqual(t, time.Since(began), reshardPatience, "the time waited")
	})
}

func TestPutRecordsAllocatesOncePerCall(t *testing.T) {
	log := &faultyLog{Log: memlog.New()}
	log.append = func(entries []shardlog.Entry) ([]shardlog.Result, error) {
		return make([]shardlog.Result, len(entries)), nil
	}
	s := New(log, memmeta.New(), Options{})
	must(t, 0, s.Load(t.Context()))
	_, err := s.CreateStream(t.Context(), testCaller, &kinesis.CreateStreamInput{StreamName: new("orders"), ShardCount: new(int32(100))})
	must(t, 0, err)
	allocs := func(n int) float64 {
		in := &kinesis.PutRecordsInput{StreamName: new("orders")}
		for i := range n {
			in.Records = append(in.Records, kinesis.PutRecordsRequestEntry{
				Data: bytes.Repeat([]byte{1}, 100), PartitionKey: new(fmt.Sprintf("a partition key of more than 32 bytes %d", i))})
		}
		return testing.AllocsPerRun(20, func() {
			if _, err := s.PutRecords(t.Context(), testCaller, in); err != nil {
				t.Fatal(err)
			}
		})
	}
	if one, many := allocs(1), allocs(500); many > one {
		t.Errorf("%v allocations for one record, %v for 500", one, many)
	}
}

// Section 7: numbers of a shard only rise, so that ordering holds; the arrival
// digits lie within 3 s below the arrival that readers are told.
func TestSequenceNumberForOrdering(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		last := r.stream("orders").shard(0).starting().String()
		for i := range 20 {
			later(time.Duration(i) * 300 * time.Millisecond)
			out, err := r.PutRecord(r.ctx(), testCaller, &kinesis.PutRecordInput{
				StreamName: new("orders"), PartitionKey: new("k"), Data: []byte("d"), SequenceNumberForOrdering: &last})
			must(t, 0, err)
			if *out.SequenceNumber <= last {
				t.Fatalf("%s does not follow %s", *out.SequenceNumber, last)
			}
			last = *out.SequenceNumber
		}
		for _, rec := range r.get(r.iterator("orders", "0", kinesis.ShardIteratorTypeTrimHorizon)).Records {
			n, _ := parseSequenceNumber(*rec.SequenceNumber)
			if d := rec.ApproximateArrivalTimestamp.Unix() - int64(n.arrival); d < 0 || d > 3 {
				t.Errorf("arrival %v, in the number %d", rec.ApproximateArrivalTimestamp, n.arrival)
			}
		}
	})
}

// steppedLog has a clock that is an hour ahead of what it was set back to: the
// engine goes on from the shard's last arrival, and so do its stamps.
type steppedLog struct{ *memlog.Log }

func (l steppedLog) Append(ctx context.Context, entries []shardlog.Entry) ([]shardlog.Result, error) {
	results, err := l.Log.Append(ctx, entries)
	for i := range results {
		results[i].Stamp += 3600_000
	}
	return results, err
}

func (l steppedLog) Read(ctx context.Context, shard shardlog.Shard, from shardlog.Offset, limit shardlog.Limit) (shardlog.Batch, error) {
	batch, err := l.Log.Read(ctx, shard, from, limit)
	for i := range batch.Records {
		batch.Records[i].Stamp += 3600_000
	}
	return batch, err
}

// A producer chains its puts with the number of the one before. That this
// number seems to be of the future, since the clock was set back, is no fault of
// the producer's.
func TestSequenceNumberForOrderingOutlivesAClockSetBack(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		s := New(steppedLog{r.log}, r.store, Options{})
		must(t, 0, s.Load(r.ctx()))
		put := func(after *string) (*kinesis.PutRecordOutput, error) {
			return s.PutRecord(r.ctx(), testCaller, &kinesis.PutRecordInput{
				StreamName: new("orders"), PartitionKey: new("k"), Data: []byte{}, SequenceNumberForOrdering: after})
		}
		out, err := put(nil)
		last := must(t, out, err).SequenceNumber
		_, err = put(last)
		must(t, 0, err)

		// One that was never given still is.
		sh := r.stream("orders").shard(0)
		bad := sh.sequence(2, now()+3600_000).String()
		_, err = put(&bad)
		wantError(t, err, invalid, say("ExclusiveMinimumSequenceNumber "+bad+" used in PutRecord on stream {X} under account {A} is invalid."))

		// Nor may a child's own starting number, a second ahead after a split,
		// be refused.
		r.split("orders", 0)
		must(t, 0, s.Load(r.ctx()))
		_, err = put(new(r.stream("orders").shard(1).starting().String()))
		must(t, 0, err)
	})
}
