package sqlitemeta

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/freshet/freshet/internal/meta"
)

// A backup that is made while updates go on is a sound store with all that was
// acknowledged before, and nothing in part.
func TestBackupWhileUpdatesGoOn(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	defer s.Close()
	put(t, s, "n", "0")
	var acknowledged atomic.Int64
	stop := make(chan struct{})
	var writer sync.WaitGroup
	writer.Go(func() {
		for n := int64(1); ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			if err := numbered(t, s, n); err != nil {
				t.Errorf("Update: %v", err)
				return
			}
			acknowledged.Store(n)
		}
	})
	defer writer.Wait()
	defer close(stop)
	for range 5 {
		if _, err := s.Watch(t.Context(), meta.Version(acknowledged.Load()+10)); err != nil {
			t.Fatal(err)
		}
		copied := t.TempDir()
		known := acknowledged.Load()
		if err := s.Backup(t.Context(), fileIn(copied)); err != nil {
			t.Fatal(err)
		}
		names, err := os.ReadDir(copied)
		if err != nil || len(names) != 1 {
			t.Errorf("the folder holds %v, %v: a backup is one file", names, err)
		}
		afterCrash(t, copied, known)
	}
}

func TestBackupRefusesWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	put(t, s, "a", "1")
	if err := s.Backup(t.Context(), fileIn(dir)); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over the store itself: %v", err)
	}
	if got := get(t, s, "a"); got != "1" {
		t.Errorf("a is %q", got)
	}
	s.Close()
	if err := s.Backup(t.Context(), filepath.Join(t.TempDir(), "b")); !errors.Is(err, meta.ErrClosed) {
		t.Errorf("of a closed store: %v", err)
	}
}

func TestReadSeesWhatAStoreHolds(t *testing.T) {
	dir := t.TempDir()
	read := func() (found string) {
		t.Helper()
		err := Read(t.Context(), fileIn(dir), func(r meta.Reader) error {
			for d, err := range r.Scan("", "") {
				if err != nil {
					return err
				}
				found += fmt.Sprintf("%s=%s ", d.Key, d.Value)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	s := openIn(t, dir)
	for n := range 3 {
		put(t, s, strconv.Itoa(n), "x")
	}
	if got := read(); got != "0=x 1=x 2=x " {
		t.Errorf("beside the store: %q", got)
	}
	s.Close()
	if got := read(); got != "0=x 1=x 2=x " {
		t.Errorf("after the store: %q", got)
	}
	if err := Read(t.Context(), filepath.Join(dir, "none"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a file: %v", err)
	}
}
