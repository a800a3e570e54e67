package disklog

import (
	"sync/atomic"

	"github.com/freshet/freshet/internal/vfs"
)

// group is what one frame will hold. It is open while appends may join it,
// taken when the writer has chosen its place in the journal, and done when it is
// durable and published, or will never be.
type group struct {
	lsn uint64
	// buf is aligned for direct I/O; its length is what the group may grow to.
	// The frame's header comes first. Each appender writes its own region.
	buf []byte
	// size is how much of buf is given to regions; guarded by Log.mu until the
	// group is taken.
	size    int
	changes []change
	appends int
	entries int
	// fence says that a control is in it, which is answered when it is durable,
	// whatever Options.SyncEvery says.
	fence bool

	// sum is of the checksums of the sub-frames whose regions are written.
	sum atomic.Uint64
	// writing counts the appenders whose regions are not written yet, and the
	// group itself until it is taken. The last one to leave closes written.
	writing atomic.Int32
	written chan struct{}

	// file and pos are the place in the journal, fixed when it is taken.
	file *journalFile
	pos  int64

	// err is set before done is closed: nil or ErrUnknown.
	err  error
	done chan struct{}
}

func newGroup(lsn uint64, buf []byte, changes []change) *group {
	g := &group{
		lsn:     lsn,
		buf:     buf,
		size:    headerSize,
		changes: changes[:0],
		written: make(chan struct{}),
		done:    make(chan struct{}),
	}
	g.writing.Store(1)
	return g
}

// leave says that the caller's region is written. sum is that of its sub-frames'
// checksums.
func (g *group) leave(sum uint64) {
	g.sum.Add(sum)
	if g.writing.Add(-1) == 0 {
		close(g.written)
	}
}

// finish writes the header, and returns the frame with its padding and the
// header's checksum. All regions are written. prev is the checksum of the header
// before, synced the LSN up to which frames are durable.
func (g *group) finish(prev uint32, synced uint64) (frame []byte, crc uint32) {
	h := frameHeader{
		subs:       uint32(len(g.changes)),
		generation: g.file.generation,
		lsn:        g.lsn,
		length:     uint32(g.size - headerSize),
		prev:       prev,
		sum:        g.sum.Load(),
		synced:     synced,
	}
	return g.buf[:alignUp(g.size)], h.put(g.buf)
}

// end releases the appenders. err is nil or ErrUnknown.
func (g *group) end(err error) {
	g.err = err
	close(g.done)
}

// slab is memory that groups are carved from, one behind the other. Its pages
// cost nothing until they are written. A slab is never used again: slices of it
// are in memtables and with readers, and it goes when the last of them does.
type slab struct {
	buf []byte
	// used is what taken groups have; the open group lies behind it.
	used int
}

// slabShare is the share of a slab that is left when a group begins a new one.
const slabShare = 16

func newSlab(size int) *slab { return &slab{buf: vfs.AlignedBuffer(alignUp(size))} }

// rest is what of the slab is free.
func (b *slab) rest() []byte { return b.buf[b.used:] }
