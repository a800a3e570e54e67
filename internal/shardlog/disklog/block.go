package disklog

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
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
	// scratch is where bodies are compressed to.
	scratch []byte
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
	if from == 0 && b.size+len(r.body) <= blockTarget {
		b.parts = append(b.parts, part{r, 0, int(r.count)})
		b.size += len(r.body)
		return int(r.count)
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

// near reports whether r may be in the block: the table of runs counts from the
// first run in 32 bits, and all have one key.
func (b *blockBuilder) near(r run, from int) bool {
	first := &b.parts[0]
	if r.key != first.key {
		return false // a block has one key
	}
	offset := r.first + shardlog.Offset(from) - first.firstOffset()
	return offset <= math.MaxUint32 && r.arrival-first.arrival <= math.MaxUint32
}

func (b *blockBuilder) reset() {
	clear(b.parts)
	b.parts, b.size = b.parts[:0], 0
}

// length is that of the block at the most.
func (b *blockBuilder) length() int {
	return headerSize + len(b.parts)*blockRun + b.size + sealOverhead
}

// append appends the block of shard to dst, compressed by c if that is
// worthwhile, then encrypted with the key of its runs, of keys; and returns it with
// its place in the footer, but for the position. An error is that of keys.
func (b *blockBuilder) append(dst []byte, shard shardlog.Shard, c codec, keys *keyring) ([]byte, blockEntry, error) {
	first, last := &b.parts[0], &b.parts[len(b.parts)-1]
	start := len(dst)
	dst = append(dst, make([]byte, headerSize)...)
	dst, runs, records := b.appendBody(dst)
	body := dst[start+headerSize:]
	stored, c := c.encode(body, &b.scratch)
	h := blockHeader{
		codec: c, stored: uint32(len(stored)), decoded: uint32(len(body)),
		runs: runs, records: records,
		shard: shard, first: first.firstOffset(), arrival: first.arrival,
	}
	switch {
	case first.key != 0:
		var err error
		if dst, err = b.seal(dst, start, &h, stored, keys); err != nil {
			return dst[:start], blockEntry{}, err
		}
	case c != codecNone:
		dst = dst[:start+headerSize+copy(body, stored)]
	}
	h.put(dst[start:])
	return dst, blockEntry{
		length: headerSize + h.stored, records: records,
		firstOffset: h.first, lastOffset: last.first + shardlog.Offset(last.to) - 1,
		firstArrival: h.arrival, lastArrival: last.arrival,
	}, nil
}

// seal puts stored, which is in scratch or at its place in dst, encrypted into the
// block that begins at start of dst, and sets what h says of that.
func (b *blockBuilder) seal(dst []byte, start int, h *blockHeader, stored []byte, keys *keyring) ([]byte, error) {
	k, err := keys.get(b.parts[0].key, h.shard.Stream)
	if err != nil {
		return dst, err
	}
	with, err := k.sealer(context.Background(), useSegment)
	if err != nil {
		return dst, err
	}
	if h.codec == codecNone {
		b.scratch = append(b.scratch[:0], stored...)
		stored = b.scratch
	}
	h.key, h.stored = k.id, uint32(len(stored)+sealOverhead)
	h.putFields(dst[start:])
	at := start + headerSize
	return with.seal(dst[:at], stored, dst[start+4:at]), nil
}

// appendBody appends the table of runs and the runs, of which there may be fewer
// than parts.
func (b *blockBuilder) appendBody(dst []byte) (_ []byte, runs, records uint32) {
	first := &b.parts[0]
	size := 0
	for from := 0; from < len(b.parts); {
		to := b.runEnd(from)
		count := 0
		for i := from; i < to; i++ {
			p := &b.parts[i]
			count += p.to - p.from
			size += p.slicedSize(p.from, p.to)
		}
		p := &b.parts[from]
		dst = le.AppendUint32(dst, uint32(p.firstOffset()-first.firstOffset()))
		dst = le.AppendUint32(dst, uint32(p.arrival-first.arrival))
		dst = le.AppendUint32(dst, uint32(count))
		dst = le.AppendUint32(dst, uint32(size))
		runs++
		records += uint32(count)
		from = to
	}
	for from := 0; from < len(b.parts); {
		to := b.runEnd(from)
		dst = appendRun(dst, b.parts[from:to])
		from = to
	}
	return dst, runs, records
}

// runEnd returns the end of the parts from i on that are stored as one run: they
// arrived in the same millisecond at consecutive offsets. With many small appends
// a run each would cost more than the records.
func (b *blockBuilder) runEnd(i int) int {
	p := &b.parts[i]
	next, arrival := p.first+shardlog.Offset(p.to), p.arrival
	for i++; i < len(b.parts); i++ {
		p = &b.parts[i]
		if p.arrival != arrival || p.firstOffset() != next {
			break
		}
		next = p.first + shardlog.Offset(p.to)
	}
	return i
}

// appendRun appends one run of the entries of parts. Each of them is looked at
// once: they are far from the processor.
func appendRun(dst []byte, parts []part) []byte {
	if len(parts) == 1 {
		return parts[0].appendSlice(dst, parts[0].from, parts[0].to)
	}
	count := 0
	for i := range parts {
		count += parts[i].to - parts[i].from
	}
	at, entries := len(dst), len(dst)+count*tableEntry
	dst = slices.Grow(dst, count*tableEntry)[:entries]
	for i := range parts {
		p := &parts[i]
		p.putTable(dst[at:], p.from, p.to, len(dst)-entries)
		at += (p.to - p.from) * tableEntry
		dst = append(dst, p.entries(p.from, p.to)...)
	}
	return dst
}

// parseBlock checks a block and returns its header and its runs, which are slices
// of p, or of new memory if the block is compressed or encrypted. With ErrKey, the
// header and the checksum are good, and no more is known.
func parseBlock(p []byte, keys *keyring) (h blockHeader, runs []run, err error) {
	switch {
	case len(p) < headerSize:
		return h, nil, errors.New("block cut short")
	case le.Uint32(p) != checksum(p[4:]):
		return h, nil, errors.New("block has a wrong checksum")
	}
	if h, err = parseBlockHeader(p); err != nil {
		return h, nil, err
	}
	if uint64(h.stored) != uint64(len(p)-headerSize) {
		return h, nil, fmt.Errorf("block of %d bytes says %d", len(p)-headerSize, h.stored)
	}
	stored := p[headerSize:]
	if h.key != 0 {
		if stored, err = keys.open(context.Background(), h.key, h.shard.Stream, useSegment, stored, p[4:headerSize]); err != nil {
			return h, nil, err
		}
	}
	body, err := h.codec.decode(stored, int(h.decoded))
	if err != nil {
		return h, nil, err
	}
	runs, err = h.parseRuns(body)
	return h, runs, err
}

// parseRuns returns the runs in a decoded body.
func (h *blockHeader) parseRuns(body []byte) ([]run, error) {
	n := uint64(h.runs)
	if n == 0 || n*blockRun > uint64(len(body)) {
		return nil, fmt.Errorf("table of %d runs in %d bytes", n, len(body))
	}
	table, bodies := body[:n*blockRun], body[n*blockRun:]
	runs := make([]run, n)
	start, above, newest := uint64(0), h.first, h.arrival
	records := uint64(0)
	for i := range runs {
		t := table[i*blockRun:]
		end := uint64(le.Uint32(t[12:]))
		if end < start || end > uint64(len(bodies)) {
			return nil, fmt.Errorf("run %d ends at byte %d of %d", i, end, len(bodies))
		}
		r := run{
			first:   h.first + shardlog.Offset(le.Uint32(t)),
			arrival: h.arrival + shardlog.Millis(le.Uint32(t[4:])),
			count:   le.Uint32(t[8:]),
			key:     h.key,
			body:    bodies[start:end:end],
		}
		if err := r.check(); err != nil {
			return nil, fmt.Errorf("run %d: %w", i, err)
		}
		if r.first < above || r.arrival < newest {
			return nil, fmt.Errorf("run %d goes back", i)
		}
		runs[i] = r
		records += uint64(r.count)
		start, above, newest = end, r.next(), r.arrival
	}
	if start != uint64(len(bodies)) {
		return nil, fmt.Errorf("runs end at byte %d of %d", start, len(bodies))
	}
	if records != uint64(h.records) {
		return nil, fmt.Errorf("%d records instead of %d", records, h.records)
	}
	return runs, nil
}
