package disklog

import (
	"errors"
	"fmt"
	"sync"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

const (
	// writeChunk is how much of a segment is collected before it is written. Less
	// than twice as much is written at once: a commit's write waits behind it.
	writeChunk = 1 << 20
	// maxUnsynced bounds what of a large file waits in the page cache: more of it
	// would get in the way of the journal's syncs. With direct I/O nothing does.
	maxUnsynced = 32 << 20
)

// segmentWriter writes one segment, from front to back.
type segmentWriter struct {
	file vfs.File
	id   uint64 // of the folder
	keys *keyring
	meta segmentMeta

	// buf is aligned; written bytes of the file are before it.
	buf     []byte
	written int64
	synced  int64 // of the written bytes; not counted with direct I/O

	warmed  int // what warmBodies returned; nobody reads it
	block   blockBuilder
	footer  footerBuilder
	current shardlog.Shard
	// codec is tried on blocks that are made from now on.
	codec codec
	many  bool // the streams are not listed any more
}

// segmentWriters are between two segments. Their buffers are large.
var segmentWriters = sync.Pool{New: func() any {
	return &segmentWriter{buf: vfs.AlignedBuffer(2 * writeChunk)}
}}

// newSegmentWriter begins the segment that m describes: its number, class, level
// and span. The rest is found while it is written.
func newSegmentWriter(file vfs.File, id uint64, keys *keyring, m segmentMeta) *segmentWriter {
	w := segmentWriters.Get().(*segmentWriter)
	*w = segmentWriter{file: file, id: id, keys: keys, meta: m, buf: w.buf[:headerSize], block: w.block, footer: w.footer}
	w.block.reset()
	w.footer.reset()
	m.putHeader(w.buf, id)
	return w
}

// release gives the writer back. It has ended, well or not.
func (w *segmentWriter) release() {
	w.file = nil
	w.block.reset()
	if cap(w.buf) <= 4*writeChunk { // else it has written a very large record
		segmentWriters.Put(w)
	}
}

func (m *segmentMeta) putHeader(p []byte, id uint64) {
	startHeader(p, magicSegment)
	p[5], p[6] = byte(m.class), m.level
	le.PutUint64(p[8:], id)
	le.PutUint64(p[16:], m.number)
	le.PutUint64(p[24:], m.span.low)
	le.PutUint64(p[32:], m.span.high)
	finishHeader(p)
}

// shard begins the records of id. Shards come in the order of compareShards.
func (w *segmentWriter) shard(id shardlog.Shard) error {
	if err := w.endBlock(); err != nil {
		return err
	}
	m := &w.meta
	if n := len(m.streams); !w.many && (n == 0 || m.streams[n-1] != id.Stream) {
		m.streams = append(m.streams, id.Stream)
		if w.many = len(m.streams) > maxListed; w.many {
			m.streams = nil
		}
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
		w.meta.records += uint64(to - from)
		from = to
	}
	return nil
}

func (w *segmentWriter) endBlock() error {
	if len(w.block.parts) == 0 {
		return nil
	}
	start := len(w.buf)
	w.grow(w.block.length())
	var e blockEntry
	var err error
	if w.buf, e, err = w.block.append(w.buf, w.current, w.codec, w.keys); err != nil {
		return err
	}
	w.block.reset()
	return w.ended(start, e)
}

// copyBlock appends a block as it is in another segment, where e is its place,
// to the shard that was begun. It is above those that the shard has.
func (w *segmentWriter) copyBlock(p []byte, e blockEntry) error {
	if err := w.endBlock(); err != nil {
		return err
	}
	start := len(w.buf)
	w.grow(len(p))
	w.buf = append(w.buf, p...)
	w.meta.records += uint64(e.records)
	return w.ended(start, e)
}

// ended notes the block that begins at start of the buffer.
func (w *segmentWriter) ended(start int, e blockEntry) error {
	e.position = w.written + int64(start)
	if m := &w.meta; m.firstArrival == 0 || e.firstArrival < m.firstArrival {
		m.firstArrival = e.firstArrival
	}
	w.meta.lastArrival = max(w.meta.lastArrival, e.lastArrival)
	w.footer.block(e)
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
	for rest := w.buf[:n]; len(rest) > 0; {
		chunk := rest
		if len(chunk) >= 2*writeChunk {
			chunk = chunk[:writeChunk] // of a very large record
		}
		rest = rest[len(chunk):]
		if _, err := w.file.WriteAt(chunk, w.written); err != nil {
			return fmt.Errorf("write segment: %w", err)
		}
		w.written += int64(len(chunk))
		if err := w.pace(); err != nil {
			return err
		}
	}
	w.buf = w.buf[:copy(w.buf, w.buf[n:])]
	return nil
}

// pace syncs what is written if it is much and not on the disk yet.
func (w *segmentWriter) pace() error {
	if w.written-w.synced < maxUnsynced {
		return nil
	}
	if !w.file.Direct() {
		if err := w.file.Sync(); err != nil {
			return fmt.Errorf("sync segment: %w", err)
		}
	}
	w.synced = w.written
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
	m := w.meta
	m.size = w.written + int64(end)
	m.footerPosition, m.footerLength, m.footerCRC = position, uint32(length), crc
	m.shards, m.blocks = uint32(len(w.footer.shards)/footerShard), uint32(len(w.footer.blocks)/footerBlock)
	m.trailer.put(w.buf[end-headerSize:], w.id)
	if err := w.flush(); err != nil {
		return segmentMeta{}, err
	}
	if err := w.file.Sync(); err != nil {
		return segmentMeta{}, fmt.Errorf("sync segment: %w", err)
	}
	return m, nil
}

// put writes what makes a segment readable without a manifest.
func (t *trailer) put(p []byte, id uint64) {
	startHeader(p, magicTrailer)
	le.PutUint64(p[8:], id)
	le.PutUint64(p[16:], t.number)
	le.PutUint64(p[24:], uint64(t.footerPosition))
	le.PutUint32(p[32:], t.footerLength)
	le.PutUint32(p[36:], t.shards)
	le.PutUint32(p[40:], t.blocks)
	le.PutUint32(p[44:], t.footerCRC)
	le.PutUint64(p[48:], t.records)
	finishHeader(p)
}

// parseTrailer reads what put wrote for a file of that size.
func parseTrailer(p []byte, id uint64, size int64) (trailer, error) {
	if err := checkHeader(p, magicTrailer); err != nil {
		return trailer{}, err
	}
	if le.Uint64(p[8:]) != id {
		return trailer{}, errors.New("file of another data folder")
	}
	return trailer{
		number: le.Uint64(p[16:]), size: size,
		footerPosition: int64(le.Uint64(p[24:])), footerLength: le.Uint32(p[32:]), footerCRC: le.Uint32(p[44:]),
		shards: le.Uint32(p[36:]), blocks: le.Uint32(p[40:]),
		records: le.Uint64(p[48:]),
	}, nil
}
