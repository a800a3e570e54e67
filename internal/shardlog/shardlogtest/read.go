package shardlogtest

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/freshet/freshet/internal/shardlog"
)

var readTests = []test{
	{"OfAnUnknownShard", readOfAnUnknownShard},
	{"FromEveryOffset", readFromEveryOffset},
	{"BeyondTheTail", readBeyondTheTail},
	{"KeepsToItsLimits", readKeepsToItsLimits},
	{"ReturnsALargeFirstRecord", readReturnsALargeFirstRecord},
	{"ReturnsRecordsThatStay", readReturnsRecordsThatStay},
	{"ReturnsDataThatIsNotNil", readReturnsDataThatIsNotNil},
	{"TellsTheState", readTellsTheState},
}

// "A shard the log has never seen has the zero State."
func readOfAnUnknownShard(r *rig) {
	r.append(entry(shard(1), "k", "another shard"))
	batch := r.read(shard(2), 0, plenty)
	if len(batch.Records) != 0 || batch.Next != 0 || batch.State != (shardlog.State{}) {
		r.Errorf("Read = %+v", batch)
	}
	if got := r.State(shard(2)); got != (shardlog.State{}) {
		r.Errorf("State = %+v", got)
	}
	if got := r.find(shard(2), 1); got != 0 {
		r.Errorf("Find = %d, want State.Next", got)
	}
}

// "Read returns records of shard at offsets ≥ from, in order."
func readFromEveryOffset(r *rig) {
	var want []shardlog.Record
	for i := range 40 {
		want = append(want, r.append(entry(shard(1), "k", fmt.Sprint(i)), entry(shard(2), "other", ""))[0])
	}
	for from := range last(want).Offset + 1 {
		r.wantRecords(shard(1), from, above(want, from))
	}
}

// "It does not wait: at the tail it returns no records." Next is then "where the
// reading began".
func readBeyondTheTail(r *rig) {
	r.append(entry(shard(1), "k", "d"))
	tail := r.State(shard(1)).Next
	for _, from := range []shardlog.Offset{tail, tail + 1, tail + 1_000_000, 1 << 62} {
		batch := r.read(shard(1), from, plenty)
		if len(batch.Records) != 0 || batch.Next != from || batch.State.Next != tail {
			r.Errorf("Read from %d = %+v; the tail is %d", from, batch, tail)
		}
	}
}

// "It returns at most limit.Records, and stops before the record that would take
// the sum of data and keys above limit.Bytes."
func readKeepsToItsLimits(r *rig) {
	var want []shardlog.Record
	for i := range 60 {
		e := entry(shard(1), fmt.Sprint("key", i%7), string(bytes.Repeat([]byte("d"), i*13%50)))
		want = append(want, r.append(e)...)
	}
	for _, limit := range []shardlog.Limit{
		{Records: 1, Bytes: 1}, {Records: 1, Bytes: 1000}, {Records: 7, Bytes: 1000},
		{Records: 1000, Bytes: 1}, {Records: 1000, Bytes: 100}, {Records: 1000, Bytes: 54},
		{Records: 60, Bytes: 1 << 20}, {Records: 1 << 40, Bytes: 1 << 40},
	} {
		got, _, err := readAll(r.Log, shard(1), 0, limit) // checks each batch
		if err != nil {
			r.Fatalf("limit %+v: %v", limit, err)
		}
		if d := differ(got, want); d != "" {
			r.Fatalf("limit %+v: %s", limit, d)
		}
	}
}

// "The first record is returned whatever its size."
func readReturnsALargeFirstRecord(r *rig) {
	want := r.append(
		entry(shard(1), "k", string(make([]byte, 3<<20))),
		entry(shard(1), "k", "small"),
		entry(shard(1), "k", string(make([]byte, 2<<20))),
	)
	from := shardlog.Offset(0)
	for i := range want {
		batch := r.read(shard(1), from, shardlog.Limit{Records: 10, Bytes: 1})
		if d := differ(batch.Records, want[i:i+1]); d != "" {
			r.Fatal(d)
		}
		from = batch.Next
	}
}

// "The records' Data and Key belong to the log and never change; the caller may
// keep them as long as it likes."
func readReturnsRecordsThatStay(r *rig) {
	want := r.fill(shard(1), 2)
	var kept [][]shardlog.Record
	for from := shardlog.Offset(0); from < r.State(shard(1)).Next; {
		batch := r.read(shard(1), from, shardlog.Limit{Records: 100, Bytes: 1 << 20})
		kept, from = append(kept, batch.Records), batch.Next
	}
	r.trim(stream(1), last(want).Arrival+1)
	for range 20 {
		r.append(entry(shard(1), "other", string(bytes.Repeat([]byte("x"), 1<<20))))
	}
	r.drop(stream(1))
	for range 20 {
		s := shardlog.Shard{Stream: stream(2), Number: 1}
		r.append(entry(s, "other", string(bytes.Repeat([]byte("y"), 1<<20))))
	}
	r.close()
	if d := differ(slices.Concat(kept...), want); d != "" {
		r.Errorf("records that a reader keeps have changed: %s", d)
	}
}

// "Data is never nil": a record without data is not one that lacks them.
func readReturnsDataThatIsNotNil(r *rig) {
	for range 40 { // some in memory, some not
		r.append(shardlog.Entry{Shard: shard(1), Key: "k"}, shardlog.Entry{Shard: shard(1), Data: []byte{}},
			entry(shard(2), "k", string(bytes.Repeat([]byte("x"), 1<<10))))
	}
	records, _, err := readAll(r.Log, shard(1), 0, plenty)
	if err != nil || len(records) != 80 {
		r.Fatalf("%d records, %v", len(records), err)
	}
	for _, record := range records {
		if record.Data == nil || len(record.Data) > 0 {
			r.Fatalf("a record without data has %#v", record.Data)
		}
	}
}

// "State is the shard's state at the time of the read: Next == State.Next says
// that the reader has reached the tail."
func readTellsTheState(r *rig) {
	records := r.fill(shard(1), 3)
	want := func(sealed bool) {
		r.Helper()
		state := r.State(shard(1))
		if state.Next <= last(records).Offset || state.LastArrival != last(records).Arrival || state.Sealed != sealed {
			r.Errorf("State = %+v after %s, sealed %v", state, text(last(records)), sealed)
		}
		if batch := r.read(shard(1), last(records).Offset, plenty); batch.State != state || batch.Next != state.Next {
			r.Errorf("the last record's batch says %+v and Next %d, State %+v", batch.State, batch.Next, state)
		}
	}
	want(false)
	records = append(records, r.append(entry(shard(1), "k", "d"))...)
	want(false)
	r.trim(stream(1), last(records).Arrival)
	want(false)
	r.seal(shard(1))
	want(true)
}
