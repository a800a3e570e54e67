package disklog

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

// Usage is what takes the space of a log's folder.
//
// Of records it tells to the block: a block is live if one record in it is, which
// its shard's floor has not passed and whose stream was not dropped. So floors of
// the last minutes may show late, by up to 256 KiB a shard. Holes in segments are
// not known to be any.
type Usage struct {
	ManifestBytes int64
	Journal       JournalUsage
	// Segments are sorted by class and level, Streams by id.
	Segments []SegmentUsage
	Streams  []StreamUsage
}

// JournalUsage is the journal's part.
type JournalUsage struct {
	// Files are all there are, prepared and spare ones too.
	Files int
	Bytes int64
	// UnflushedRecords are in no segment yet, with UnflushedBytes of data, keys
	// and tables.
	UnflushedRecords uint64
	UnflushedBytes   int64
}

// SegmentUsage is the segments of one class and level.
type SegmentUsage struct {
	Class   string
	Level   int
	Files   int
	Bytes   int64
	Records uint64
	// LiveBytes of the BlockBytes are of blocks that are live.
	LiveBytes, BlockBytes int64
}

// StreamUsage is the records of one stream, in segments and in the journal.
type StreamUsage struct {
	ID      shardlog.StreamID
	Dropped bool
	// Shards are those that ever had a record, or were sealed.
	Shards int
	// Records are live. Bytes are what they take, RawBytes what they would
	// without compression.
	Records         uint64
	Bytes, RawBytes int64
	// DeadBytes are of blocks that are not live, and have not been given back.
	DeadBytes int64
	// Oldest and Newest are arrivals of live records, 0 if there are none.
	Oldest, Newest shardlog.Millis
}

// Total is what the folder's files take.
func (u *Usage) Total() int64 {
	total := u.ManifestBytes + u.Journal.Bytes
	for _, s := range u.Segments {
		total += s.Bytes
	}
	return total
}

// A running log may take away what is just to be read: a segment that was removed,
// a journal file that was recycled, the tail of a frame that is being written.
// So damage is believed when it is found some times in a manifest that stays the
// same, and when it is found very often.
const (
	statTries = 4
	mostTries = 100
)

// UsageOf looks what takes the space of the folder dir. It reads the manifest, the
// journal, and of each segment the footer and the headers of its blocks; it
// changes nothing, takes no lock, and may look at a log that runs. The error joins
// all damage that was met; what could be read is returned with it.
func UsageOf(fsys vfs.FS, dir string) (Usage, error) {
	var before, try int64
	for all := 1; ; all++ {
		s := &surveyor{fs: fsys, dir: dir, groups: map[segmentKind]*SegmentUsage{}, streams: map[shardlog.StreamID]*streamSurvey{}}
		err := s.folder()
		_, damaged := errors.AsType[*CorruptionError](err)
		if err == nil || !damaged && !errors.Is(err, fs.ErrNotExist) {
			return s.result(), err
		}
		if try++; s.usage.ManifestBytes != before {
			before, try = s.usage.ManifestBytes, 1
		}
		if try == statTries || all == mostTries {
			return s.result(), err
		}
	}
}

// surveyor collects a Usage.
type surveyor struct {
	fs     vfs.FS
	dir    string
	usage  Usage
	groups map[segmentKind]*SegmentUsage
	// streams are those with a state, a record or a drop.
	streams map[shardlog.StreamID]*streamSurvey
	// runs are the entries of the journal above the checkpoint.
	runs []journalRun
}

type segmentKind struct {
	class class
	level uint8
}

// streamSurvey is a stream with the floors of its shards.
type streamSurvey struct {
	StreamUsage
	floors map[uint32]shardlog.Offset
}

// journalRun is a sub-frame of entries.
type journalRun struct {
	shard shardlog.Shard
	last  shardlog.Offset
	at    shardlog.Millis
	count uint32
	size  int64
}

func (s *surveyor) folder() error {
	saved, err := readManifest(s.fs, s.dir)
	if err != nil {
		return err
	}
	s.usage.ManifestBytes = saved.size
	for id, state := range saved.states {
		s.raise(id, state.Floor)
	}
	// The journal has the newest floors and drops; what is alive is known after.
	damage := []error{s.journal(saved)}
	for id := range saved.dropped {
		s.stream(id).Dropped = true
	}
	for i := range saved.segments {
		damage = append(damage, s.segment(&saved.segments[i]))
	}
	for _, r := range s.runs {
		s.run(r)
	}
	return errors.Join(damage...)
}

func (s *surveyor) stream(id shardlog.StreamID) *streamSurvey {
	st := s.streams[id]
	if st == nil {
		st = &streamSurvey{StreamUsage: StreamUsage{ID: id}, floors: map[uint32]shardlog.Offset{}}
		s.streams[id] = st
	}
	return st
}

