package crashfs

import (
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"sync"

	"github.com/freshet/freshet/internal/vfs"
)

// ErrPowerCut is what every call returns once the power is off.
var ErrPowerCut = errors.New("power cut")

// defaultQuota is the size of a disk that nobody limited: 1 TiB.
const defaultQuota = 1 << 40

// FS is a disk in memory. Absolute and relative paths mean the same: there is one
// tree, and its root is the current folder.
type FS struct {
	mu struct {
		sync.Mutex
		root  *folder
		locks map[string]bool
		dead  bool
		// cut is asked before each mutating call whether the power goes in it.
		cut func(vfs.Op) bool
		// used and quota count bytes of whole pages.
		used, quota int64
		tracing     bool
		trace       []string
	}
}

var _ vfs.FS = (*FS)(nil)

// New returns an empty disk of 1 TiB.
func New() *FS {
	f := &FS{}
	f.mu.root = newFolder()
	f.mu.locks = map[string]bool{}
	f.mu.quota = defaultQuota
	return f
}

// SetQuota makes the disk that large, in bytes. Space is taken in pages of 4096
// bytes; beyond the quota writes stop short and, like Create, fail with
// vfs.ErrNoSpace. The quota may be below what is used.
func (f *FS) SetQuota(bytes int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mu.quota = bytes
}

// Used returns how many bytes of the quota are taken.
func (f *FS) Used() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.mu.used
}

// StartTrace begins a trace of the mutating calls.
func (f *FS) StartTrace() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mu.tracing, f.mu.trace = true, nil
}

// Trace returns the mutating calls since StartTrace, in the order in which they
// took effect, as vfs.Op writes them. A call that failed has its error after a
// colon.
func (f *FS) Trace() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.mu.trace...)
}

// CrashAfter cuts the power in the mutating call after the next n.
func (f *FS) CrashAfter(n int) {
	f.CrashWhen(func(vfs.Op) bool {
		n--
		return n < 0
	})
}

// CrashWhen cuts the power in the first mutating call for which when is true.
// That call fails with ErrPowerCut, as all later ones do. If it was a Sync or
// SyncDir it made nothing durable, else it counts as done and not synced: it may
// survive in whole, in part or not at all. Crash then tells what is left.
//
// when must not call the FS. Nil takes an earlier one back.
func (f *FS) CrashWhen(when func(vfs.Op) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mu.cut = when
}

// Dead reports whether the power is off.
func (f *FS) Dead() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.mu.dead
}

// do runs fn as the call op, under the lock.
func (f *FS) do(op vfs.Op, fn func() error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	powered := !f.mu.dead
	err := f.doLocked(op, fn)
	if powered && f.mu.tracing && op.Mutates() {
		line := op.String()
		if err != nil {
			line += ": " + err.Error()
		}
		f.mu.trace = append(f.mu.trace, line)
	}
	if err != nil && err != io.EOF {
		return &fs.PathError{Op: string(op.Kind), Path: op.Name, Err: err}
	}
	return err
}

func (f *FS) doLocked(op vfs.Op, fn func() error) error {
	if f.mu.dead {
		return ErrPowerCut
	}
	if f.mu.cut == nil || !op.Mutates() || !f.mu.cut(op) {
		return fn()
	}
	f.mu.dead = true
	if op.Kind != vfs.OpSync && op.Kind != vfs.OpSyncDir {
		_ = fn() // on its way when the power went
	}
	return ErrPowerCut
}

