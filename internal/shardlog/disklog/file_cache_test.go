package disklog

import (
	"fmt"
	"testing"

	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// Many readers at once may have many files open; when they have left, few are.
func TestFewFilesStayOpen(t *testing.T) {
	fs := crashfs.New()
	c := fileCache{fs: fs}
	open := func(n int) *openFile {
		t.Helper()
		s := &segment{path: fmt.Sprint("segment ", n)}
		s.number = uint64(n)
		file, err := fs.Create(s.path, vfs.Buffered)
		if err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		f, err := c.acquire(s)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	const readers = 3 * maxOpenSegments
	var files []*openFile
	for n := range readers {
		files = append(files, open(n))
	}
	if len(c.open) != readers {
		t.Errorf("%d files are open, and %d are read", len(c.open), readers)
	}
	for _, f := range files {
		c.release(f)
	}
	if len(c.open) != maxOpenSegments {
		t.Errorf("%d files are open, and nobody reads", len(c.open))
	}
	c.release(open(readers))
	if len(c.open) != maxOpenSegments || c.open[readers] == nil {
		t.Errorf("%d files are open, the newest is %v", len(c.open), c.open[readers])
	}
}