func (s *surveyor) raise(id shardlog.Shard, floor shardlog.Offset) {
	st := s.stream(id.Stream)
	st.floors[id.Number] = max(st.floors[id.Number], floor)
}

// journal looks at the journal's files and at the frames that no segment has.
func (s *surveyor) journal(saved *savedFolder) error {
	names, err := s.fs.List(s.dir)
	if err != nil {
		return fmt.Errorf("list data folder: %w", err)
	}
	for _, n := range numbersOf(names, journalPrefix) {
		size, err := vfs.SizeOf(s.fs, journalPath(s.dir, n))
		if err != nil {
			return err
		}
		s.usage.Journal.Files++
		s.usage.Journal.Bytes += size
	}
	files, err := openJournals(s.fs, s.dir, names, saved)
	if err != nil {
		return err
	}
	r := &replay{checkpoint: saved.checkpoint, last: saved.checkpoint}
	r.visit = func(_ *journalFile, _ int64, h frameHeader, subs []subFrame) {
		if h.lsn > saved.checkpoint {
			s.frame(subs)
		}
	}
	return r.files(files, saved.reached)
}

func (s *surveyor) frame(subs []subFrame) {
	for i := range subs {
		sub := &subs[i]
		switch sub.kind {
		case kindEntries:
			s.raise(sub.shard, 0)
			s.runs = append(s.runs, journalRun{
				shard: sub.shard, last: sub.offset + shardlog.Offset(sub.count) - 1,
				at: sub.at, count: sub.count, size: int64(len(sub.body)),
			})
			s.usage.Journal.UnflushedRecords += uint64(sub.count)
			s.usage.Journal.UnflushedBytes += int64(len(sub.body))
		case kindTrim:
			eachFloor(sub.body, func(f floor) {
				s.raise(shardlog.Shard{Stream: sub.shard.Stream, Number: f.number}, f.offset)
			})
		case kindDrop:
			s.stream(sub.shard.Stream).Dropped = true
		}
	}
}

func (s *surveyor) run(r journalRun) {
	st := s.stream(r.shard.Stream)
	if st.Dropped || r.last < st.floors[r.shard.Number] {
		st.DeadBytes += r.size
		return
	}
	st.live(uint64(r.count), r.size, r.size, r.at, r.at)
}

func (s *surveyor) segment(m *segmentMeta) error {
	g := s.groups[segmentKind{m.class, m.level}]
	if g == nil {
		g = &SegmentUsage{Class: m.class.String(), Level: int(m.level)}
		s.groups[segmentKind{m.class, m.level}] = g
	}
	g.Files++
	g.Bytes += m.size
	g.Records += m.records
	path := segmentPath(s.dir, m.number)
	file, f, err := openSegment(s.fs, path, &m.trailer)
	if err != nil {
		return err
	}
	defer file.Close()
	var damage []error
	for i := range f.shardCount() {
		from, to := f.blocksOf(i)
		for b := from; b < to; b++ {
			damage = append(damage, s.block(file, path, g, f.shard(i), f.block(b)))
		}
	}
	return errors.Join(damage...)
}

// block counts a block. Of one that is dead there may be nothing to be read.
func (s *surveyor) block(file vfs.File, path string, g *SegmentUsage, id shardlog.Shard, e blockEntry) error {
	st := s.stream(id.Stream)
	size := int64(e.length)
	g.BlockBytes += size
	if st.Dropped || e.lastOffset < st.floors[id.Number] {
		st.DeadBytes += size
		return nil
	}
	g.LiveBytes += size
	p := make([]byte, headerSize)
	if err := readFull(file, p, e.position); err != nil {
		return readError(err, path, e.position)
	}
	h, err := parseBlockHeader(p)
	if err != nil {
		return inFile(err, path, e.position)
	}
	st.live(uint64(e.records), size, headerSize+int64(h.decoded), e.firstArrival, e.lastArrival)
	return nil
}

func (u *StreamUsage) live(records uint64, size, raw int64, first, last shardlog.Millis) {
	u.Records += records
	u.Bytes += size
	u.RawBytes += raw
	if u.Oldest == 0 || first < u.Oldest {
		u.Oldest = first
	}
	u.Newest = max(u.Newest, last)
}

// result sorts what was found. Streams that were dropped and take nothing any
// more are of no interest.
func (s *surveyor) result() Usage {
	u := s.usage
	for _, key := range slices.SortedFunc(maps.Keys(s.groups), func(a, b segmentKind) int {
		return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(a.level, b.level))
	}) {
		u.Segments = append(u.Segments, *s.groups[key])
	}
	for _, id := range slices.SortedFunc(maps.Keys(s.streams), compareStreams) {
		st := s.streams[id]
		if st.Dropped && st.DeadBytes == 0 {
			continue
		}
		if !st.Dropped {
			st.Shards = len(st.floors)
		}
		u.Streams = append(u.Streams, st.StreamUsage)
	}
	return u
}
