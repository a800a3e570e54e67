package sqlitemeta

import (
	"path/filepath"
	"testing"

	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/meta/metatest"
)

func TestSqlitemeta(t *testing.T) {
	metatest.Run(t, func(t *testing.T) meta.Store { return openIn(t, t.TempDir()) })
}

func TestReopen(t *testing.T) {
	metatest.Reopen(t, func(t *testing.T, dir string) meta.Store { return openIn(t, dir) })
}

// openIn opens the store in dir.
func openIn(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(fileIn(dir))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func fileIn(dir string) string { return filepath.Join(dir, "meta.db") }
