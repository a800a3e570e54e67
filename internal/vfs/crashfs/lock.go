package crashfs

import (
	"io"
	"path/filepath"
	"sync"

	"github.com/freshet/freshet/internal/vfs"
)

func (f *FS) Lock(name string) (io.Closer, error) {
	key := filepath.Join(split(name)...)
	err := f.do(vfs.Op{Kind: vfs.OpLock, Name: filepath.Clean(name)}, func() error {
		if f.mu.locks[key] {
			return vfs.ErrLocked
		}
		dir, base, err := f.mu.root.parent(name)
		if err != nil {
			return err
		}
		if dir.names[base] == nil {
			dir.change(change{name: base, to: &inode{links: 1}})
		}
		f.mu.locks[key] = true
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &lock{fs: f, key: key}, nil
}

// lock is a lock that is held.
type lock struct {
	fs   *FS
	key  string
	once sync.Once
}

func (l *lock) Close() error {
	l.once.Do(func() {
		l.fs.mu.Lock()
		defer l.fs.mu.Unlock()
		delete(l.fs.mu.locks, l.key)
	})
	return nil
}
