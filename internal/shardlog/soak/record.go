package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/freshet/freshet/internal/shardlog"
)

// A record is its number in the shard, the shard's tag, and filler that follows
// from both.
const (
	recordHead = 16
	// recordMean is the mean of the sizes, which go from the head to nearly
	// twice that.
	recordMean = 1 << 10
)

// filler is what records are made of. Records are pieces of it, so that making
// and checking one costs a copy and a comparison.
type filler struct{ pattern []byte }

const fillerSize = 1 << 20

// noise does not get smaller by compression.
func noise(rng *rand.Rand) *filler {
	p := make([]byte, fillerSize)
	for i := 0; i < len(p); i += 8 {
		binary.LittleEndian.PutUint64(p[i:], rng.Uint64())
	}
	return &filler{p}
}

// text gets about as small as telemetry does.
func text(rng *rand.Rand) *filler {
	var b bytes.Buffer
	for b.Len() < fillerSize {
		fmt.Fprintf(&b, `{"sensor":"boiler-%03d","temperature":%d.%02d,"pressure":%d,"state":"%s"}`,
			rng.IntN(200), 20+rng.IntN(80), rng.IntN(100), 900+rng.IntN(200), []string{"idle", "heating", "alarm"}[rng.IntN(3)])
	}
	return &filler{b.Bytes()[:fillerSize]}
}

// of returns the filler of a record.
func (f *filler) of(tag, n uint64) []byte {
	x := (tag ^ n) * 0x9e3779b97f4a7c15
	x ^= x >> 29
	size := x % (2*recordMean - 2*recordHead)
	at := x >> 32 % (fillerSize - 2*recordMean)
	return f.pattern[at : at+size]
}

// appendRecord appends the data of a shard's record n to p.
func (sh *shard) appendRecord(p []byte, n uint64) []byte {
	p = binary.LittleEndian.AppendUint64(p, n)
	p = binary.LittleEndian.AppendUint64(p, sh.tag)
	return append(p, sh.filler.of(sh.tag, n)...)
}

// number checks a record that was read, and returns its number.
func (sh *shard) number(r shardlog.Record) (uint64, error) {
	if len(r.Data) < recordHead {
		return 0, fmt.Errorf("shard %s: the record at offset %d has %d bytes", sh.id, r.Offset, len(r.Data))
	}
	n := binary.LittleEndian.Uint64(r.Data)
	if tag := binary.LittleEndian.Uint64(r.Data[8:]); tag != sh.tag {
		return 0, fmt.Errorf("shard %s: the record at offset %d is of shard %x", sh.id, r.Offset, tag)
	}
	if r.Key != key || !bytes.Equal(r.Data[recordHead:], sh.filler.of(sh.tag, n)) {
		return 0, fmt.Errorf("shard %s: record %d at offset %d is not what was appended", sh.id, n, r.Offset)
	}
	return n, nil
}

// key is that of all records.
const key = "soak"
