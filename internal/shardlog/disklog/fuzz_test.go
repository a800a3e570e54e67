package disklog

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/shardlogtest"
	"github.com/freshet/freshet/internal/vfs"
)

// The fuzzers mend the checksums of what they are given: behind a good checksum
// anything may stand, and no decoder may panic, read beyond its input, or return
// what its methods cannot bear.

// runOf returns a run of entries of those sizes.
func runOf(first shardlog.Offset, arrival shardlog.Millis, sizes ...int) run {
	b := newBatch(nil)
	for i, size := range sizes {
		b.entries = append(b.entries, shardlog.Entry{Shard: shardOf(1), Key: "key"[:i%4], Data: payload(uint64(i), size+8)})
	}
	if err := b.plan(); err != nil {
		panic(err)
	}
	body := make([]byte, b.runs[0].size)
	b.writeRun(body, &b.runs[0])
	return run{first: first, arrival: arrival, count: uint32(len(sizes)), body: body}
}

// useRun calls all methods of a run that passed its check.
func useRun(t *testing.T, r run) {
	total := 0
	for i := range int(r.count) {
		rec := r.record(i)
		if len(rec.Key)+len(rec.Data) != r.size(i) {
			t.Errorf("entry %d has size %d", i, r.size(i))
		}
		total += r.slicedSize(i, i+1)
	}
	if total != len(r.body) {
		t.Errorf("slices of %d bytes make %d", len(r.body), total)
	}
	middle := int(r.count) / 2
	for _, part := range [][2]int{{0, int(r.count)}, {middle, int(r.count)}} {
		from, to := part[0], part[1]
		sliced := run{first: r.first + shardlog.Offset(from), arrival: r.arrival, count: uint32(to - from), key: r.key, body: r.appendSlice(nil, from, to)}
		if err := sliced.check(); err != nil {
			t.Fatalf("slice %d to %d: %v", from, to, err)
		}
		if want := r.record(from); !reflect.DeepEqual(sliced.record(0), want) {
			t.Errorf("record %d changed in a slice", from)
		}
	}
}

func FuzzRun(f *testing.F) {
	f.Add(uint32(3), runOf(7, 9, 0, 10, 3).body)
	f.Add(uint32(1), runOf(7, 9, 500).body)
	f.Fuzz(func(t *testing.T, count uint32, body []byte) {
		r := run{first: 1 << 60, count: count, body: body}
		if r.check() == nil {
			useRun(t, r)
		}
	})
}

// subOf returns the bytes of a sub-frame.
func subOf(s subFrame) []byte {
	p := append(make([]byte, subHeaderSize), s.body...)
	s.putHeader(p)
	return p
}

func FuzzSubFrame(f *testing.F) {
	r := runOf(7, 9, 0, 10, 3)
	f.Add(subOf(subFrame{kind: kindEntries, shard: shardOf(3), generation: 2, offset: 7, at: 9, count: 3, body: r.body}))
	f.Add(subOf(subFrame{kind: kindSeal, shard: shardOf(3), offset: 7, at: 9}))
	f.Add(subOf(subFrame{kind: kindDrop, shard: shardOf(0)}))
	floors := make([]byte, 2*floorSize)
	putFloors(floors, []floor{{1, 10}, {5, 20}})
	f.Add(subOf(subFrame{kind: kindTrim, shard: shardOf(0), count: 2, body: floors}))
	f.Fuzz(func(t *testing.T, p []byte) {
		if len(p) >= subHeaderSize {
			if n := uint64(le.Uint32(p[12:])); n <= uint64(len(p)-subHeaderSize) {
				le.PutUint32(p, checksum(p[4:subHeaderSize+n]))
			}
		}
		s, err := parseSubFrame(p)
		if err != nil {
			return
		}
		if s.kind == kindEntries {
			useRun(t, run{first: s.offset, arrival: s.at, count: s.count, body: s.body})
		}
		floors := 0
		if s.kind == kindTrim {
			eachFloor(s.body, func(floor) { floors++ })
			if floors != int(s.count) {
				t.Errorf("%d floors of %d", floors, s.count)
			}
		}
		p[6], p[7] = 0, 0 // reserved
		again := subOf(s)
		le.PutUint32(p, le.Uint32(again))
		if !bytes.Equal(again, p[:len(again)]) {
			t.Errorf("written again it differs:\n%x\n%x", again, p[:len(again)])
		}
	})
}

func FuzzFrame(f *testing.F) {
	r := runOf(7, 9, 0, 10, 3)
	body := subOf(subFrame{kind: kindEntries, shard: shardOf(3), offset: 7, at: 9, count: 3, body: r.body})
	p := make([]byte, headerSize, 4096)
	frameHeader{subs: 1, generation: 5, lsn: 3, length: uint32(len(body)), sum: uint64(le.Uint32(body)), synced: 2}.put(p)
	f.Add(append(p, body...))
	f.Fuzz(func(t *testing.T, p []byte) {
		if len(p) < headerSize {
			p = make([]byte, headerSize)
		}
		finishHeader(p)
		h, _, err := parseFrameHeader(p)
		if err != nil || int64(h.length) > int64(len(p)-headerSize) {
			return
		}
		subs, err := parseFrameBody(h, p[headerSize:headerSize+int(h.length)])
		if err == nil && len(subs) != int(h.subs) {
			t.Errorf("%d sub-frames of %d", len(subs), h.subs)
		}
	})
}

