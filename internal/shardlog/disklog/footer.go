package disklog

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"sort"

	"github.com/freshet/freshet/internal/shardlog"
)

const (
	footerShard = 24
	footerBlock = 48
)

// blockEntry is a block's place in a footer.
type blockEntry struct {
	position                  int64
	length                    uint32
	records                   uint32
	firstOffset, lastOffset   shardlog.Offset
	firstArrival, lastArrival shardlog.Millis
}

// footer is the index of a segment, in the bytes of the file: it is searched as
// it is.
type footer struct {
	shards []byte
	blocks []byte
}

// footerBuilder collects a footer while the segment is written.
type footerBuilder struct {
	shards, blocks []byte
}

func (b *footerBuilder) reset() { b.shards, b.blocks = b.shards[:0], b.blocks[:0] }

// shard begins the blocks of id.
func (b *footerBuilder) shard(id shardlog.Shard) {
	b.shards = append(b.shards, id.Stream[:]...)
	b.shards = le.AppendUint32(b.shards, id.Number)
	b.shards = le.AppendUint32(b.shards, uint32(len(b.blocks)/footerBlock))
}

func (b *footerBuilder) block(e blockEntry) {
	b.blocks = le.AppendUint64(b.blocks, uint64(e.position))
	b.blocks = le.AppendUint32(b.blocks, e.length)
	b.blocks = le.AppendUint32(b.blocks, e.records)
	b.blocks = le.AppendUint64(b.blocks, uint64(e.firstOffset))
	b.blocks = le.AppendUint64(b.blocks, uint64(e.lastOffset))
	b.blocks = le.AppendUint64(b.blocks, uint64(e.firstArrival))
	b.blocks = le.AppendUint64(b.blocks, uint64(e.lastArrival))
}

// parseFooter checks the footer of a segment whose blocks end at end.
func parseFooter(p []byte, shards, blocks uint32, end int64) (*footer, error) {
	if uint64(shards)*footerShard+uint64(blocks)*footerBlock != uint64(len(p)) {
		return nil, fmt.Errorf("footer of %d shards and %d blocks has %d bytes", shards, blocks, len(p))
	}
	f := &footer{shards: p[:int(shards)*footerShard], blocks: p[int(shards)*footerShard:]}
	for i := range f.shardCount() {
		if err := f.checkShard(i); err != nil {
			return nil, fmt.Errorf("shard %d of the footer: %w", i, err)
		}
	}
	for i := range int(blocks) {
		if b := f.block(i); b.position < headerSize || b.length < headerSize || b.length > headerSize+maxBlock || b.position > end-int64(b.length) {
			return nil, fmt.Errorf("block %d of the footer: %d bytes at %d of %d", i, b.length, b.position, end)
		}
	}
	return f, nil
}

func (f *footer) checkShard(i int) error {
	if i > 0 && compareShards(f.shard(i-1), f.shard(i)) >= 0 {
		return errors.New("out of order")
	}
	from, to := f.blocksOf(i)
	if from >= to || to > f.blockCount() || i == 0 && from != 0 {
		return fmt.Errorf("blocks %d to %d of %d", from, to, f.blockCount())
	}
	for b := from; b < to; b++ {
		e := f.block(b)
		if e.lastOffset < e.firstOffset || e.lastArrival < e.firstArrival {
			return fmt.Errorf("block %d goes back", b)
		}
		if b > from {
			if before := f.block(b - 1); e.firstOffset <= before.lastOffset || e.firstArrival < before.lastArrival {
				return fmt.Errorf("block %d goes back", b)
			}
		}
	}
	return nil
}

func (f *footer) shardCount() int { return len(f.shards) / footerShard }
func (f *footer) blockCount() int { return len(f.blocks) / footerBlock }

func (f *footer) shard(i int) shardlog.Shard {
	p := f.shards[i*footerShard:]
	return shardlog.Shard{Stream: shardlog.StreamID(p[:16]), Number: le.Uint32(p[16:])}
}

// blocksOf returns the blocks from..to-1 of shard i.
func (f *footer) blocksOf(i int) (from, to int) {
	from = int(le.Uint32(f.shards[i*footerShard+20:]))
	if to = f.blockCount(); i+1 < f.shardCount() {
		to = int(le.Uint32(f.shards[(i+1)*footerShard+20:]))
	}
	return from, to
}

func (f *footer) block(i int) blockEntry {
	p := f.blocks[i*footerBlock:]
	return blockEntry{
		position:     int64(le.Uint64(p)),
		length:       le.Uint32(p[8:]),
		records:      le.Uint32(p[12:]),
		firstOffset:  shardlog.Offset(le.Uint64(p[16:])),
		lastOffset:   shardlog.Offset(le.Uint64(p[24:])),
		firstArrival: shardlog.Millis(le.Uint64(p[32:])),
		lastArrival:  shardlog.Millis(le.Uint64(p[40:])),
	}
}

// find returns the blocks from..to-1 of the shard; ok is false if it has none.
func (f *footer) find(id shardlog.Shard) (from, to int, ok bool) {
	i := sort.Search(f.shardCount(), func(i int) bool { return compareShards(f.shard(i), id) >= 0 })
	if i == f.shardCount() || f.shard(i) != id {
		return 0, 0, false
	}
	from, to = f.blocksOf(i)
	return from, to, true
}

// compareShards orders shards as segments do, compareStreams streams.
func compareShards(a, b shardlog.Shard) int {
	return cmp.Or(compareStreams(a.Stream, b.Stream), cmp.Compare(a.Number, b.Number))
}

func compareStreams(a, b shardlog.StreamID) int { return bytes.Compare(a[:], b[:]) }
