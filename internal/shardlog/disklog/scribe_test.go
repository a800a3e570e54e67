package disklog

import (
	"fmt"
	"strings"
	"sync"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

// scribe is a file system that keeps its own book of the journal: which frames
// were given to the disk, and which of them were synced. It believes the calls,
// not the log.
type scribe struct {
	vfs.FS
	mu sync.Mutex
	// frames are those that were written, by LSN − 1.
	frames []scribedFrame
}

// scribedFrame is what the scribe knows of a frame.
type scribedFrame struct {
	file string
	runs []subFrame // of entries
	// written says that its bytes are with the disk: a power cut may have taken
	// them, unless they are synced.
	written, synced bool
}

func (s *scribe) Create(name string, mode vfs.Mode) (vfs.File, error) {
	file, err := s.FS.Create(name, mode)
	return s.over(file, name, err)
}

func (s *scribe) OpenWrite(name string, mode vfs.Mode) (vfs.File, error) {
	file, err := s.FS.OpenWrite(name, mode)
	return s.over(file, name, err)
}

func (s *scribe) over(file vfs.File, name string, err error) (vfs.File, error) {
	if err != nil || !strings.Contains(name, journalPrefix) {
		return file, err
	}
	return &scribedFile{file, name, s}, nil
}

// scribedFile is a journal file.
type scribedFile struct {
	vfs.File
	name   string
	scribe *scribe
}

// WriteAt notes the frame first: if the power goes in the call it may be there.
func (f *scribedFile) WriteAt(p []byte, off int64) (int, error) {
	f.scribe.wrote(f.name, p)
	return f.File.WriteAt(p, off)
}

func (f *scribedFile) Sync() error {
	err := f.File.Sync()
	if err == nil {
		f.scribe.synced(f.name)
	}
	return err
}

func (s *scribe) wrote(name string, p []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		h, _, err := parseFrameHeader(p)
		if err != nil {
			return
		}
		subs, err := parseFrameBody(h, p[headerSize:][:h.length])
		if err != nil {
			panic(fmt.Sprintf("frame %d is written: %v", h.lsn, err))
		}
		if h.lsn > uint64(len(s.frames)) {
			s.frames = append(s.frames, scribedFrame{file: name, runs: runsOf(subs)})
		}
		if frame := &s.frames[h.lsn-1]; frame.file == name {
			frame.written = true
		}
		p = p[alignUp(headerSize+int(h.length)):]
	}
}

// runsOf returns the sub-frames with entries, without their bodies.
func runsOf(subs []subFrame) (runs []subFrame) {
	for _, s := range subs {
		if s.kind == kindEntries {
			s.body = nil
			runs = append(runs, s)
		}
	}
	return runs
}

// powerCut notes that what is not synced may be gone.
func (s *scribe) powerCut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.frames {
		s.frames[i].written = false
	}
}

func (s *scribe) synced(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.frames) - 1; i >= 0 && !s.frames[i].synced; i-- {
		if s.frames[i].file == name && s.frames[i].written {
			s.frames[i].synced = true
		}
	}
}

// compare demands that l, which was just recovered, holds the first frames of the
// book and no others, all that were synced among them, and after the end of a
// process all. Those that l has not are struck out. It returns where each shard
// ends, and how many frames are gone.
func (s *scribe) compare(l *Log, all bool) (ends map[shardlog.Shard]shardlog.Offset, gone int, err error) {
	last := int(l.durable.Load())
	s.mu.Lock()
	defer s.mu.Unlock()
	if last > len(s.frames) || all && last < len(s.frames) {
		return nil, 0, fmt.Errorf("journal ends with frame %d, and %d were written", last, len(s.frames))
	}
	ends = map[shardlog.Shard]shardlog.Offset{}
	for i, frame := range s.frames {
		if i >= last && frame.synced {
			return nil, 0, fmt.Errorf("journal ends with frame %d, and frame %d was synced", last, i+1)
		}
		for _, r := range frame.runs {
			ends[r.shard] = max(ends[r.shard], 0)
			if i < last {
				ends[r.shard] = r.offset + shardlog.Offset(r.count)
			}
		}
	}
	gone = len(s.frames) - last
	s.frames = s.frames[:last]
	for i := range s.frames {
		s.frames[i].synced = true
	}
	for shard, end := range ends {
		if next := l.State(shard).Next; next != end && !l.shards.isDropped(shard.Stream) {
			return nil, 0, fmt.Errorf("shard %v ends at %d, and the first %d frames at %d", shard, next, last, end)
		}
	}
	return ends, gone, nil
}

// undo takes back what the log has lost, and rightly so, and returns how many
// entries of it were answered or visible.
func (g *ledger) undo(ends map[shardlog.Shard]shardlog.Offset) (undone int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for s, end := range ends {
		for _, a := range g.pageLocked(s).attempts {
			if a.answer == answered && a.offset >= end {
				a.answer = unknown
				undone++
			}
		}
	}
	return undone
}