// FuzzJournal follows whatever lies in a journal file.
func FuzzJournal(f *testing.F) {
	f.Add(journalOf(1, 2, 3), uint64(0))
	f.Add(journalOf(4, 5), uint64(4))
	f.Add(journalOf(1, 3), uint64(0))
	torn := journalOf(1, 2, 3)
	clear(torn[journalHeader+vfs.BlockSize:][:vfs.BlockSize])
	f.Add(torn, uint64(0))
	f.Fuzz(func(t *testing.T, p []byte, checkpoint uint64) {
		file := &journalFile{generation: 5, size: int64(len(p)), path: "journal", file: memFile{p}, end: journalHeader}
		r := &replay{checkpoint: checkpoint, last: checkpoint}
		if err := r.files([]*journalFile{file}, 0); err != nil {
			return
		}
		for _, b := range r.end.behind {
			if b.lsn <= r.last || b.synced > r.last || b.pos < file.end {
				t.Errorf("frame %d at %d, after %d: taken for torn behind %d at %d", b.lsn, b.pos, b.synced, r.last, file.end)
			}
		}
		if file.end > max(file.size, journalHeader) || r.seen && r.last < file.last {
			t.Errorf("frames end at %d of %d", file.end, file.size)
		}
	})
}

// journalOf returns a journal file of generation 5 with empty-handed frames of
// those LSNs.
func journalOf(lsns ...uint64) []byte {
	p := make([]byte, journalHeader, 64<<10)
	prev := uint32(0)
	for _, lsn := range lsns {
		body := subOf(subFrame{kind: kindDrop, shard: shardOf(uint32(lsn))})
		frame := append(make([]byte, headerSize), body...)
		header := frameHeader{
			subs: 1, generation: 5, lsn: lsn, length: uint32(len(body)), prev: prev, sum: uint64(le.Uint32(body)), synced: lsns[0] - 1,
		}
		prev = header.put(frame)
		p = append(p, frame...)
		p = append(p, make([]byte, alignUp(len(p))-len(p))...)
	}
	return append(p, make([]byte, 8192)...)
}

// memFile is a file that can be read.
type memFile struct{ p []byte }

func (m memFile) ReadAt(p []byte, off int64) (int, error)  { return bytes.NewReader(m.p).ReadAt(p, off) }
func (m memFile) WriteAt(p []byte, off int64) (int, error) { panic("not written") }
func (m memFile) Close() error                             { return nil }
func (m memFile) Sync() error                              { panic("not synced") }
func (m memFile) Size() (int64, error)                     { return int64(len(m.p)), nil }
func (m memFile) Links() (int, error)                      { return 1, nil }
func (m memFile) Direct() bool                             { return false }
func (m memFile) Truncate(int64) error                     { panic("not truncated") }
func (m memFile) PunchHole(int64, int64) error             { panic("not punched") }

// blockOfRuns returns the bytes of a block.
func blockOfRuns(c codec, runs ...run) ([]byte, blockEntry) {
	var b blockBuilder
	for _, r := range runs {
		b.add(r, 0)
	}
	p, e, err := b.append(nil, shardOf(4), c, suiteKeys())
	if err != nil {
		panic(err)
	}
	return p, e
}

// suiteKeys is a ring with key 1 of stream 1.
func suiteKeys() *keyring {
	r := newKeyring(shardlogtest.Unwrap)
	r.add(savedKey{1, streamOf(1), shardlogtest.Wrapped(streamOf(1), 1)}, shardlog.Secret{})
	return r
}

func FuzzBlock(f *testing.F) {
	p, _ := blockOfRuns(codecNone, runOf(7, 9, 0, 10, 3), runOf(10, 9, 1), runOf(20, 11, 5, 5))
	f.Add(p)
	p, _ = blockOfRuns(codecS2, runOf(7, 9, 100, 10, 300), runOf(20, 11, 500, 5))
	if p[5] != byte(codecS2) {
		f.Fatal("the seed is not compressed")
	}
	f.Add(p)
	// Behind its header a compressed body: the mutations reach the decoder.
	le.PutUint32(p[16:], maxBlock)
	f.Add(p)
	sealed := runOf(7, 9, 0, 10, 3)
	sealed.key = 1
	p, _ = blockOfRuns(codecNone, sealed)
	f.Add(p)
	keys := suiteKeys()
	f.Fuzz(func(t *testing.T, p []byte) {
		if len(p) >= headerSize {
			le.PutUint32(p[12:], uint32(len(p)-headerSize))
			le.PutUint32(p, checksum(p[4:]))
		}
		_, runs, err := parseBlock(p, keys)
		if err != nil {
			return
		}
		for _, r := range runs {
			useRun(t, r)
		}
		for _, from := range []shardlog.Offset{0, runs[0].first, runs[len(runs)-1].next()} {
			c := newCollector(from, ^shardlog.Offset(0), shardlog.Limit{Records: 10, Bytes: 100})
			c.take(runs, ^shardlog.Offset(0))
		}
	})
}

