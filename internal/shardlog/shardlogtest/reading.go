package shardlogtest

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/freshet/freshet/internal/shardlog"
)

// plenty is a limit that one Read may well reach.
var plenty = shardlog.Limit{Records: 10_000, Bytes: 10 << 20}

// readAll reads shard from an offset to the tail, and checks each batch.
func readAll(log shardlog.Log, s shardlog.Shard, from shardlog.Offset, limit shardlog.Limit) ([]shardlog.Record, shardlog.State, error) {
	var records []shardlog.Record
	for {
		batch, err := log.Read(context.Background(), s, from, limit)
		if err != nil {
			return records, batch.State, err
		}
		if err := checkBatch(batch, from, limit); err != nil {
			return records, batch.State, fmt.Errorf("read of %v from %d: %w", s, from, err)
		}
		records = append(records, batch.Records...)
		if batch.Next >= batch.State.Next {
			return records, batch.State, nil
		}
		if batch.Next == from {
			return records, batch.State, fmt.Errorf("read of %v from %d does not get on: %+v", s, from, batch.State)
		}
		from = batch.Next
	}
}

// checkBatch checks what holds for every batch.
func checkBatch(b shardlog.Batch, from shardlog.Offset, limit shardlog.Limit) error {
	least := max(from, b.State.Floor)
	size := 0
	for i, rec := range b.Records {
		if rec.Offset < least {
			return fmt.Errorf("record %d has offset %d, want at least %d", i, rec.Offset, least)
		}
		if i > 0 && rec.Arrival < b.Records[i-1].Arrival {
			return fmt.Errorf("arrival decreases from %d to %d at offset %d", b.Records[i-1].Arrival, rec.Arrival, rec.Offset)
		}
		least = rec.Offset + 1
		size += len(rec.Key) + len(rec.Data)
	}
	switch n := len(b.Records); {
	case n > limit.Records:
		return fmt.Errorf("%d records, the limit is %d", n, limit.Records)
	case n > 1 && size > limit.Bytes:
		return fmt.Errorf("%d records of %d bytes, the limit is %d", n, size, limit.Bytes)
	case n > 0 && b.Next < least:
		return fmt.Errorf("Next is %d, not above the last record's offset %d", b.Next, least-1)
	case n > 0 && b.Next > b.State.Next:
		return fmt.Errorf("Next is %d, the state's is %d", b.Next, b.State.Next)
	case n > 0 && b.Records[n-1].Arrival > b.State.LastArrival:
		return fmt.Errorf("LastArrival is %d, a record's arrival %d", b.State.LastArrival, b.Records[n-1].Arrival)
	case b.State.Floor > b.State.Next:
		return fmt.Errorf("floor %d is above next %d", b.State.Floor, b.State.Next)
	}
	return nil
}

// equal compares two records.
func equal(a, b shardlog.Record) bool {
	return a.Offset == b.Offset && a.Stamp == b.Stamp && a.Arrival == b.Arrival &&
		a.Key == b.Key && bytes.Equal(a.Data, b.Data)
}

// differ says where two lists of records differ first, or "".
func differ(got, want []shardlog.Record) string {
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			return fmt.Sprintf("%d records, want %d: %s is missing", len(got), len(want), text(want[i]))
		case i >= len(want):
			return fmt.Sprintf("%d records, want %d: %s is too many", len(got), len(want), text(got[i]))
		case !equal(got[i], want[i]):
			return fmt.Sprintf("record %d of %d is %s, want %s", i, len(want), text(got[i]), text(want[i]))
		}
	}
	return ""
}

func text(r shardlog.Record) string {
	return fmt.Sprintf("{offset %d, stamp %d, arrival %d, key %.20q, %d bytes %.20q}",
		r.Offset, r.Stamp, r.Arrival, r.Key, len(r.Data), r.Data)
}

// wantRecords demands that reading s from an offset to the tail gives want.
func (r *rig) wantRecords(s shardlog.Shard, from shardlog.Offset, want []shardlog.Record) {
	r.Helper()
	got, _, err := readAll(r.Log, s, from, plenty)
	if err != nil {
		r.Fatal(err)
	}
	if d := differ(got, want); d != "" {
		r.Fatalf("%v from %d: %s", s, from, d)
	}
}

// read reads once.
func (r *rig) read(s shardlog.Shard, from shardlog.Offset, limit shardlog.Limit) shardlog.Batch {
	r.Helper()
	batch, err := r.Read(ctx(), s, from, limit)
	if err == nil {
		err = checkBatch(batch, from, limit)
	}
	if err != nil {
		r.Fatalf("read of %v from %d: %v", s, from, err)
	}
	return batch
}

// above returns the records at or above an offset.
func above(records []shardlog.Record, from shardlog.Offset) []shardlog.Record {
	for i, rec := range records {
		if rec.Offset >= from {
			return records[i:]
		}
	}
	return nil
}

// arrivedSince returns the records that arrived at or after t.
func arrivedSince(records []shardlog.Record, t shardlog.Millis) []shardlog.Record {
	for i, rec := range records {
		if rec.Arrival >= t {
			return records[i:]
		}
	}
	return nil
}

// last returns the last of records.
func last(records []shardlog.Record) shardlog.Record { return records[len(records)-1] }

// edges returns the times at which a look-up by arrival may change its answer, in
// order.
func edges(records []shardlog.Record) []shardlog.Millis {
	times := []shardlog.Millis{0, 1}
	for i, rec := range records {
		if i == 0 || rec.Arrival != records[i-1].Arrival {
			times = append(times, rec.Arrival-1, rec.Arrival, rec.Arrival+1)
		}
	}
	times = append(times, last(records).Arrival+1_000_000)
	slices.Sort(times)
	return slices.Compact(times)
}
