package disklog

import (
	"errors"
	"fmt"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

// writeChunk is how much of a segment is collected before it is written.
const writeChunk = 1 << 20

// segmentWriter writes one segment, from front to back.
type segmentWriter struct {
	file   vfs.File
	id     uint64 // of the folder
	number uint64

	// buf is aligned; written bytes of the file are before it.
	buf     []byte
	written int64

	block   blockBuilder
	footer  footerBuilder
	current shardlog.Shard
	records uint64
}

func newSegmentWriter(file vfs.File, id, number uint64) *segmentWriter {
	w := &segmentWriter{file: file, id: id, number: number}
	w.buf = vfs.AlignedBuffer(2 * writeChunk)[:headerSize]
	startHeader(w.buf, magicSegment)
	le.PutUint64(w.buf[8:], id)
	le.PutUint64(w.buf[16:], number)
	finishHeader(w.buf)
	return w
}

// shard begins the records of id. Shards come in the order of compareShards.
func (w *segmentWriter) shard(id shardlog.Shard) error {
	if err := w.endBlock(); err != nil {
		return err
	}
	w.current = id
	w.footer.shard(id)
	return nil
}

// add appends r's entries from index from on to the shard that was begun.
func (w *segmentWriter) add(r run, from int) error {
	for from < int(r.count) {
		to := w.block.add(r, from)
		if to < int(r.count) {
			if err := w.endBlock(); err != nil {
				return err
			}
		}
		w.records += uint64(to - from)
		from = to
	}
	return nil
}

func (w *segmentWriter) endBlock() error {
	if len(w.block.parts) == 0 {
		return nil
	}
	position := w.written + int64(len(w.buf))
	w.grow(w.block.length())
	var e blockEntry
	w.buf, e = w.block.append(w.buf, w.current)
	e.position = position
	w.footer.block(e)
	w.block.reset()
	if len(w.buf) < writeChunk {
		return nil
	}
	return w.flush()
}

// grow makes room for n bytes in aligned memory: append would not.
func (w *segmentWriter) grow(n int) {
	if need := len(w.buf) + n; need > cap(w.buf) {
		buf := vfs.AlignedBuffer(alignUp(need))
		w.buf = buf[:copy(buf, w.buf)]
	}
}

// flush writes the whole blocks of the disk that are in the buffer.
func (w *segmentWriter) flush() error {
	n := len(w.buf) &^ (vfs.BlockSize - 1)
	if _, err := w.file.WriteAt(w.buf[:n], w.written); err != nil {
		return fmt.Errorf("write segment: %w", err)
	}
	w.written += int64(n)
	w.buf = w.buf[:copy(w.buf, w.buf[n:])]
	return nil
}

// finish writes the footer and the trailer and syncs.
func (w *segmentWriter) finish() (segmentMeta, error) {
	if err := w.endBlock(); err != nil {
		return segmentMeta{}, err
	}
	position := w.written + int64(len(w.buf))
	length := len(w.footer.shards) + len(w.footer.blocks)
	end := alignUp(len(w.buf) + length + headerSize)
	w.grow(end - len(w.buf))
	w.buf = append(append(w.buf, w.footer.shards...), w.footer.blocks...)
	crc := checksum(w.buf[len(w.buf)-length:])
	used := len(w.buf)
	w.buf = w.buf[:end]
	clear(w.buf[used:])
	m := segmentMeta{
		number: w.number, size: w.written + int64(end),
		footerPosition: position, footerLength: uint32(length), footerCRC: crc,
		shards: uint32(len(w.footer.shards) / footerShard), blocks: uint32(len(w.footer.blocks) / footerBlock),
		records: w.records,
	}
	m.putTrailer(w.buf[end-headerSize:], w.id)
	if err := w.flush(); err != nil {
		return segmentMeta{}, err
	}
	if err := w.file.Sync(); err != nil {
		return segmentMeta{}, fmt.Errorf("sync segment: %w", err)
	}
	return m, nil
}

// putTrailer writes what makes a segment readable without a manifest.
func (m *segmentMeta) putTrailer(p []byte, id uint64) {
	startHeader(p, magicTrailer)
	le.PutUint64(p[8:], id)
	le.PutUint64(p[16:], m.number)
	le.PutUint64(p[24:], uint64(m.footerPosition))
	le.PutUint32(p[32:], m.footerLength)
	le.PutUint32(p[36:], m.shards)
	le.PutUint32(p[40:], m.blocks)
	le.PutUint32(p[44:], m.footerCRC)
	le.PutUint64(p[48:], m.records)
	finishHeader(p)
}

// parseTrailer reads what putTrailer wrote for a file of that size.
func parseTrailer(p []byte, id uint64, size int64) (segmentMeta, error) {
	if err := checkHeader(p, magicTrailer); err != nil {
		return segmentMeta{}, err
	}
	if le.Uint64(p[8:]) != id {
		return segmentMeta{}, errors.New("file of another data folder")
	}
	return segmentMeta{
		number: le.Uint64(p[16:]), size: size,
		footerPosition: int64(le.Uint64(p[24:])), footerLength: le.Uint32(p[32:]), footerCRC: le.Uint32(p[44:]),
		shards: le.Uint32(p[36:]), blocks: le.Uint32(p[40:]),
		records: le.Uint64(p[48:]),
	}, nil
}
