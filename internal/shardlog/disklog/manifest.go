package disklog

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

// manifest is the file that says what is in the folder. It belongs to the
// flusher, and to recovery before.
type manifest struct {
	fs   vfs.FS
	dir  string
	file vfs.File

	content
	// size is where the next record goes, number its number, and compact what
	// size was when the file was last rewritten.
	size    int64
	number  uint32
	compact int64
	// torn says that bytes behind size may be anything: the next change
	// rewrites the file.
	torn bool
}

// content is what a manifest says, but for the shards' states.
type content struct {
	id           uint64
	checkpoint   uint64
	reached      uint64
	firstJournal uint64
	segments     []segmentMeta // in the order of segmentMeta.compare
	keys         []savedKey
}

// segmentMeta is what the manifest says of a segment.
type segmentMeta struct {
	trailer
	class class
	// level counts the merges that the segment is the result of.
	level uint8
	// span is the frames that its records came in. Two segments whose spans
	// overlap have no stream in common (FORMAT.md, section 4), so the order of
	// spans is that of every shard's offsets.
	span lsnSpan
	// Its records arrived between the two.
	firstArrival, lastArrival shardlog.Millis
	// streams are those that have records in it, sorted; nil if they are more
	// than maxListed.
	streams []shardlog.StreamID
}

// trailer is what the segment's own trailer says too.
type trailer struct {
	number         uint64
	size           int64
	footerPosition int64
	footerLength   uint32
	footerCRC      uint32
	shards, blocks uint32
	records        uint64
}

// lsnSpan is the frames from low to high, both included.
type lsnSpan struct{ low, high uint64 }

// maxListed bounds the streams that the manifest lists for a segment. A segment
// with more holds a little of nearly every stream: listing it would find none
// to pass over.
const maxListed = 64

// compare orders segments by their spans, those of one flush by their numbers.
func (m *segmentMeta) compare(o *segmentMeta) int {
	return cmp.Or(cmp.Compare(m.span.low, o.span.low), cmp.Compare(m.number, o.number))
}

// mayHold reports whether the stream can have records in the segment.
func (m *segmentMeta) mayHold(id shardlog.StreamID) bool {
	if m.streams == nil {
		return true
	}
	_, found := slices.BinarySearchFunc(m.streams, id, compareStreams)
	return found
}

// edit is a change of the manifest, atomic.
type edit struct {
	added        []segmentMeta
	removed      []uint64
	states       []savedState
	dropped      []shardlog.StreamID
	keys         []savedKey
	checkpoint   uint64
	reached      uint64
	firstJournal uint64
}

// savedState is a shard's state at the checkpoint.
type savedState struct {
	shard shardlog.Shard
	shardState
}

const (
	// rewriteAbove and rewriteFactor say when the manifest is rewritten.
	rewriteAbove  = 1 << 20
	rewriteFactor = 4
)

func (m *manifest) close() error {
	if m.file == nil {
		return nil
	}
	return m.file.Close()
}

// apply changes the content as e says.
func (c *content) apply(e *edit) {
	c.checkpoint, c.reached, c.firstJournal = e.checkpoint, e.reached, e.firstJournal
	c.keys = append(c.keys, e.keys...)
	if len(e.removed) > 0 {
		c.segments = slices.DeleteFunc(c.segments, func(s segmentMeta) bool {
			return slices.Contains(e.removed, s.number)
		})
	}
	if len(e.added) > 0 {
		c.segments = append(c.segments, e.added...)
		slices.SortFunc(c.segments, func(a, b segmentMeta) int { return a.compare(&b) })
	}
}

// current returns an edit that changes nothing, to fill in.
func (c *content) current() *edit {
	return &edit{checkpoint: c.checkpoint, reached: c.reached, firstJournal: c.firstJournal}
}

// commit makes e durable: when it returns nil, e holds after any crash. whole
// returns an edit that says everything before e; it is asked for when the file
// is rewritten first. With an error for which retry is true everything is as it
// was; after any other the log must end.
func (m *manifest) commit(e *edit, whole func() *edit) error {
	if m.torn || m.size > rewriteAbove && m.size > rewriteFactor*m.compact {
		if err := m.rewrite(whole()); err != nil {
			return fmt.Errorf("rewrite manifest: %w", err)
		}
	}
	p := appendRecord(nil, m.number, appendEdit(nil, e))
	// A crash from here on may leave a torn record, which is as good as none.
	if _, err := m.file.WriteAt(p, m.size); err != nil {
		m.torn = true
		return fmt.Errorf("write manifest: %w", err)
	}
	if err := m.file.Sync(); err != nil {
		// Not even a full disk may be retried here: the record may be durable.
		return final{fmt.Errorf("sync manifest: %w", err)}
	}
	m.content.apply(e)
	m.size += int64(len(p))
	m.number++
	return nil
}

// rewrite replaces the file with one that says e alone.
func (m *manifest) rewrite(e *edit) error {
	whole := appendRecord(nil, 1, appendEdit(nil, e))
	made := recordHeader + headLength + len(whole)
	p := append(appendRecord(nil, 0, appendHead(nil, uint32(made), m.id)), whole...)
	if err := m.replace(p); err != nil {
		return err
	}
	m.size, m.number, m.compact = int64(len(p)), 2, int64(len(p))
	m.torn = false
	return nil
}

// replace writes p beside the file, syncs, and renames. A crash leaves the old
// manifest or the new one, perhaps with manifest.new beside it. The old file
// is closed before, as some platforms ask.
func (m *manifest) replace(p []byte) error {
	temp, name := filepath.Join(m.dir, manifestTemp), filepath.Join(m.dir, manifestName)
	if err := writeFile(m.fs, temp, p); err != nil {
		return errors.Join(err, removeIfThere(m.fs, temp))
	}
	// From here on an error is final, even that of a full disk: which of the
	// two bears the name is not known.
	if err := m.install(temp, name); err != nil {
		return final{fmt.Errorf("install: %w", err)}
	}
	return nil
}

func (m *manifest) install(temp, name string) error {
	if err := m.close(); err != nil {
		return err
	}
	m.file = nil
	if err := m.fs.Rename(temp, name); err != nil {
		return err
	}
	if err := m.fs.SyncDir(m.dir); err != nil {
		return err
	}
	file, err := m.fs.OpenWrite(name, vfs.Buffered)
	m.file = file
	return err
}

// writeFile makes a file with that content, durable but for its name.
func writeFile(fsys vfs.FS, name string, p []byte) error {
	if err := removeIfThere(fsys, name); err != nil {
		return err
	}
	file, err := fsys.Create(name, vfs.Buffered)
	if err != nil {
		return err
	}
	if _, err = file.WriteAt(p, 0); err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// rewriteLast writes the newest record once more and syncs: what was read may
// have been in the page cache only, if the sync before the crash failed.
func (m *manifest) rewriteLast(record []byte) error {
	if _, err := m.file.WriteAt(record, m.size-int64(len(record))); err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	if err := m.file.Sync(); err != nil {
		return fmt.Errorf("sync manifest: %w", err)
	}
	return nil
}
