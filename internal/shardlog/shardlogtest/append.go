package shardlogtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unsafe"

	"github.com/freshet/freshet/internal/shardlog"
)

var appendTests = []test{
	{"AnswersEachInOrder", answersEachInOrder},
	{"OfNothing", appendOfNothing},
	{"KeepsBytes", appendKeepsBytes},
	{"KeepsNoReference", appendKeepsNoReference},
	{"ToManyShards", appendToManyShards},
	{"OfElevenMebibytes", appendOfElevenMebibytes},
	{"OfTheLargestRecord", appendOfTheLargestRecord},
	{"AfterItsContextEnded", appendAfterItsContextEnded},
	{"FromManyGoroutines", appendFromManyGoroutines},
}

// "It answers each one for itself, in the order given. Entries of one shard get
// offsets in the order in which they stand in entries." And doc.go: "Offsets
// strictly increase within a shard; arrival never decreases within a shard."
func answersEachInOrder(r *rig) {
	var want [3][]shardlog.Record
	for round := range 20 {
		var entries []shardlog.Entry
		for i := range 10 {
			s := shard(uint32((i*i + round) % 3))
			entries = append(entries, entry(s, fmt.Sprint("key", i), fmt.Sprint("data ", round, i)))
		}
		for i, rec := range r.append(entries...) {
			n := entries[i].Shard.Number
			if rec.Stamp == 0 || rec.Arrival == 0 {
				r.Fatalf("the result of an entry has stamp %d, arrival %d", rec.Stamp, rec.Arrival)
			}
			if before := want[n]; len(before) > 0 && (rec.Offset <= last(before).Offset || rec.Arrival < last(before).Arrival) {
				r.Fatalf("%s follows %s", text(rec), text(last(before)))
			}
			want[n] = append(want[n], rec)
		}
	}
	for n, records := range want {
		r.wantRecords(shard(uint32(n)), 0, records)
	}
}

// len(results) == len(entries).
func appendOfNothing(r *rig) {
	r.try()
	if got := r.State(shard(1)); got != (shardlog.State{}) {
		r.Errorf("State = %+v after an append of nothing", got)
	}
}

// "Key is the partition key, at most 1 KiB. The log does not look into it."
func appendKeepsBytes(r *rig) {
	everyByte := make([]byte, 256)
	for i := range everyByte {
		everyByte[i] = byte(i)
	}
	want := r.append(
		entry(shard(1), "", ""),
		entry(shard(1), string(everyByte), string(everyByte)),
		entry(shard(1), "\xff\xfe", "\x00"),
		entry(shard(1), strings.Repeat("ключ", 128), strings.Repeat("\x00", 5000)),
		entry(shard(1), strings.Repeat("k", 1024), strings.Repeat("d", 1<<20)),
		entry(shard(1), "k", ""),
		entry(shard(1), "", "d"),
	)
	r.wantRecords(shard(1), 0, want)
}

// "The log keeps no reference to entries, their Data or their Key after it
// returns." Keys may be views of a request's buffer, which is used again.
func appendKeepsNoReference(r *rig) {
	key, data := []byte("the key"), []byte("the data")
	entries := []shardlog.Entry{
		{Shard: shard(1), Key: unsafe.String(&key[0], len(key)), Data: data},
		{Shard: shard(2), Key: unsafe.String(&key[0], 3), Data: data[4:]},
	}
	results := r.try(entries...)
	want := []shardlog.Record{
		record(entry(shard(1), "the key", "the data"), results[0]),
		record(entry(shard(2), "the", "data"), results[1]),
	}
	clear(entries)
	for i := range key {
		key[i] = 'x'
	}
	for i := range data {
		data[i] = 'x'
	}
	r.wantRecords(shard(1), 0, want[:1])
	r.wantRecords(shard(2), 0, want[1:])
}

// "A shard need not be created: the first entry makes it."
func appendToManyShards(r *rig) {
	const shards, perAppend = 10_000, 500
	want := make([]shardlog.Record, 0, shards)
	for n := 0; n < shards; n += perAppend {
		var entries []shardlog.Entry
		for i := range perAppend {
			s := shardlog.Shard{Stream: stream(byte(n / perAppend)), Number: uint32(n + i)}
			entries = append(entries, entry(s, "k", fmt.Sprint(n+i)))
		}
		want = append(want, r.append(entries...)...)
	}
	for n := range shards {
		s := shardlog.Shard{Stream: stream(byte(n / perAppend)), Number: uint32(n)}
		r.wantRecords(s, 0, want[n:n+1])
	}
}

