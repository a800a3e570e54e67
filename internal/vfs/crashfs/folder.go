package crashfs

import (
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// node is a *folder or an *inode.
type node any

// folder is a folder as it is now, and what of it is durable.
type folder struct {
	names   map[string]node
	durable map[string]node
	// changes lead from durable to names.
	changes []change
}

// change is one change of a folder's names: to gets name, or nothing does; from,
// if any, is the name that a rename takes away.
type change struct {
	name string
	to   node
	from string
}

func newFolder() *folder {
	return &folder{names: map[string]node{}, durable: map[string]node{}}
}

func (d *folder) change(c change) {
	c.apply(d.names)
	d.changes = append(d.changes, c)
}

func (d *folder) sync() {
	for _, c := range d.changes {
		c.apply(d.durable)
	}
	d.changes = nil
}

func (c change) apply(names map[string]node) {
	if c.from != "" {
		delete(names, c.from)
	}
	if c.to == nil {
		delete(names, c.name)
	} else {
		names[c.name] = c.to
	}
}

// folder finds a folder below d.
func (d *folder) folder(path string) (*folder, error) {
	for _, name := range split(path) {
		below, ok := d.names[name].(*folder)
		if !ok {
			return nil, fs.ErrNotExist
		}
		d = below
	}
	return d, nil
}

// parent finds the folder of path, and path's last name.
func (d *folder) parent(path string) (*folder, string, error) {
	parts := split(path)
	if len(parts) == 0 {
		return nil, "", fs.ErrInvalid
	}
	dir, err := d.folder(filepath.Join(parts[:len(parts)-1]...))
	return dir, parts[len(parts)-1], err
}

// file finds a file below d.
func (d *folder) file(path string) (*inode, error) {
	dir, base, err := d.parent(path)
	if err != nil {
		return nil, err
	}
	switch n := dir.names[base].(type) {
	case *inode:
		return n, nil
	case *folder:
		return nil, fs.ErrInvalid
	}
	return nil, fs.ErrNotExist
}

func (d *folder) mkdirAll(path string) error {
	for _, name := range split(path) {
		switch n := d.names[name].(type) {
		case *folder:
			d = n
		case *inode:
			return fs.ErrExist
		default:
			below := newFolder()
			d.change(change{name: name, to: below})
			d = below
		}
	}
	return nil
}

// split returns the names that lead from the root to path.
func split(path string) []string {
	path = path[len(filepath.VolumeName(path)):]
	return strings.FieldsFunc(filepath.ToSlash(filepath.Clean("/"+path)), func(r rune) bool { return r == '/' })
}

func sortedNames(names map[string]node) []string {
	return slices.Sorted(maps.Keys(names))
}