func (f *FS) Create(name string, mode vfs.Mode) (vfs.File, error) {
	var h *file
	err := f.do(vfs.Op{Kind: vfs.OpCreate, Name: filepath.Clean(name)}, func() error {
		dir, base, err := f.mu.root.parent(name)
		if err != nil {
			return err
		}
		if dir.names[base] != nil {
			return fs.ErrExist
		}
		if f.mu.used >= f.mu.quota {
			return vfs.ErrNoSpace
		}
		in := &inode{links: 1}
		dir.change(change{name: base, to: in})
		h = f.openLocked(in, name, true, mode)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return h, nil
}

func (f *FS) Open(name string) (vfs.File, error) {
	return f.open(vfs.OpOpen, name, false, vfs.Buffered)
}

func (f *FS) OpenWrite(name string, mode vfs.Mode) (vfs.File, error) {
	return f.open(vfs.OpOpenWrite, name, true, mode)
}

func (f *FS) open(kind vfs.Kind, name string, write bool, mode vfs.Mode) (vfs.File, error) {
	var h *file
	err := f.do(vfs.Op{Kind: kind, Name: filepath.Clean(name)}, func() error {
		in, err := f.mu.root.file(name)
		if err != nil {
			return err
		}
		h = f.openLocked(in, name, write, mode)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return h, nil
}

func (f *FS) openLocked(in *inode, name string, write bool, mode vfs.Mode) *file {
	in.handles++
	return &file{fs: f, in: in, name: filepath.Clean(name), write: write, direct: mode == vfs.Direct}
}

func (f *FS) Rename(from, to string) error {
	op := vfs.Op{Kind: vfs.OpRename, Name: filepath.Clean(from), To: filepath.Clean(to)}
	return f.do(op, func() error {
		in, err := f.mu.root.file(from)
		if err != nil {
			return err
		}
		dir, base, err := f.mu.root.parent(from)
		if err != nil {
			return err
		}
		other, newBase, err := f.mu.root.parent(to)
		if err != nil {
			return err
		}
		if other != dir {
			return errors.ErrUnsupported // the contract asks for renames within a folder only
		}
		if base == newBase {
			return nil
		}
		switch replaced := dir.names[newBase].(type) {
		case *folder:
			return fs.ErrExist
		case *inode:
			if replaced == in {
				return nil // two names of one file: POSIX leaves both
			}
			f.unlinkLocked(replaced)
		}
		dir.change(change{name: newBase, to: in, from: base})
		return nil
	})
}

func (f *FS) Link(from, to string) error {
	op := vfs.Op{Kind: vfs.OpLink, Name: filepath.Clean(from), To: filepath.Clean(to)}
	return f.do(op, func() error {
		in, err := f.mu.root.file(from)
		if err != nil {
			return err
		}
		dir, base, err := f.mu.root.parent(to)
		if err != nil {
			return err
		}
		if dir.names[base] != nil {
			return fs.ErrExist
		}
		dir.change(change{name: base, to: in})
		in.links++
		return nil
	})
}

func (f *FS) Remove(name string) error {
	return f.do(vfs.Op{Kind: vfs.OpRemove, Name: filepath.Clean(name)}, func() error {
		dir, base, err := f.mu.root.parent(name)
		if err != nil {
			return err
		}
		switch removed := dir.names[base].(type) {
		case nil:
			return fs.ErrNotExist
		case *folder:
			if len(removed.names) > 0 {
				return errors.New("folder is not empty")
			}
		case *inode:
			f.unlinkLocked(removed)
		}
		dir.change(change{name: base})
		return nil
	})
}

func (f *FS) MkdirAll(dir string) error {
	return f.do(vfs.Op{Kind: vfs.OpMkdirAll, Name: filepath.Clean(dir)}, func() error {
		return f.mu.root.mkdirAll(dir)
	})
}

func (f *FS) List(dir string) ([]string, error) {
	var names []string
	err := f.do(vfs.Op{Kind: vfs.OpList, Name: filepath.Clean(dir)}, func() error {
		d, err := f.mu.root.folder(dir)
		if err != nil {
			return err
		}
		names = sortedNames(d.names)
		return nil
	})
	return names, err
}

func (f *FS) SyncDir(dir string) error {
	return f.do(vfs.Op{Kind: vfs.OpSyncDir, Name: filepath.Clean(dir)}, func() error {
		d, err := f.mu.root.folder(dir)
		if err != nil {
			return err
		}
		d.sync()
		return nil
	})
}

// Free returns what the quota leaves.
func (f *FS) Free(dir string) (uint64, error) {
	var free int64
	err := f.do(vfs.Op{Kind: vfs.OpFree, Name: filepath.Clean(dir)}, func() error {
		_, err := f.mu.root.folder(dir)
		free = max(f.mu.quota-f.mu.used, 0)
		return err
	})
	return uint64(free), err
}

// unlinkLocked takes a name of in, and its space unless another or a handle still
// has it.
func (f *FS) unlinkLocked(in *inode) {
	in.links--
	f.freeIfGoneLocked(in)
}

func (f *FS) freeIfGoneLocked(in *inode) {
	if in.links == 0 && in.handles == 0 {
		f.mu.used -= in.space()
	}
}
