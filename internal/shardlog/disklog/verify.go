package disklog

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

// Report is what Verify found in a data folder.
type Report struct {
	// Shards have a state at the checkpoint, Dropped streams are remembered.
	Shards, Dropped int
	// Segments hold Blocks with SegmentRecords. DeadBlocks besides are of dropped
	// streams or below a floor; they are not looked at, and may be holes.
	Segments, Blocks, DeadBlocks int
	SegmentRecords               uint64
	// Compressed of the blocks are. StoredBytes is what the bodies of all blocks
	// take in the files, and RawBytes what they are once decoded.
	Compressed int
	// Encrypted of the blocks are, and EncryptedSubFrames of the journal. Locked of
	// them were not decrypted, for want of their data keys: only their checksums and
	// headers were looked at. LockedBy is why, for one of them.
	Encrypted, EncryptedSubFrames, Locked int
	LockedBy                              error
	StoredBytes, RawBytes                 int64
	// Journals hold Frames, among them Unflushed ones above the Checkpoint,
	// with UnflushedRecords. LastFrame is the LSN of the last.
	Journals, Frames, Unflushed int
	UnflushedRecords            uint64
	Checkpoint, LastFrame       uint64
	// TornTail says that the journal ends in frames that a crash has cut off;
	// the next recovery erases them. It is no damage.
	TornTail bool
	// Bytes were read and checked.
	Bytes int64
}

// Verify reads everything in a data folder that may be read again, and checks
// every checksum and every order: that each shard's records are there from its
// floor on, once. It changes nothing, takes no lock, and needs the memory that
// recovery needs. The error joins all damage that was met, each a
// *CorruptionError or *FormatError.
//
// unwrap opens the data keys of what is encrypted. Without it, or with one that
// refuses, what is encrypted is checked as far as that goes, and counted.
//
// On a folder that a running log changes meanwhile it may report damage that is
// none: a journal file that is just being recycled, a segment just removed, a block
// that became a hole after its floor was read. Such a report is worth a second
// try.
func Verify(fsys vfs.FS, dir string, unwrap shardlog.Unwrap) (Report, error) {
	var report Report
	saved, err := readManifest(fsys, dir)
	if err != nil {
		return report, err
	}
	report.Shards, report.Dropped = len(saved.states), len(saved.dropped)
	report.Checkpoint = saved.checkpoint
	report.Bytes = saved.size
	v := newVerifier(fsys, dir, saved, &report, unwrap)
	v.note(v.journal())
	v.orders.init(v.log)
	for _, m := range saved.segments {
		v.note(v.segment(m))
	}
	if len(v.damage) == 0 {
		v.damage = v.orders.end()
	}
	return report, errors.Join(v.damage...)
}

// verifier is one Verify.
type verifier struct {
	report *Report
	saved  *savedFolder
	// log is what recovery makes of the folder, without its writing anything.
	log    *Log
	orders orders
	damage []error
}

func newVerifier(fsys vfs.FS, dir string, saved *savedFolder, report *Report, unwrap shardlog.Unwrap) *verifier {
	v := &verifier{report: report, log: newLog(fsys, dir, Options{MemtableBytes: 64 << 20, Unwrap: unwrap}), saved: saved}
	v.log.restore(saved)
	return v
}

func (v *verifier) note(err error) {
	if err != nil {
		v.damage = append(v.damage, err)
	}
}

// journal replays the journal as recovery does.
func (v *verifier) journal() error {
	fsys, dir, saved, report := v.log.fs, v.log.dir, v.saved, v.report
	names, err := fsys.List(dir)
	if err != nil {
		return fmt.Errorf("list data folder: %w", err)
	}
	files, err := openJournals(fsys, dir, names, saved)
	if err != nil {
		return err
	}
	r := &replay{log: v.log, checkpoint: saved.checkpoint, last: saved.checkpoint}
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
			if s.key != 0 {
				report.EncryptedSubFrames++
			}
		}
	}
	err = r.files(files, saved.reached)
	for _, f := range files {
		report.Journals++
		report.Bytes += f.size
	}
	report.LastFrame, report.TornTail = r.last, len(r.end.behind) > 0
	report.Locked += v.log.locked.subFrames
	for _, why := range v.log.locked.why {
		report.LockedBy = why
	}
	return err
}

// segment reads what is alive in a segment from front to back.
func (v *verifier) segment(m segmentMeta) error {
	fsys, dir, report := v.log.fs, v.log.dir, v.report
	if err := checkSegments(fsys, dir, []segmentMeta{m}); err != nil {
		return err
	}
	path := segmentPath(dir, m.number)
	report.Segments++
	report.Bytes += m.size
	file, f, err := openSegment(fsys, path, &m.trailer)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := verifyEnds(file, path, v.saved.id, m); err != nil {
		return err
	}
	var damage []error
	for i := range f.shardCount() {
		from, to := f.blocksOf(i)
		for b := from; b < to; b++ {
			e := f.block(b)
			if v.isDead(f.shard(i), e) {
				report.DeadBlocks++
				continue
			}
			h, _, err := readBlock(file, path, f.shard(i), e, v.log.keys)
			if errors.Is(err, shardlog.ErrKey) {
				report.Locked, report.LockedBy, err = report.Locked+1, err, nil
			}
			if err != nil {
				damage = append(damage, err)
				continue
			}
			report.block(h)
			v.orders.block(path, f.shard(i), e)
		}
	}
	return errors.Join(damage...)
}

// isDead reports whether nothing of a block may be read any more. Its space may
// have been given back: what is there is no block then.
func (v *verifier) isDead(id shardlog.Shard, e blockEntry) bool {
	sh, err := v.log.shards.find(id)
	if sh == nil {
		return err != nil // dropped
	}
	state, dropped := sh.published()
	return dropped || e.lastOffset < state.Floor
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
	if h.key != 0 {
		r.Encrypted++
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
