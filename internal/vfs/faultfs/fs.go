package faultfs

import (
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"

	"github.com/freshet/freshet/internal/vfs"
)

// FS passes calls on to another FS, or makes them fail.
type FS struct {
	inner vfs.FS
	mu    struct {
		sync.Mutex
		// faults is replaced, never changed.
		faults []*Fault
	}
}

var _ vfs.FS = (*FS)(nil)

// New returns an FS that passes all on to inner until a rule is injected.
func New(inner vfs.FS) *FS { return &FS{inner: inner} }

// Inject sets a rule to work. Of several rules that a call is to fail by, the
// first injected one decides.
func (f *FS) Inject(r Rule) *Fault {
	fault := &Fault{rule: r, fs: f}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mu.faults = append(slices.Clone(f.mu.faults), fault)
	return fault
}

func (f *FS) remove(fault *Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mu.faults = slices.DeleteFunc(slices.Clone(f.mu.faults), func(other *Fault) bool { return other == fault })
}

// meet shows a call to all faults, and returns the rule by which it is to fail, or
// nil.
func (f *FS) meet(op vfs.Op) *Rule {
	var failing *Rule
	var before []func(vfs.Op)
	f.mu.Lock()
	for _, fault := range f.mu.faults {
		matches, fails := fault.meet(op)
		if fails && failing == nil {
			failing = &fault.rule
		}
		if matches && fault.rule.Before != nil {
			before = append(before, fault.rule.Before)
		}
	}
	f.mu.Unlock()
	for _, fn := range before {
		fn(op)
	}
	return failing
}

// fail returns the error of a call that is to fail, or nil.
func (f *FS) fail(op vfs.Op) error {
	if r := f.meet(op); r != nil {
		return r.failure(op)
	}
	return nil
}

func (r *Rule) failure(op vfs.Op) error {
	err := r.Err
	if err == nil {
		err = ErrIO
	}
	return &fs.PathError{Op: string(op.Kind), Path: op.Name, Err: err}
}

func named(kind vfs.Kind, name string) vfs.Op {
	return vfs.Op{Kind: kind, Name: filepath.Clean(name)}
}

func (f *FS) Create(name string, mode vfs.Mode) (vfs.File, error) {
	return f.open(vfs.OpCreate, name, func() (vfs.File, error) { return f.inner.Create(name, mode) })
}

func (f *FS) Open(name string) (vfs.File, error) {
	return f.open(vfs.OpOpen, name, func() (vfs.File, error) { return f.inner.Open(name) })
}

func (f *FS) OpenWrite(name string, mode vfs.Mode) (vfs.File, error) {
	return f.open(vfs.OpOpenWrite, name, func() (vfs.File, error) { return f.inner.OpenWrite(name, mode) })
}

func (f *FS) open(kind vfs.Kind, name string, open func() (vfs.File, error)) (vfs.File, error) {
	op := named(kind, name)
	if err := f.fail(op); err != nil {
		return nil, err
	}
	inner, err := open()
	if err != nil {
		return nil, err
	}
	return &file{fs: f, inner: inner, name: op.Name}, nil
}

func (f *FS) Rename(from, to string) error {
	op := named(vfs.OpRename, from)
	op.To = filepath.Clean(to)
	if err := f.fail(op); err != nil {
		return err
	}
	return f.inner.Rename(from, to)
}

func (f *FS) Link(from, to string) error {
	op := named(vfs.OpLink, from)
	op.To = filepath.Clean(to)
	if err := f.fail(op); err != nil {
		return err
	}
	return f.inner.Link(from, to)
}

func (f *FS) Remove(name string) error {
	if err := f.fail(named(vfs.OpRemove, name)); err != nil {
		return err
	}
	return f.inner.Remove(name)
}

func (f *FS) MkdirAll(dir string) error {
	if err := f.fail(named(vfs.OpMkdirAll, dir)); err != nil {
		return err
	}
	return f.inner.MkdirAll(dir)
}

func (f *FS) List(dir string) ([]string, error) {
	if err := f.fail(named(vfs.OpList, dir)); err != nil {
		return nil, err
	}
	return f.inner.List(dir)
}

func (f *FS) SyncDir(dir string) error {
	if err := f.fail(named(vfs.OpSyncDir, dir)); err != nil {
		return err
	}
	return f.inner.SyncDir(dir)
}

func (f *FS) Free(dir string) (uint64, error) {
	if err := f.fail(named(vfs.OpFree, dir)); err != nil {
		return 0, err
	}
	return f.inner.Free(dir)
}

func (f *FS) Lock(name string) (io.Closer, error) {
	if err := f.fail(named(vfs.OpLock, name)); err != nil {
		return nil, err
	}
	return f.inner.Lock(name)
}
