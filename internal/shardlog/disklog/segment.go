package disklog

import (
	"errors"
	"fmt"
	"io"
	"sort"
	"unsafe"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

// segment is a segment file that the manifest names, or named while someone
// still reads it.
type segment struct {
	segmentMeta
	path string

	// versions counts the versions that the segment is in; guarded by
	// segments.mu. The file is removed when none is left.
	versions int

	upkeep upkeep
}

// blocksOf returns the footer and the shard's blocks in it; if it has none here
// from == to.
func (l *Log) blocksOf(s *segment, id shardlog.Shard) (f *footer, from, to int, err error) {
	f, err = l.footerOf(s)
	if err != nil {
		return nil, 0, 0, err
	}
	from, to, _ = f.find(id)
	return f, from, to, nil
}

// footerOf returns the footer of s, from the cache or from the disk.
func (l *Log) footerOf(s *segment) (*footer, error) {
	return l.segments.footers.get(s.number, func() (*footer, int64, error) {
		file, err := l.segments.files.acquire(s)
		if err != nil {
			return nil, 0, err
		}
		defer l.segments.files.release(file)
		f, err := readFooter(file.file, s.path, &s.trailer)
		return f, int64(s.footerLength), l.damaged(err)
	})
}

// openSegment opens the segment that m describes for who inspects a folder, and
// reads its footer. The caller closes the file.
func openSegment(fsys vfs.FS, path string, m *trailer) (vfs.File, *footer, error) {
	file, err := fsys.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("open segment: %w", err)
	}
	f, err := readFooter(file, path, m)
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return file, f, nil
}

// readFooter reads and checks the footer that m describes.
func readFooter(file vfs.File, path string, m *trailer) (*footer, error) {
	// A length that lies gets no memory.
	size, err := file.Size()
	if err != nil {
		return nil, fmt.Errorf("size of segment: %w", err)
	}
	if m.footerPosition+int64(m.footerLength) > size {
		return nil, &CorruptionError{File: path, Offset: size, Reason: fmt.Sprintf("footer of %d bytes at %d is beyond the end", m.footerLength, m.footerPosition)}
	}
	p := make([]byte, m.footerLength)
	if err := readFull(file, p, m.footerPosition); err != nil {
		return nil, readError(err, path, m.footerPosition)
	}
	if checksum(p) != m.footerCRC {
		return nil, &CorruptionError{File: path, Offset: m.footerPosition, Reason: "footer has a wrong checksum"}
	}
	f, err := parseFooter(p, m.shards, m.blocks, m.footerPosition)
	if err != nil {
		return nil, inFile(err, path, m.footerPosition)
	}
	return f, nil
}

// blockOf returns the runs of a block, from the cache or from the disk, where it
// checks that it is the block that the footer names. An error is a *blockError.
func (l *Log) blockOf(s *segment, id shardlog.Shard, e blockEntry) ([]run, error) {
	runs, err := l.segments.blocks.get(blockKey{s.number, e.position}, func() ([]run, int64, error) {
		file, err := l.segments.files.acquire(s)
		if err != nil {
			return nil, 0, err
		}
		defer l.segments.files.release(file)
		h, runs, err := readBlock(file.file, s.path, id, e, l.keys)
		return runs, int64(h.decoded) + int64(len(runs))*runMemory, err
	})
	if err != nil {
		return nil, &blockError{err, e.lastOffset}
	}
	return runs, nil
}

// runMemory is what a run takes besides its body.
const runMemory = int64(unsafe.Sizeof(run{}))

// blockError is why the block whose last record is at last could not be read.
type blockError struct {
	error
	last shardlog.Offset
}

func (e *blockError) Unwrap() error { return e.error }

// judge looks at an error of reading s. again says that what could not be read is
// not to be read any more, since the floor has passed it or the stream was
// dropped in the meantime: then its place on the disk may have been given back,
// and the reader must look at s again. All other damage is reported.
func (l *Log) judge(s *shard, err error) (again bool) {
	state, _ := s.published()
	// The directory knows of a drop before each of the shards does (applyDrop), and the
	// flusher goes by it: the segment may be gone already.
	dropped := l.shards.isDropped(s.stream.id)
	if errors.Is(err, shardlog.ErrKey) { // that of a stream that was dropped is forgotten
		return dropped
	}
	if b, ok := errors.AsType[*blockError](err); ok {
		if dropped || state.Floor > b.last {
			return true
		}
		_ = l.damaged(err)
	}
	return false
}

