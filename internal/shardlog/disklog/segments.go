package disklog

import (
	"slices"
	"sync"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

// segments is the set of segments as readers see it: immutable versions, each
// with a count of its readers. A segment's file is removed when the last version
// that it is in has no reader any more.
type segments struct {
	fs    vfs.FS
	dir   string
	files fileCache
	// footers by segment number, and decoded blocks.
	footers lru[uint64, *footer]
	blocks  lru[blockKey, []run]

	mu      sync.Mutex
	current *version
}

// version is a list of segments in the order of segmentMeta.compare, which is
// that of every shard's offsets.
type version struct {
	segments []*segment
	readers  int // guarded by segments.mu

	mu sync.Mutex
	// of holds what holding has found, for maxRemembered streams at the most;
	// made at first use.
	of map[shardlog.StreamID][]*segment
}

// maxRemembered bounds the memory of a version: at 1,000 segments, 8 MiB.
const maxRemembered = 1024

// holding returns the segments that may hold records of the stream, in order. They
// are looked for once and then known, since each of a reader's pages asks.
func (v *version) holding(id shardlog.StreamID) []*segment {
	v.mu.Lock()
	defer v.mu.Unlock()
	found, known := v.of[id]
	if known {
		return found
	}
	for i, s := range v.segments {
		if !s.mayHold(id) {
			if found == nil {
				found = slices.Clone(v.segments[:i])
			}
		} else if found != nil {
			found = append(found, s)
		}
	}
	if found == nil {
		found = v.segments // all of them
	}
	if v.of == nil || len(v.of) >= maxRemembered {
		v.of = map[shardlog.StreamID][]*segment{}
	}
	v.of[id] = found
	return found
}

// blockKey is the segment's number, and the block's position in it.
type blockKey struct {
	segment  uint64
	position int64
}

func (g *segments) open(fs vfs.FS, dir string, o Options) {
	g.fs, g.dir = fs, dir
	g.files.fs = fs
	g.footers.limit, g.blocks.limit = o.FooterCache, o.BlockCache
	g.current = &version{}
}

// acquire returns the newest version; the caller must release it.
func (g *segments) acquire() *version {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.current.readers++
	return g.current
}

func (g *segments) release(v *version) {
	g.mu.Lock()
	v.readers--
	gone := g.leaveLocked(v)
	g.mu.Unlock()
	g.remove(gone)
}

// install makes a version of added and of all that are there but removed, and
// lets readers see it. The manifest says the same already.
func (g *segments) install(added []*segment, removed []*segment) {
	g.mu.Lock()
	before := g.current
	next := &version{segments: slices.Clone(before.segments)}
	if len(removed) > 0 {
		next.segments = slices.DeleteFunc(next.segments, func(s *segment) bool { return slices.Contains(removed, s) })
	}
	next.segments = append(next.segments, added...)
	slices.SortFunc(next.segments, func(a, b *segment) int { return a.compare(&b.segmentMeta) })
	for _, s := range next.segments {
		s.versions++
	}
	g.current = next
	gone := g.leaveLocked(before)
	g.mu.Unlock()
	g.remove(gone)
}

// leaveLocked returns the segments that are in no version any more, if v has
// neither readers nor is the newest.
func (g *segments) leaveLocked(v *version) (gone []*segment) {
	if v == g.current || v.readers > 0 {
		return nil
	}
	for _, s := range v.segments {
		if s.versions--; s.versions == 0 {
			gone = append(gone, s)
		}
	}
	return gone
}

// remove deletes files that the manifest does not name any more. One that stays
// is removed by recovery: so are all once the log was closed, when the folder may
// be another log's.
func (g *segments) remove(gone []*segment) {
	if len(gone) == 0 || g.files.isClosed() {
		return
	}
	isGone := func(number uint64) bool {
		return slices.ContainsFunc(gone, func(s *segment) bool { return s.number == number })
	}
	g.footers.forget(isGone)
	g.blocks.forget(func(k blockKey) bool { return isGone(k.segment) })
	for _, s := range gone {
		g.files.forget(s)
		_ = g.fs.Remove(s.path)
	}
}

func (g *segments) close() { g.files.close() }
