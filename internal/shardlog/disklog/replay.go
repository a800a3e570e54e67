package disklog

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/freshet/freshet/internal/vfs"
)

// openJournals opens the files that recovery needs for reading, in the order of
// their sequence numbers, and reads their headers. There are none if no journal
// was announced yet. names are the folder's files.
func openJournals(fsys vfs.FS, dir string, names []string, saved *savedFolder) (files []*journalFile, err error) {
	id, first := saved.id, saved.firstJournal
	if first == 0 {
		return nil, checkUnannounced(fsys, dir, names, saved)
	}
	defer func() {
		if err != nil {
			for _, f := range files {
				_ = f.close()
			}
		}
	}()
	for _, sequence := range numbersOf(names, journalPrefix) {
		if sequence < first {
			continue
		}
		f, err := openJournal(fsys, journalPath(dir, sequence), id, sequence)
		if err != nil {
			return files, err
		}
		files = append(files, f)
	}
	if len(files) == 0 || files[0].sequence != first {
		return files, &CorruptionError{File: journalPath(dir, first), Reason: "it is missing, and the manifest says that it is needed"}
	}
	return files, nil
}

// checkUnannounced checks that nothing is lost by beginning anew where the
// manifest announces no journal: a crash can have left a journal file then, but
// no frame in it, and no segment. Otherwise it is the announcement that was lost.
func checkUnannounced(fsys vfs.FS, dir string, names []string, saved *savedFolder) error {
	lost := func(path string) error {
		return &CorruptionError{
			File: filepath.Join(dir, manifestName), Offset: saved.size,
			Reason: fmt.Sprintf("it announces no journal, and %s holds records", filepath.Base(path)),
		}
	}
	for _, n := range numbersOf(names, segmentPrefix) {
		return lost(segmentPath(dir, n))
	}
	for _, n := range numbersOf(names, journalPrefix) {
		f, err := openJournal(fsys, journalPath(dir, n), saved.id, n)
		if err != nil {
			return err
		}
		r := &replay{}
		err = r.files([]*journalFile{f}, 0)
		if _, damaged := errors.AsType[*CorruptionError](err); damaged || r.seen || len(r.end.behind) > 0 {
			return lost(f.path)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// openJournal opens a journal file for reading and checks its header.
func openJournal(fsys vfs.FS, path string, id, sequence uint64) (*journalFile, error) {
	file, err := fsys.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open journal file: %w", err)
	}
	f := &journalFile{sequence: sequence, path: path, file: file, end: journalHeader}
	if err := f.readHeader(id); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return f, nil
}

func (f *journalFile) readHeader(id uint64) error {
	p := make([]byte, headerSize)
	if err := readFull(f.file, p, 0); err != nil {
		return readError(err, f.path, 0)
	}
	var err error
	if f.generation, f.size, err = parseJournalHeader(p, id, f.sequence); err != nil {
		return inFile(err, f.path, 0)
	}
	size, err := f.file.Size()
	if err != nil {
		return fmt.Errorf("size of journal file: %w", err)
	}
	if size < f.size {
		return &CorruptionError{File: f.path, Offset: size, Reason: fmt.Sprintf("file has %d bytes of %d", size, f.size)}
	}
	return nil
}

// replay follows the frames of the journal, file by file.
type replay struct {
	log *Log // nil: nothing is applied
	// visit is shown every frame; may be nil.
	visit func(f *journalFile, pos int64, h frameHeader, subs []subFrame)

	checkpoint uint64
	// last is the LSN of the last frame, the checkpoint if there was none.
	last uint64
	// seen says that there was one; then prev is its header's checksum and
	// lastFrame its place.
	seen      bool
	prev      uint32
	lastFrame placedFrame
	end       journalEnd
}

// files follows the frames of the journal, and closes the files. If frames are
// missing that were durable it is an error; reached is how far the manifest knows
// them to have been.
func (r *replay) files(files []*journalFile, reached uint64) error {
	r.end.prove(max(r.checkpoint, reached))
	var err error
	for _, f := range files {
		if err == nil {
			err = r.file(f)
		}
		err = errors.Join(err, f.close())
	}
	if err != nil || len(files) == 0 {
		return err
	}
	return r.end.check(files, r.last)
}

// file follows the frames of f, sets where they end, and looks at what lies behind.
func (r *replay) file(f *journalFile) error {
	in := &windowReader{file: f.file, size: f.size}
	for {
		more, err := r.frame(f, in)
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	return r.end.lookBehind(f, in)
}

// frame applies the frame at f.end and moves on. It returns false if there is
// none, which is right at the journal's end and is checked when all is read.
func (r *replay) frame(f *journalFile, in *windowReader) (bool, error) {
	pos := f.end
	p, err := in.at(pos, headerSize)
	if err != nil || p == nil {
		return false, err
	}
	h, crc, err := parseFrameHeader(p)
	if errors.Is(err, errNoFrame) {
		return false, nil
	}
	if h.generation != f.generation {
		return false, nil // of an earlier use of the file, or payload
	}
	if err != nil {
		return false, inFile(err, f.path, pos)
	}
	if err := r.end.mayGoOn(h.lsn); err != nil {
		return false, err
	}
	if err := r.follows(h, pos); err != nil {
		return false, inFile(err, f.path, pos)
	}
	size := int64(alignUp(headerSize + int(h.length)))
	if p, err = in.at(pos, int(size)); err != nil || p == nil {
		return false, err
	}
	subs, err := parseFrameBody(h, p[headerSize:headerSize+int(h.length)])
	if _, isNewer := errors.AsType[newer](err); isNewer {
		return false, inFile(err, f.path, pos)
	}
	if err != nil {
		return false, nil // torn; lookBehind meets the header once more
	}
	found := placedFrame{f, pos, int(size), h}
	r.end.add(found)
	if r.visit != nil {
		r.visit(f, pos, h, subs)
	}
	if r.log != nil && h.lsn > r.checkpoint {
		if err := r.log.replayFrame(h.lsn, subs, int(size)); err != nil {
			return false, inFile(fmt.Errorf("frame %d: %w", h.lsn, err), f.path, pos)
		}
	}
	r.seen, r.prev, r.last, r.lastFrame = true, crc, h.lsn, found
	f.last, f.end = h.lsn, pos+size
	return true, nil
}

// follows checks that a good header is that of the next frame.
func (r *replay) follows(h frameHeader, pos int64) error {
	switch {
	case !r.seen && h.lsn > r.checkpoint+1:
		return fmt.Errorf("journal begins with frame %d, and frame %d is needed", h.lsn, r.checkpoint+1)
	case r.seen && h.lsn != r.last+1:
		return fmt.Errorf("frame %d follows frame %d", h.lsn, r.last)
	case r.seen && h.prev != r.prev:
		return fmt.Errorf("frame %d does not continue frame %d that was read", h.lsn, r.last)
	case h.synced >= h.lsn, r.seen && pos == journalHeader && h.synced != h.lsn-1:
		return fmt.Errorf("frame %d says that frame %d was durable before it", h.lsn, h.synced)
	}
	return nil
}

// replayFrame applies a frame as a commit would have.
func (l *Log) replayFrame(lsn uint64, subs []subFrame, size int) error {
	t := l.writer.active
	before := t.bytes
	for i := range subs {
		c, err := l.changeOf(&subs[i])
		if err != nil {
			return err
		}
		if c != nil {
			l.apply(t, c, size > smallFrame)
		}
	}
	t.last = lsn
	t.journal += int64(size)
	l.space.unflushed.Add(t.bytes - before)
	if t.bytes >= l.o.MemtableBytes || t.journal >= l.maxUnflushedJournal() {
		t.seal()
		l.mu.sealed = append(l.mu.sealed, t)
		l.writer.active = &memtable{first: lsn + 1, last: lsn}
	}
	return nil
}

// changeOf finds the shard of a sub-frame and checks that it continues it. It
// returns nil for streams that were dropped later on.
func (l *Log) changeOf(s *subFrame) (*change, error) {
	c := &change{kind: s.kind, generation: s.generation, offset: s.offset, at: s.at, count: s.count, key: s.key}
	var err error
	if s.kind == kindTrim || s.kind == kindDrop {
		c.stream, err = l.shards.stream(s.shard.Stream)
	} else {
		if c.shard, err = l.shards.make(s.shard); err == nil {
			c.stream = c.shard.stream
		}
	}
	if err != nil {
		return nil, nil //nolint:nilerr // ErrDropped: the manifest's list is ahead of the checkpoint
	}
	if c.body, err = l.bodyOf(s); err != nil {
		return nil, fmt.Errorf("%s of shard %s, offset %d: %w", s.kind, s.shard, s.offset, err)
	}
	if c.shard == nil {
		return c, nil
	}
	state := c.shard.state
	switch {
	case s.offset != state.Next:
		return nil, fmt.Errorf("shard %s goes on at offset %d, and its next is %d", s.shard, s.offset, state.Next)
	case s.kind == kindEntries && state.Sealed:
		return nil, fmt.Errorf("shard %s goes on after its end %d", s.shard, state.Next)
	case s.kind == kindEntries && s.at < state.LastArrival:
		return nil, fmt.Errorf("shard %s goes back in time", s.shard)
	}
	return c, nil
}
