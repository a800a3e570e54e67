package disklog

import (
	"errors"
	"fmt"
	"io"
	"sort"
	"sync"

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

	mu sync.Mutex
	// footer is read when it is first needed, and kept; guarded by mu.
	footer *footer

	upkeep upkeep
}

// blocksOf returns the footer and the shard's blocks in it; if it has none here
// from == to, and there may be no footer.
func (l *Log) blocksOf(s *segment, id shardlog.Shard) (f *footer, from, to int, err error) {
	if !s.mayHold(id.Stream) {
		return nil, 0, 0, nil
	}
	f, err = l.footerOf(s)
	if err != nil {
		return nil, 0, 0, err
	}
	from, to, _ = f.find(id)
	return f, from, to, nil
}

func (l *Log) footerOf(s *segment) (*footer, error) {
	s.mu.Lock()
	f := s.footer
	s.mu.Unlock()
	if f != nil {
		return f, nil
	}
	file, err := l.segments.files.acquire(s)
	if err != nil {
		return nil, err
	}
	defer l.segments.files.release(file)
	f, err = readFooter(file.file, s.path, &s.trailer)
	if err != nil {
		return nil, l.damaged(err)
	}
	s.mu.Lock()
	s.footer = f
	s.mu.Unlock()
	return f, nil
}

// readFooter reads and checks the footer that m describes.
func readFooter(file vfs.File, path string, m *trailer) (*footer, error) {
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

// blockOf reads a block and checks that it is the one that the footer names.
func (l *Log) blockOf(s *segment, id shardlog.Shard, e blockEntry) ([]run, error) {
	file, err := l.segments.files.acquire(s)
	if err != nil {
		return nil, err
	}
	defer l.segments.files.release(file)
	_, runs, err := readBlock(file.file, s.path, id, e)
	if err != nil {
		return nil, l.damaged(err)
	}
	return runs, nil
}

// readBlock reads the block of shard id that e names and checks it.
func readBlock(file vfs.File, path string, id shardlog.Shard, e blockEntry) (blockHeader, []run, error) {
	p := make([]byte, e.length)
	if err := readFull(file, p, e.position); err != nil {
		return blockHeader{}, nil, readError(err, path, e.position)
	}
	h, runs, err := parseBlock(p)
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

// locate returns the first segment of v in which the shard has a block that
// reached accepts. reached must be monotone: once it accepts a block it accepts
// all later ones of the shard. The number is len(v.segments) if there is none.
//
// A shard that is in most segments is found by halving; one that is in few by
// looking at the segments one by one.
func (l *Log) locate(v *version, id shardlog.Shard, reached func(last blockEntry) bool) (int, error) {
	lo, hi, found := 0, len(v.segments), len(v.segments)
	for lo < hi {
		middle := lo + (hi-lo)/2
		i, last, err := l.firstWith(v.segments[:hi], middle, id)
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