// readBlock reads the block of shard id that e names and checks it.
func readBlock(file vfs.File, path string, id shardlog.Shard, e blockEntry, keys *keyring) (blockHeader, []run, error) {
	p := make([]byte, e.length)
	if err := readFull(file, p, e.position); err != nil {
		return blockHeader{}, nil, readError(err, path, e.position)
	}
	return checkBlock(p, path, id, e, keys)
}

// checkBlock checks that p is the block of shard id that e names. With ErrKey it
// is, as far as can be told without its key.
func checkBlock(p []byte, path string, id shardlog.Shard, e blockEntry, keys *keyring) (blockHeader, []run, error) {
	h, runs, err := parseBlock(p, keys)
	if errors.Is(err, shardlog.ErrKey) && h.shard == id && h.records == e.records && h.first == e.firstOffset && h.arrival == e.firstArrival {
		return h, nil, err
	}
	if err != nil {
		return h, nil, inFile(fmt.Errorf("shard %s, offsets %d to %d: %w", id, e.firstOffset, e.lastOffset, err), path, e.position)
	}
	first, last := runs[0], runs[len(runs)-1]
	if h.shard != id || h.records != e.records || first.first != e.firstOffset || last.next()-1 != e.lastOffset || last.arrival != e.lastArrival {
		return h, nil, &CorruptionError{File: path, Offset: e.position, Reason: fmt.Sprintf("block is not that of shard %s, offsets %d to %d", id, e.firstOffset, e.lastOffset)}
	}
	return h, runs, nil
}

// readFull reads all of p; the file's end before that is io.ErrUnexpectedEOF.
func readFull(file io.ReaderAt, p []byte, at int64) error {
	n, err := file.ReadAt(p, at)
	switch {
	case n == len(p):
		return nil
	case errors.Is(err, io.EOF):
		return io.ErrUnexpectedEOF
	}
	return err
}

// readError tells a file that is too short, which is damage, from a disk that
// does not answer.
func readError(err error, path string, at int64) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return &CorruptionError{File: path, Offset: at, Reason: "file is cut short"}
	}
	return fmt.Errorf("read segment at byte %d: %w", at, err)
}

// damaged reports damage before it is returned to the reader who met it.
func (l *Log) damaged(err error) error {
	if c, ok := errors.AsType[*CorruptionError](err); ok && l.o.Events.Corruption != nil {
		l.o.Events.Corruption(c)
	}
	return err
}

// locate returns the first of segments in which the shard has a block that reached
// accepts. reached must be monotone: once it accepts a block it accepts all later
// ones of the shard. The number is len(segments) if there is none.
//
// A shard that is in most of them is found by halving; one that is in few by
// looking at them one by one, each at the most once. What version.holding leaves
// out costs nothing.
func (l *Log) locate(segments []*segment, id shardlog.Shard, reached func(last blockEntry) bool) (int, error) {
	lo, hi, found := 0, len(segments), len(segments)
	for lo < hi {
		middle := lo + (hi-lo)/2
		i, last, err := l.firstWith(segments[:hi], middle, id)
		switch {
		case err != nil:
			return 0, err
		case i == hi:
			hi = middle
		case reached(last):
			found, hi = i, middle
		default:
			lo = i + 1
		}
	}
	return found, nil
}

// firstWith returns the first of segments from i on in which the shard has
// blocks, and the last of them.
func (l *Log) firstWith(segments []*segment, i int, id shardlog.Shard) (int, blockEntry, error) {
	for ; i < len(segments); i++ {
		f, from, to, err := l.blocksOf(segments[i], id)
		if err != nil {
			return 0, blockEntry{}, err
		}
		if from < to {
			return i, f.block(to - 1), nil
		}
	}
	return i, blockEntry{}, nil
}

// searchBlocks returns the first of the blocks from..to-1 that accept accepts.
func (f *footer) searchBlocks(from, to int, accept func(blockEntry) bool) int {
	return from + sort.Search(to-from, func(i int) bool { return accept(f.block(from + i)) })
}
