package house

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/freshet/freshet"

// source is one Go file of the tree.
type source struct {
	path      string // from the root of the tree, with slashes
	room      string // its folder; "." is the root
	test      bool   // ends in _test.go
	generated bool
	text      []byte
	lines     int
	fset      *token.FileSet
	ast       *ast.File
}

// imports returns the import paths of s.
func (s *source) imports() []string {
	var paths []string
	for _, spec := range s.ast.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			panic("the parser let an import path pass that is no string: " + spec.Path.Value)
		}
		paths = append(paths, p)
	}
	return paths
}

func (s *source) line(p token.Pos) int { return s.fset.Position(p).Line }

// tree is everything that is looked at.
type tree struct {
	sources []*source
	texts   map[string][]byte // every other text file, by path
}

// rooms returns the folders that hold Go files, sorted.
func (t *tree) rooms() []string {
	var rooms []string
	for _, s := range t.sources {
		rooms = append(rooms, s.room)
	}
	slices.Sort(rooms)
	return slices.Compact(rooms)
}

// in returns the sources of room.
func (t *tree) in(room string) []*source {
	var found []*source
	for _, s := range t.sources {
		if s.room == room {
			found = append(found, s)
		}
	}
	return found
}

// exists reports whether the tree has a file or folder at path.
func exists(p string) bool {
	_, err := os.Stat(filepath.Join(root, filepath.FromSlash(p)))
	return err == nil
}

// root is the way from this folder to the root of the tree.
const root = "../.."

// load returns the tree; it is read once.
func load(t *testing.T) *tree {
	t.Helper()
	tr, err := readTree()
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

var readTree = sync.OnceValues(func() (*tree, error) {
	tr := &tree{texts: map[string][]byte{}}
	err := fs.WalkDir(os.DirFS(root), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if foreign(p, d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if p == ".git" {
			return nil // a worktree has a file of that name, which names a path
		}
		return tr.add(p)
	})
	return tr, err
})

// foreign reports whether a folder is not ours: what tools and builds leave.
func foreign(p, name string) bool {
	return p != "." && strings.HasPrefix(name, ".") && name != ".ci" ||
		name == "node_modules" || name == "__pycache__" || name == "testdata" ||
		p == "bin" || p == "freshet-data"
}

func (t *tree) add(p string) error {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(p)))
	if err != nil {
		return err
	}
	if path.Ext(p) != ".go" {
		if !bytes.Contains(text[:min(len(text), 8000)], []byte{0}) {
			t.texts[p] = text
		}
		return nil
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, p, text, parser.ParseComments)
	if err != nil {
		return err
	}
	t.sources = append(t.sources, &source{
		path:      p,
		room:      path.Dir(p),
		test:      strings.HasSuffix(p, "_test.go"),
		generated: ast.IsGenerated(file),
		text:      text,
		lines:     bytes.Count(text, []byte{'\n'}),
		fset:      fset,
		ast:       file,
	})
	return nil
}
