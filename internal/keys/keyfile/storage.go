package keyfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"sync"

	"github.com/freshet/freshet/internal/durable"
	"github.com/freshet/freshet/internal/vfs"
)

// storage is where a keyring is. Only who has the lock saves.
type storage interface {
	// load returns what was saved last, in memory of the caller's; if nothing was,
	// fs.ErrNotExist.
	load() ([]byte, error)
	// save keeps no content.
	save(content []byte) error
	// lock keeps others from saving.
	lock() (io.Closer, error)
}

// onDisk is a file.
type onDisk struct {
	disk vfs.FS
	path string
}

func (s onDisk) load() ([]byte, error) { return readPrivate(s.path) }

func (s onDisk) save(content []byte) error { return durable.WriteFile(s.disk, s.path, content) }

func (s onDisk) lock() (io.Closer, error) {
	if err := durable.MkdirAll(s.disk, filepath.Dir(s.path)); err != nil {
		return nil, err
	}
	unlock, err := s.disk.Lock(s.path + ".lock")
	if errors.Is(err, vfs.ErrLocked) {
		return nil, fmt.Errorf("%s is being changed by another process: try again", s.path)
	}
	return unlock, err
}

// inMemory is for servers that leave nothing on the disk.
type inMemory struct {
	mu struct {
		sync.Mutex
		content []byte
	}
}

func (s *inMemory) load() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.content == nil {
		return nil, fs.ErrNotExist
	}
	return bytes.Clone(s.mu.content), nil
}

func (s *inMemory) save(content []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.content = bytes.Clone(content)
	return nil
}

// lock has nobody to keep out: one File is all that reaches the memory.
func (s *inMemory) lock() (io.Closer, error) { return io.NopCloser(nil), nil }
