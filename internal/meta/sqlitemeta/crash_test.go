package sqlitemeta

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/freshet/freshet/internal/meta"
)

// rounds is how many crashes are tried; make torture tries more.
func rounds() int {
	if os.Getenv("FRESHET_TORTURE") != "" {
		return 1000
	}
	return 25
}

// TestCrashKeepsWhatWasAcknowledged copies the file and its log at random
// moments while updates go on, as the end of the process would leave them, and
// opens the copies: all that was acknowledged before the copy began is there,
// no update is there in part, and the copy is sound and takes updates.
func TestCrashKeepsWhatWasAcknowledged(t *testing.T) {
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

	rng := rand.New(rand.NewPCG(1, 2))
	for range rounds() {
		// The next crash comes some updates later.
		for later := meta.Version(acknowledged.Load() + 1 + rng.Int64N(40)); ; {
			if v, err := s.Watch(t.Context(), later); err != nil || v > later {
				break
			}
		}
		copied := t.TempDir()
		known := crashCopy(t, s, dir, copied, &acknowledged)
		afterCrash(t, copied, known)
	}
}

// numbered makes update n: two documents that must agree, one that grows and
// shrinks so that the log is checkpointed at all sorts of lengths, and one that
// is removed later.
func numbered(t *testing.T, s meta.Store, n int64) error {
	text := []byte(strconv.FormatInt(n, 10))
	_, err := s.Update(t.Context(), func(tx meta.Tx) error {
		return errors.Join(
			tx.Put("n", text),
			tx.Put("size", bytes.Repeat([]byte{'x'}, int(n*7919%60000))),
			tx.Put("same", text),
			tx.Put(fmt.Sprintf("old/%d", n), text),
			tx.Delete(fmt.Sprintf("old/%d", n-50)))
	})
	return err
}

// crashCopy copies the store's files from one folder to another while updates
// go on, and returns the last update that was acknowledged before it began.
//
// A crash leaves both files as they were at one instant; a copy takes a while.
// What may happen in between is what SQLite does not order anyway: pages that a
// checkpoint moves into the file, frames that are appended to the log. A View
// that is open keeps the log from being begun anew, which would pair an old
// file with a new log; it can happen once after the View has begun, so the log
// is read until its header stays the same.
func crashCopy(t *testing.T, s meta.Store, from, to string, acknowledged *atomic.Int64) (known int64) {
	t.Helper()
	err := s.View(t.Context(), func(r meta.Reader) error {
		if _, err := r.Get("n"); err != nil {
			return err
		}
		known = acknowledged.Load()
		for {
			before := logHeader(t, from)
			for _, suffix := range []string{"", "-wal"} {
				b, err := os.ReadFile(fileIn(from) + suffix)
				if err != nil && !errors.Is(err, fs.ErrNotExist) {
					return err
				}
				if err := os.WriteFile(fileIn(to)+suffix, b, 0o600); err != nil {
					return err
				}
			}
			if bytes.Equal(before, logHeader(t, from)) {
				return nil
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return known
}

// logHeader returns the first bytes of the log, which name its generation.
func logHeader(t *testing.T, dir string) []byte {
	t.Helper()
	b := make([]byte, 32)
	f, err := os.Open(fileIn(dir) + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n, _ := f.Read(b)
	return b[:n]
}

// afterCrash opens the copy in dir and looks.
func afterCrash(t *testing.T, dir string, known int64) {
	t.Helper()
	if err := Check(fileIn(dir)); err != nil {
		t.Errorf("after the crash: %v", err)
	}
	s := openIn(t, dir)
	defer s.Close()
	n, err := strconv.ParseInt(get(t, s, "n"), 10, 64)
	if err != nil || n < known {
		t.Fatalf("update %d was acknowledged, the copy has %d (%v)", known, n, err)
	}
	err = s.View(t.Context(), func(r meta.Reader) error {
		return whole(t, r, n)
	})
	if err != nil {
		t.Error(err)
	}
	// Version 1 was the first n, so update n is version n+1, and the next is n+2.
	if v := put(t, s, "n", "again"); v != meta.Version(n+2) {
		t.Errorf("the next update has version %d, want %d", v, n+2)
	}
}

// whole checks that the documents are those that update n left.
func whole(t *testing.T, r meta.Reader, n int64) error {
	t.Helper()
	same, err := r.Get("same")
	size, err2 := r.Get("size")
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	if string(same.Value) != strconv.FormatInt(n, 10) || int64(len(size.Value)) != n*7919%60000 {
		t.Errorf("update %d is there in part: same = %s, size = %d", n, same.Value, len(size.Value))
	}
	old := 0
	for d, err := range r.Scan("old/", "") {
		if err != nil {
			return err
		}
		if k, _ := strconv.ParseInt(string(d.Value), 10, 64); k <= n-50 || k > n {
			t.Errorf("update %d left %s", n, d.Key)
		}
		old++
	}
	if want := min(n, 50); int64(old) != want {
		t.Errorf("update %d left %d old documents, want %d", n, old, want)
	}
	return nil
}
