package faultfs

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/vfstest"
)

func TestFS(t *testing.T) {
	vfstest.Run(t, func(t *testing.T) (vfs.FS, string) { return New(crashfs.New()), "." })
}

func TestFSOnDisk(t *testing.T) {
	vfstest.Run(t, func(t *testing.T) (vfs.FS, string) { return New(vfs.OS), t.TempDir() })
}

// everyCall calls each method once, and returns the first error.
func everyCall(f *FS) error {
	var first error
	note := func(err error) {
		if first == nil {
			first = err
		}
	}
	note(f.MkdirAll("dir"))
	_, err := f.List(".")
	note(err)
	_, err = f.Free(".")
	note(err)
	lock, err := f.Lock("lock")
	note(err)
	if err == nil {
		note(lock.Close())
	}
	note(content(f.Create("a", vfs.Buffered)))
	note(content(f.OpenWrite("a", vfs.Buffered)))
	if r, err := f.Open("a"); err != nil {
		note(err)
	} else {
		_, err := r.ReadAt(make([]byte, 1), 0)
		note(err)
		note(r.Close())
	}
	note(f.Link("a", "other"))
	note(f.Remove("other"))
	note(f.Rename("a", "b"))
	note(f.Remove("b"))
	note(f.SyncDir("."))
	return first
}

func content(h vfs.File, err error) error {
	if err != nil {
		return err
	}
	_, werr := h.WriteAt([]byte("x"), 0)
	_, serr := h.Size()
	_, lerr := h.Links()
	return errors.Join(werr, serr, lerr, h.PunchHole(0, 0), h.Truncate(1), h.Sync(), h.Close())
}

func TestEachCallFailsOnce(t *testing.T) {
	f := New(crashfs.New())
	calls := f.Inject(Rule{After: Never})
	if err := everyCall(f); err != nil {
		t.Fatal(err)
	}
	if calls.Seen() != 28 || calls.Failed() != 0 {
		t.Fatalf("counted %d calls, %d failures", calls.Seen(), calls.Failed())
	}
	for i := range calls.Seen() {
		f := New(crashfs.New())
		fault := f.Inject(Rule{After: i})
		if err := everyCall(f); !errors.Is(err, ErrIO) {
			t.Errorf("call %d: %v, want the injected error", i, err)
		}
		if fault.Failed() != 1 {
			t.Errorf("call %d: %d failures", i, fault.Failed())
		}
	}
}

func TestRuleMatchesKindAndName(t *testing.T) {
	f := New(crashfs.New())
	f.Inject(Rule{
		Match: func(op vfs.Op) bool { return op.Kind == vfs.OpSync && strings.HasPrefix(op.Name, "journal") },
		Times: 2,
		Err:   vfs.ErrNoSpace,
	})
	journal, err := f.Create("journal-1", vfs.Buffered)
	check(t, err)
	other, err := f.Create("other", vfs.Buffered)
	check(t, err)
	check(t, other.Sync())
	for range 2 {
		if err := journal.Sync(); !errors.Is(err, vfs.ErrNoSpace) {
			t.Errorf("Sync = %v", err)
		}
	}
	check(t, journal.Sync())
}

func TestAlwaysUntilRemoved(t *testing.T) {
	f := New(crashfs.New())
	fault := f.Inject(Rule{Match: Kind(vfs.OpSyncDir), After: 1, Times: Always})
	check(t, f.SyncDir("."))
	for range 5 {
		if f.SyncDir(".") == nil {
			t.Error("SyncDir succeeded")
		}
	}
	fault.Remove()
	check(t, f.SyncDir("."))
	if fault.Seen() != 6 || fault.Failed() != 5 {
		t.Errorf("seen %d, failed %d", fault.Seen(), fault.Failed())
	}
}

func TestShortWrite(t *testing.T) {
	f := New(crashfs.New())
	f.Inject(Rule{Match: Kind(vfs.OpWrite), Short: 3, Times: 2})
	h, err := f.Create("a", vfs.Buffered)
	check(t, err)
	if n, err := h.WriteAt([]byte("abcdef"), 0); n != 3 || !errors.Is(err, ErrIO) {
		t.Errorf("WriteAt = %d, %v", n, err)
	}
	got, err := vfs.ReadFile(f, "a")
	check(t, err)
	if string(got) != "abc" {
		t.Errorf("the file holds %q", got)
	}

	direct, err := f.Create("b", vfs.Direct)
	check(t, err)
	if n, err := direct.WriteAt(vfs.AlignedBuffer(2*vfs.BlockSize), 0); n != 0 || !errors.Is(err, ErrIO) {
		t.Errorf("direct WriteAt = %d, %v", n, err)
	}
	f.Inject(Rule{Match: Kind(vfs.OpWrite), Short: vfs.BlockSize + 1})
	if n, err := direct.WriteAt(vfs.AlignedBuffer(2*vfs.BlockSize), 0); n != vfs.BlockSize || !errors.Is(err, ErrIO) {
		t.Errorf("direct WriteAt = %d, %v", n, err)
	}
}

func TestFailedCallDoesNothing(t *testing.T) {
	inner := crashfs.New()
	f := New(inner)
	h, err := f.Create("a", vfs.Buffered)
	check(t, err)
	check(t, f.SyncDir("."))
	_, err = h.WriteAt([]byte("x"), 0)
	check(t, err)
	f.Inject(Rule{Match: Kind(vfs.OpSync)})
	if h.Sync() == nil {
		t.Fatal("Sync succeeded")
	}
	got, err := vfs.ReadFile(inner.Crash(nil), "a")
	check(t, err)
	if !bytes.Equal(got, nil) {
		t.Error("a sync that failed made data durable")
	}
}

func TestBeforeHoldsACall(t *testing.T) {
	f := New(crashfs.New())
	h, err := f.Create("a", vfs.Buffered)
	check(t, err)
	entered, release := make(chan struct{}), make(chan struct{})
	hold := f.Inject(Rule{Match: Kind(vfs.OpSync), After: Never, Before: func(vfs.Op) {
		close(entered)
		<-release
	}})
	done := make(chan error)
	go func() { done <- h.Sync() }()
	<-entered
	check(t, f.SyncDir(".")) // other calls go on
	hold.Remove()
	close(release)
	check(t, <-done)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