// errors.go: "Every driver takes at least 11 MiB of data, keys and framing in up
// to 500 entries."
func appendOfElevenMebibytes(r *rig) {
	const framing = 64 // what we allow an engine for each entry
	var entries []shardlog.Entry
	for i := range 500 {
		key := fmt.Sprintf("%0256d", i)
		data := bytes.Repeat([]byte{byte(i)}, 11<<20/500-len(key)-framing)
		entries = append(entries, shardlog.Entry{Shard: shard(uint32(i % 4)), Key: key, Data: data})
	}
	var want [4][]shardlog.Record
	for i, rec := range r.append(entries...) {
		want[i%4] = append(want[i%4], rec)
	}
	for n, records := range want {
		r.wantRecords(shard(uint32(n)), 0, records)
	}
}

// "Data is the payload, at most 10 MiB."
func appendOfTheLargestRecord(r *rig) {
	data := bytes.Repeat([]byte("0123456789abcdef"), 10<<20/16)
	e := shardlog.Entry{Shard: shard(1), Key: strings.Repeat("k", 1024), Data: data}
	r.wantRecords(shard(1), 0, r.append(e))
}

// "An error for the whole call says that no entry was appended: ctx ended before
// the call joined a group."
func appendAfterItsContextEnded(r *rig) {
	ended, end := context.WithCancel(ctx())
	end()
	results, err := r.Append(ended, []shardlog.Entry{entry(shard(1), "k", "never")})
	if !errors.Is(err, context.Canceled) || results != nil {
		r.Fatalf("Append = %v, %v; want context.Canceled", results, err)
	}
	r.wantRecords(shard(1), 0, r.append(entry(shard(1), "k", "first")))
}

// doc.go: "An entry whose Result has no error is durable, and Read returns it at
// Result.Offset"; "offsets strictly increase, in the order of acknowledgement".
func appendFromManyGoroutines(r *rig) {
	const goroutines, appends, shards = 8, 60, 3
	h := newHistory()
	var writers, readers sync.WaitGroup
	for g := range goroutines {
		writers.Go(func() {
			for i := range appends {
				var entries []shardlog.Entry
				for n := range 1 + (g+i)%5 {
					s := shard(uint32((g + i + n) % shards))
					entries = append(entries, entry(s, fmt.Sprint(g), fmt.Sprintf("%d/%d/%d", g, i, n)))
				}
				begin := h.now()
				results, err := r.Append(ctx(), entries)
				if err != nil {
					r.Errorf("Append: %v", err)
					return
				}
				h.note(entries, results, begin)
			}
		})
	}
	tails := make([][]shardlog.Record, shards)
	for n := range tails {
		readers.Go(func() { tails[n] = tail(r, shard(uint32(n))) })
	}
	writers.Wait()
	// The readers may wait for a record that will not come.
	for n := range tails {
		end := r.append(entry(shard(uint32(n)), "last", ""))
		h.note([]shardlog.Entry{entry(shard(uint32(n)), "last", "")}, []shardlog.Result{{
			Offset: end[0].Offset, Stamp: end[0].Stamp, Arrival: end[0].Arrival,
		}}, h.now())
	}
	readers.Wait()
	for n := range tails {
		want, err := h.acknowledged(shard(uint32(n)))
		if err != nil {
			r.Fatal(err)
		}
		r.wantRecords(shard(uint32(n)), 0, want)
		if d := differ(tails[n], want); d != "" {
			r.Errorf("a reader that followed the tail of shard %d: %s", n, d)
		}
	}
}

// tail reads a shard as it grows, from the floor to the record with the key
// "last".
func tail(r *rig, s shardlog.Shard) []shardlog.Record {
	var records []shardlog.Record
	var from shardlog.Offset
	for {
		more, state, err := readAll(r.Log, s, from, shardlog.Limit{Records: 7, Bytes: 1000})
		if err != nil {
			r.Errorf("follow the tail: %v", err)
			return records
		}
		records = append(records, more...)
		from = max(from, state.Next)
		if len(records) > 0 && last(records).Key == "last" {
			return records
		}
		if err := r.Wait(ctx(), s, from); err != nil {
			r.Errorf("wait for the tail: %v", err)
			return records
		}
	}
}
