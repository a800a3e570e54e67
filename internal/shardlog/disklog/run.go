package disklog

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"unsafe"

	"github.com/freshet/freshet/internal/shardlog"
)

// run is records of one shard at consecutive offsets that arrived together: what
// a sub-frame, a memtable and a block are made of. The bytes of body never
// change.
type run struct {
	first   shardlog.Offset
	arrival shardlog.Millis
	count   uint32
	// key is what the records came in encrypted with, so that they are written with
	// it again; 0, none. body is decrypted.
	key  shardlog.KeyID
	body []byte
}

const (
	// tableEntry is a place in the table that body begins with, and keyLength
	// what an entry begins with.
	tableEntry = 4
	keyLength  = 2
	maxKey     = math.MaxUint16
)

// next is the offset above the run.
func (r run) next() shardlog.Offset { return r.first + shardlog.Offset(r.count) }

// check reports whether body is a run of count entries, so that the methods
// below may rely on it.
func (r run) check() error {
	table := uint64(r.count) * tableEntry
	switch {
	case r.count == 0:
		return errors.New("run of no entries")
	case table > uint64(len(r.body)):
		return fmt.Errorf("table of %d entries in %d bytes", r.count, len(r.body))
	case uint64(r.first)+uint64(r.count) < uint64(r.first):
		return fmt.Errorf("%d entries from offset %d", r.count, r.first)
	}
	entries := r.body[table:]
	start := uint64(0)
	for i := range int(r.count) {
		end := uint64(le.Uint32(r.body[i*tableEntry:]))
		if end > uint64(len(entries)) || end < start+keyLength || end-start-keyLength < uint64(le.Uint16(entries[start:])) {
			return fmt.Errorf("entry %d ends at byte %d of %d", i, end, len(entries))
		}
		start = end
	}
	if start != uint64(len(entries)) {
		return fmt.Errorf("entries end at byte %d of %d", start, len(entries))
	}
	return nil
}

// bounds returns where entry i begins and ends behind the table.
func (r run) bounds(i int) (start, end int) {
	if i > 0 {
		start = int(le.Uint32(r.body[(i-1)*tableEntry:]))
	}
	return start, int(le.Uint32(r.body[i*tableEntry:]))
}

// size is the sum of key and data of entry i.
func (r run) size(i int) int {
	start, end := r.bounds(i)
	return end - start - keyLength
}

// record returns entry i without copying it.
func (r run) record(i int) shardlog.Record {
	start, end := r.bounds(i)
	entry := r.body[int(r.count)*tableEntry:][start:end:end]
	key := entry[keyLength:][:le.Uint16(entry)]
	return shardlog.Record{
		Offset:  r.first + shardlog.Offset(i),
		Stamp:   r.arrival,
		Arrival: r.arrival,
		Key:     unsafe.String(unsafe.SliceData(key), len(key)),
		Data:    entry[keyLength+len(key):],

		Encrypted: r.key != 0,
	}
}

// slicedSize is the length of what appendSlice appends. Of a whole run it is known
// without a look at the body, which a flush finds cold.
func (r run) slicedSize(from, to int) int {
	if from == 0 && to == int(r.count) {
		return len(r.body)
	}
	start, _ := r.bounds(from)
	_, end := r.bounds(to - 1)
	return (to-from)*tableEntry + end - start
}

// appendSlice appends a body that holds the entries from..to-1 of r.
func (r run) appendSlice(dst []byte, from, to int) []byte {
	if from == 0 && to == int(r.count) {
		return append(dst, r.body...)
	}
	at := len(dst)
	dst = slices.Grow(dst, (to-from)*tableEntry)[:at+(to-from)*tableEntry]
	r.putTable(dst[at:], from, to, 0)
	return append(dst, r.entries(from, to)...)
}

// putTable writes the table of the entries from..to-1 in a body in which before
// bytes of other entries stand before them.
func (r run) putTable(p []byte, from, to, before int) {
	start, _ := r.bounds(from)
	for i := from; i < to; i++ {
		_, end := r.bounds(i)
		le.PutUint32(p[(i-from)*tableEntry:], uint32(before+end-start))
	}
}

// entries returns the entries from..to-1 without their table.
func (r run) entries(from, to int) []byte {
	if from == 0 && to == int(r.count) {
		return r.body[to*tableEntry:] // known without a look at it
	}
	start, _ := r.bounds(from)
	_, end := r.bounds(to - 1)
	return r.body[int(r.count)*tableEntry:][start:end]
}

// searchOffset returns the index of the first run that holds a record at or
// above from, and searchArrival that of the first that arrived at or after t.
func searchOffset(runs []run, from shardlog.Offset) int {
	return sort.Search(len(runs), func(i int) bool { return runs[i].next() > from })
}

func searchArrival(runs []run, t shardlog.Millis) int {
	return sort.Search(len(runs), func(i int) bool { return runs[i].arrival >= t })
}
