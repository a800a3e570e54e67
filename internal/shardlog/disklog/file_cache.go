package disklog

import (
	"fmt"
	"sync"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

// maxOpenSegments bounds the segment files that are kept open while nobody reads
// them: there may be more segments than descriptors.
const maxOpenSegments = 64

// fileCache opens segment files when they are read and keeps some of them open.
type fileCache struct {
	fs vfs.FS

	mu sync.Mutex
	// open holds the files by segment number; made at first use.
	open   map[uint64]*openFile
	clock  uint64
	closed bool
}

// openFile is a file with a count of its readers, guarded by fileCache.mu.
type openFile struct {
	number  uint64
	file    vfs.File
	readers int
	used    uint64 // by the cache's clock
}

// acquire returns the file of s; the caller must release it.
func (c *fileCache) acquire(s *segment) (*openFile, error) {
	if f, err := c.lookup(s.number); f != nil || err != nil {
		return f, err
	}
	file, err := c.fs.Open(s.path)
	if err != nil {
		return nil, fmt.Errorf("open segment: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.open[s.number]
	if f != nil || c.closed {
		_ = file.Close() // another reader was faster, or the log was closed
	}
	if c.closed {
		return nil, shardlog.ErrClosed
	}
	if f == nil {
		if c.open == nil {
			c.open = map[uint64]*openFile{}
		}
		f = &openFile{number: s.number, file: file}
		c.open[s.number] = f
	}
	c.useLocked(f)
	c.evictLocked()
	return f, nil
}

func (c *fileCache) lookup(number uint64) (*openFile, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, shardlog.ErrClosed
	}
	f := c.open[number]
	if f != nil {
		c.useLocked(f)
	}
	return f, nil
}

func (c *fileCache) useLocked(f *openFile) {
	f.readers++
	c.clock++
	f.used = c.clock
}

func (c *fileCache) release(f *openFile) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.readers--
	switch {
	case f.readers > 0:
	case c.closed:
		_ = f.file.Close()
	case len(c.open) > maxOpenSegments && c.open[f.number] == f:
		c.closeLocked(f) // all others had readers when it was opened
	}
}

// evictLocked closes files that nobody reads, from the one that was not read for
// longest on, until there are not too many.
func (c *fileCache) evictLocked() {
	for len(c.open) > maxOpenSegments {
		var oldest *openFile
		for _, f := range c.open {
			if f.readers == 0 && (oldest == nil || f.used < oldest.used) {
				oldest = f
			}
		}
		if oldest == nil {
			return // each is closed by its last reader
		}
		c.closeLocked(oldest)
	}
}

func (c *fileCache) closeLocked(f *openFile) {
	delete(c.open, f.number)
	_ = f.file.Close()
}

// forget closes the file of a segment that nobody reads any more.
func (c *fileCache) forget(s *segment) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f := c.open[s.number]; f != nil {
		c.closeLocked(f)
	}
}

func (c *fileCache) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// close closes all files that are not being read; the others close themselves.
func (c *fileCache) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, f := range c.open {
		if f.readers == 0 {
			_ = f.file.Close()
		}
	}
	c.open = nil
}