func FuzzFooter(f *testing.F) {
	var b footerBuilder
	b.shard(shardOf(1))
	b.block(blockEntry{position: 64, length: 100, records: 3, firstOffset: 1, lastOffset: 3, firstArrival: 5, lastArrival: 6})
	b.block(blockEntry{position: 164, length: 100, records: 3, firstOffset: 4, lastOffset: 6, firstArrival: 6, lastArrival: 6})
	b.shard(shardOf(2))
	b.block(blockEntry{position: 264, length: 100, records: 1})
	f.Add(append(b.shards, b.blocks...), uint32(2), uint32(3))
	f.Fuzz(func(t *testing.T, p []byte, shards, blocks uint32) {
		const end = 1 << 20
		ft, err := parseFooter(p, shards, blocks, end)
		if err != nil {
			return
		}
		for i := range ft.shardCount() {
			from, to, ok := ft.find(ft.shard(i))
			if !ok || from >= to {
				t.Fatalf("shard %d is not found", i)
			}
			for b := from; b < to; b++ {
				if e := ft.block(b); e.position+int64(e.length) > end {
					t.Errorf("block %d ends at %d", b, e.position+int64(e.length))
				}
				if got := ft.searchBlocks(from, to, func(e blockEntry) bool { return e.lastOffset >= ft.block(b).firstOffset }); got != b {
					t.Errorf("block %d is found as %d", b, got)
				}
			}
		}
	})
}

func FuzzManifest(f *testing.F) {
	e := &edit{
		added: []segmentMeta{{
			trailer: trailer{number: 3, size: 4096, footerPosition: 100, footerLength: 72, shards: 1, blocks: 1, records: 5},
			class:   classWeek, span: lsnSpan{4, 9}, streams: []shardlog.StreamID{streamOf(1), streamOf(2)},
		}},
		removed: []uint64{1}, states: []savedState{{shard: shardOf(1)}}, dropped: []shardlog.StreamID{streamOf(9)},
		checkpoint: 10, reached: 12, firstJournal: 3,
	}
	p := appendRecord(nil, 0, appendHead(nil, 0, 77))
	f.Add(appendRecord(appendRecord(p, 1, appendEdit(nil, e)), 2, appendEdit(nil, &edit{})))
	f.Fuzz(func(t *testing.T, p []byte) {
		mendRecords(p)
		saved, at, err := parseManifest(p, nil)
		if err != nil {
			if at < 0 || at > int64(len(p)) {
				t.Errorf("damage at %d of %d", at, len(p))
			}
			return
		}
		if saved.size > int64(len(p)) || saved.torn != (saved.size < int64(len(p))) {
			t.Errorf("%d of %d bytes, torn %t", saved.size, len(p), saved.torn)
		}
	})
}

// mendRecords gives the records of a manifest their checksums.
func mendRecords(p []byte) {
	for len(p) >= recordHeader {
		n := uint64(le.Uint32(p[4:]))
		if n > uint64(len(p)-recordHeader) {
			return
		}
		record := p[:recordHeader+int(n)]
		le.PutUint32(record[12:], recordChecksum(record))
		p = p[len(record):]
	}
}

// What is written as an edit is read as the same.
func TestEditsAreReadAsWritten(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		e := &edit{checkpoint: rng.Uint64(), reached: rng.Uint64(), firstJournal: rng.Uint64()}
		for range rng.IntN(3) {
			e.added = append(e.added, segmentMeta{
				trailer: trailer{
					number: rng.Uint64(), size: 1 << 62, footerPosition: headerSize + rng.Int64()>>2, footerLength: rng.Uint32(),
					footerCRC: rng.Uint32(), shards: rng.Uint32(), blocks: rng.Uint32(), records: rng.Uint64(),
				},
				class: classMonth, level: 1, span: lsnSpan{rng.Uint64(), rng.Uint64()}, firstArrival: -1, lastArrival: 7,
			})
			for i := range rng.IntN(3) {
				m := &e.added[len(e.added)-1]
				m.streams = append(m.streams, streamOf(byte(i)))
			}
			e.removed = append(e.removed, rng.Uint64())
			e.dropped = append(e.dropped, streamOf(byte(rng.Uint32())))
			state := shardlog.State{Next: 9, Floor: 4, LastArrival: -7, Sealed: rng.IntN(2) == 0}
			e.states = append(e.states, savedState{shardOf(rng.Uint32()), shardState{state, rng.Uint32()}})
		}
		got, err := parseEdit(appendEdit(nil, e))
		if err != nil || !reflect.DeepEqual(got, e) {
			t.Fatalf("read %+v, %v; wrote %+v", got, err, e)
		}
	}
}
