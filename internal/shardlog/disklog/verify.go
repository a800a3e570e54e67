package disklog

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/freshet/freshet/internal/vfs"
)

// Report is what Verify found in a data folder.
type Report struct {
	// Shards have a state at the checkpoint, Dropped streams are remembered.
	Shards, Dropped int
	// Segments hold Blocks with SegmentRecords.
	Segments, Blocks int
	SegmentRecords   uint64
	// Compressed of the blocks are. StoredBytes is what the bodies of all blocks
	// take in the files, and RawBytes what they are once decoded.
	Compressed            int
	StoredBytes, RawBytes int64
	// Journals hold Frames, among them Unflushed ones above the Checkpoint,
	// with UnflushedRecords. LastFrame is the LSN of the last.
	Journals, Frames, Unflushed int
	UnflushedRecords            uint64
	Checkpoint, LastFrame       uint64
	// TornTail says that the journal ends in a frame that a crash has cut off;
	// the next recovery writes over it. It is no damage.
	TornTail bool
	// Bytes were read and checked.
	Bytes int64
}

// Verify reads everything in a data folder and checks every checksum and every
// order. It changes nothing and takes no lock. The error joins all damage that
// was met, each a *CorruptionError or *FormatError.
//
// On a folder that a running log changes meanwhile it may report damage that is
// none: a journal file that is just being recycled, a segment just removed. Such
// a report is worth a second try.
func Verify(fsys vfs.FS, dir string) (Report, error) {
	var report Report
	saved, err := readManifest(fsys, dir)
	if err != nil {
		return report, err
	}
	report.Shards, report.Dropped = len(saved.states), len(saved.dropped)
	report.Checkpoint = saved.checkpoint
	report.Bytes = saved.size
	var damage []error
	for _, m := range saved.segments {
		if err := verifySegment(fsys, dir, saved.id, m, &report); err != nil {
			damage = append(damage, err)
		}
	}
	if err := verifyJournal(fsys, dir, saved, &report); err != nil {
		damage = append(damage, err)
	}
	return report, errors.Join(damage...)
}

func verifyJournal(fsys vfs.FS, dir string, saved *savedFolder, report *Report) error {
	names, err := fsys.List(dir)
	if err != nil {
		return fmt.Errorf("list data folder: %w", err)
	}
	files, err := openJournals(fsys, dir, saved.id, names, saved.firstJournal)
	if err != nil {
		return err
	}
	r := &replay{checkpoint: saved.checkpoint, last: saved.checkpoint}
	r.visit = func(_ *journalFile, _ int64, h frameHeader, subs []subFrame) {
		report.Frames++
		if h.lsn <= saved.checkpoint {
			return
		}
		report.Unflushed++
		for _, s := range subs {
			if s.kind == kindEntries {
				report.UnflushedRecords += uint64(s.count)
			}
		}
	}
	err = r.files(files)
	for _, f := range files {
		report.Journals++
		report.Bytes += f.size
	}
	report.LastFrame, report.TornTail = r.last, len(r.torn) > 0
	if err != nil {
		return err
	}
	return r.checkReached(files, saved.reached)
}

// verifySegment reads a segment from front to back.
func verifySegment(fsys vfs.FS, dir string, id uint64, m segmentMeta, report *Report) error {
	path := segmentPath(dir, m.number)
	file, err := fsys.Open(path)
	if err != nil {
		return fmt.Errorf("open segment: %w", err)
	}
	defer file.Close()
	report.Segments++
	report.Bytes += m.size
	if err := verifyEnds(file, path, id, m); err != nil {
		return err
	}
	f, err := readFooter(file, path, &m.trailer)
	if err != nil {
		return err
	}
	var damage []error
	for i := range f.shardCount() {
		from, to := f.blocksOf(i)
		for b := from; b < to; b++ {
			e := f.block(b)
			h, _, err := readBlock(file, path, f.shard(i), e)
			if err != nil {
				damage = append(damage, err)
				continue
			}
			report.block(h)
		}
	}
	return errors.Join(damage...)
}

// block counts a block that is good.
func (r *Report) block(h blockHeader) {
	r.Blocks++
	r.SegmentRecords += uint64(h.records)
	r.StoredBytes += int64(h.stored)
	r.RawBytes += int64(h.decoded)
	if h.codec != codecNone {
		r.Compressed++
	}
}

// verifyEnds checks a segment's header and trailer against the manifest.
func verifyEnds(file vfs.File, path string, id uint64, m segmentMeta) error {
	p := make([]byte, headerSize)
	if err := readFull(file, p, 0); err != nil {
		return readError(err, path, 0)
	}
	if err := checkHeader(p, magicSegment); err != nil {
		return inFile(err, path, 0)
	}
	want := make([]byte, headerSize)
	if m.putHeader(want, id); !bytes.Equal(p, want) {
		return &CorruptionError{File: path, Reason: "file of another data folder or under another name"}
	}
	at := m.size - headerSize
	if err := readFull(file, p, at); err != nil {
		return readError(err, path, at)
	}
	found, err := parseTrailer(p, id, m.size)
	if err != nil {
		return inFile(err, path, at)
	}
	if found != m.trailer {
		return &CorruptionError{File: path, Offset: at, Reason: "trailer does not agree with the manifest"}
	}
	return nil
}
