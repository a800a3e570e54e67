package disklog

import (
	"errors"
	"fmt"
	"math"
	"sort"

	"github.com/freshet/freshet/internal/shardlog"
)

const (
	// blockTarget is how many bytes of runs a block holds, unless one record is
	// larger.
	blockTarget = 256 << 10
	// blockRun is a place in the table of runs.
	blockRun = 16
)

// blockBuilder collects runs of one shard, without copying them.
type blockBuilder struct {
	parts []part
	size  int // of the bodies
}

// part is the entries from..to-1 of a run.
type part struct {
	run
	from, to int
}

func (p *part) firstOffset() shardlog.Offset { return p.first + shardlog.Offset(p.from) }

// add takes as many of r's entries, from index from on, as the block has room
// for, and returns the index after the last one taken. A full block takes none;
// an empty one takes at least one.
func (b *blockBuilder) add(r run, from int) int {
	if len(b.parts) > 0 && !b.near(r, from) {
		return from
	}
	// The longest slice that fits; at least one entry in an empty block.
	fits := sort.Search(int(r.count)-from, func(n int) bool { return b.size+r.slicedSize(from, from+n+1) > blockTarget })
	if len(b.parts) == 0 {
		fits = max(fits, 1)
	}
	if fits == 0 {
		return from
	}
	to := from + fits
	b.parts = append(b.parts, part{r, from, to})
	b.size += r.slicedSize(from, to)
	return to
}

// near reports whether the table of runs can name r: it counts from the first
// run in 32 bits.
func (b *blockBuilder) near(r run, from int) bool {
	first := &b.parts[0]
	offset := r.first + shardlog.Offset(from) - first.firstOffset()
	return offset <= math.MaxUint32 && r.arrival-first.arrival <= math.MaxUint32
}

func (b *blockBuilder) reset() {
	clear(b.parts)
	b.parts, b.size = b.parts[:0], 0
}

// length is that of the block.
func (b *blockBuilder) length() int { return headerSize + len(b.parts)*blockRun + b.size }

// append appends the block of shard to dst and returns it with its place in the
// footer, but for the position.
func (b *blockBuilder) append(dst []byte, shard shardlog.Shard) ([]byte, blockEntry) {
	first, last := &b.parts[0], &b.parts[len(b.parts)-1]
	start := len(dst)
	dst = append(dst, make([]byte, headerSize)...)
	records, end := 0, 0
	for i := range b.parts {
		p := &b.parts[i]
		records += p.to - p.from
		end += p.slicedSize(p.from, p.to)
		dst = le.AppendUint32(dst, uint32(p.firstOffset()-first.firstOffset()))
		dst = le.AppendUint32(dst, uint32(p.arrival-first.arrival))
		dst = le.AppendUint32(dst, uint32(p.to-p.from))
		dst = le.AppendUint32(dst, uint32(end))
	}
	for i := range b.parts {
		dst = b.parts[i].appendSlice(dst, b.parts[i].from, b.parts[i].to)
	}
	p := dst[start:]
	p[4] = formatVersion
	le.PutUint32(p[12:], uint32(len(p)-headerSize))
	le.PutUint32(p[16:], uint32(len(p)-headerSize))
	le.PutUint32(p[20:], uint32(len(b.parts)))
	copy(p[24:40], shard.Stream[:])
	le.PutUint32(p[40:], shard.Number)
	le.PutUint32(p[44:], uint32(records))
	le.PutUint64(p[48:], uint64(first.firstOffset()))
	le.PutUint64(p[56:], uint64(first.arrival))
	le.PutUint32(p, checksum(p[4:]))
	return dst, blockEntry{
		length: uint32(len(p)), records: uint32(records),
		firstOffset: first.firstOffset(), lastOffset: last.first + shardlog.Offset(last.to) - 1,
		firstArrival: first.arrival, lastArrival: last.arrival,
	}
}

// parseBlock checks a block and returns its shard and runs, which are slices of
// p.
func parseBlock(p []byte) (shardlog.Shard, []run, error) {
	var shard shardlog.Shard
	switch {
	case len(p) < headerSize:
		return shard, nil, errors.New("block cut short")
	case le.Uint32(p) != checksum(p[4:]):
		return shard, nil, errors.New("block has a wrong checksum")
	}
	if err := checkVersion(p[4]); err != nil {
		return shard, nil, err
	}
	if err := checkCodec(p[5], le.Uint32(p[8:])); err != nil {
		return shard, nil, err
	}
	if int(le.Uint32(p[12:])) != len(p)-headerSize || le.Uint32(p[16:]) != le.Uint32(p[12:]) {
		return shard, nil, fmt.Errorf("block of %d bytes says %d", len(p), le.Uint32(p[12:]))
	}
	shard = shardlog.Shard{Stream: shardlog.StreamID(p[24:40]), Number: le.Uint32(p[40:])}
	runs, err := parseRuns(p)
	return shard, runs, err
}

func parseRuns(p []byte) ([]run, error) {
	n := uint64(le.Uint32(p[20:]))
	body := p[headerSize:]
	if n == 0 || n*blockRun > uint64(len(body)) {
		return nil, fmt.Errorf("table of %d runs in %d bytes", n, len(body))
	}
	first, arrival := shardlog.Offset(le.Uint64(p[48:])), shardlog.Millis(le.Uint64(p[56:]))
	table, bodies := body[:n*blockRun], body[n*blockRun:]
	runs := make([]run, n)
	start, above, newest := uint64(0), first, arrival
	for i := range runs {
		t := table[i*blockRun:]
		end := uint64(le.Uint32(t[12:]))
		if end < start || end > uint64(len(bodies)) {
			return nil, fmt.Errorf("run %d ends at byte %d of %d", i, end, len(bodies))
		}
		r := run{
			first:   first + shardlog.Offset(le.Uint32(t)),
			arrival: arrival + shardlog.Millis(le.Uint32(t[4:])),
			count:   le.Uint32(t[8:]),
			body:    bodies[start:end:end],
		}
		if err := r.check(); err != nil {
			return nil, fmt.Errorf("run %d: %w", i, err)
		}
		if r.first < above || r.arrival < newest {
			return nil, fmt.Errorf("run %d goes back", i)
		}
		runs[i] = r
		start, above, newest = end, r.next(), r.arrival
	}
	if start != uint64(len(bodies)) {
		return nil, fmt.Errorf("runs end at byte %d of %d", start, len(bodies))
	}
	return runs, nil
}
