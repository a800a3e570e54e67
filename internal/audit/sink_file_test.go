package audit

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

func options() FileOptions {
	return FileOptions{Dir: "audit", Size: 1000, Age: time.Hour, Count: 3}
}

func open(t *testing.T, fsys vfs.FS, o FileOptions) *File {
	t.Helper()
	s, err := OpenFile(fsys, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// numbered is a line of about 100 bytes.
func numbered(n int) []byte {
	return fmt.Appendf(nil, `{"n":%d,"pad":"%s"}`+"\n", n, strings.Repeat("x", 90))
}

func write(t *testing.T, s *File, from, to int) {
	t.Helper()
	for n := from; n < to; n++ {
		if err := s.Write(t.Context(), [][]byte{numbered(n)}); err != nil {
			t.Fatal(err)
		}
	}
}

// read returns the numbers in all files of the folder, those put aside first, and the
// names. A line that is none fails the test.
func read(t *testing.T, fsys vfs.FS) (numbers []int, names []string) {
	t.Helper()
	all, err := fsys.List("audit")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range all {
		if name != current {
			names = append(names, name)
		}
	}
	for _, name := range append(names[:len(names):len(names)], current) {
		f, err := fsys.Open(filepath.Join("audit", name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		size, err := f.Size()
		if err != nil {
			t.Fatal(err)
		}
		var r io.Reader = io.NewSectionReader(f, 0, size)
		if strings.HasSuffix(name, gzipSuffix) {
			if r, err = gzip.NewReader(r); err != nil {
				t.Fatal(err)
			}
		}
		decoder := json.NewDecoder(r)
		for {
			var line struct{ N int }
			if err := decoder.Decode(&line); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			numbers = append(numbers, line.N)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return numbers, names
}

func checkNumbers(t *testing.T, got []int, from, to int) {
	t.Helper()
	want := make([]int, 0, to-from)
	for n := from; n < to; n++ {
		want = append(want, n)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("there are %v, want %v", got, want)
	}
}

func TestFileIsPutAsideBySizeAndAgeAndCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fsys := crashfs.New()
		s := open(t, fsys, options())
		write(t, s, 0, 10) // 1000 bytes and more
		if got, names := read(t, fsys); len(names) != 0 || len(got) != 10 {
			t.Errorf("%v, %v", got, names)
		}
		time.Sleep(time.Second)
		write(t, s, 10, 11)
		got, names := read(t, fsys)
		checkNumbers(t, got, 0, 11)
		if fmt.Sprint(names) != "[audit-20000101T000001.000Z.jsonl]" {
			t.Errorf("%v", names)
		}
		time.Sleep(time.Hour) // nothing happens by itself
		write(t, s, 11, 12)
		if _, names := read(t, fsys); len(names) != 2 {
			t.Errorf("%v", names)
		}
		write(t, s, 12, 100) // in no time: names do not meet
		got, names = read(t, fsys)
		if len(names) != 3 || got[len(got)-1] != 99 {
			t.Errorf("%v, %v", got, names)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestFilesPutAsideAreCompressed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fsys := crashfs.New()
		o := options()
		s := open(t, fsys, o)
		write(t, s, 0, 20)
		o.Gzip = true
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, fsys, o) // what an earlier start has left is compressed, too
		time.Sleep(time.Second)
		write(t, s, 20, 32)
		got, names := read(t, fsys)
		checkNumbers(t, got, 0, 32)
		for _, name := range names {
			if !strings.HasSuffix(name, ".jsonl.gz") {
				t.Errorf("%v", names)
			}
		}
	})
}

// After a power cut at every call to the file system there is every event that was
// kept, no half line, and what was being written at most once or twice.
func TestFileSurvivesPowerCuts(t *testing.T) {
	o := options()
	o.Gzip, o.Count = true, 100
	for cut := 1; ; cut++ {
		fsys := crashfs.New()
		fsys.CrashAfter(cut)
		kept := 0
		if s, err := OpenFile(fsys, o); err == nil {
			for kept < 40 && s.Write(t.Context(), [][]byte{numbered(kept), numbered(kept + 1)}) == nil {
				kept += 2
			}
		}
		if !fsys.Dead() {
			return // the story has fewer calls
		}
		after := fsys.Crash(rand.New(rand.NewPCG(uint64(cut), 1)))
		s, err := OpenFile(after, o)
		if err != nil {
			t.Fatalf("after call %d: %v", cut, err)
		}
		if err := s.Write(t.Context(), [][]byte{numbered(1000)}); err != nil {
			t.Fatalf("after call %d: %v", cut, err)
		}
		got, _ := read(t, after)
		seen := map[int]int{}
		for _, n := range got {
			seen[n]++
		}
		for n := range kept {
			if seen[n] == 0 {
				t.Fatalf("after call %d: event %d of %d is lost: %v", cut, n, kept, got)
			}
		}
		if seen[1000] != 1 || len(got) > kept+3 {
			t.Fatalf("after call %d: %d kept, and there are %v", cut, kept, got)
		}
	}
}

func TestTornLineIsCutOff(t *testing.T) {
	for _, tail := range []string{`{"n":3,"pa`, "\x00\x00\x00\x00", `{"n":3}` + "\x00\n", "garbage\n" + string(numbered(4))} {
		dir := t.TempDir()
		o := options()
		o.Dir = filepath.Join(dir, "audit")
		s := open(t, vfs.OS, o)
		write(t, s, 0, 3)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(o.Dir, current)
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(tail); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, vfs.OS, o)
		write(t, s, 3, 4)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if want := string(numbered(0)) + string(numbered(1)) + string(numbered(2)) + string(numbered(3)); err != nil || string(text) != want {
			t.Errorf("after %q: %q, %v", tail, text, err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	}
}

func TestFullDiskPutsNothingAsideAndRemovesNothing(t *testing.T) {
	fsys := crashfs.New()
	o := options()
	s := open(t, fsys, o)
	write(t, s, 0, 25)
	before, _ := read(t, fsys)
	fsys.SetQuota(fsys.Used())
	failed := 0
	for range 50 {
		if s.Write(t.Context(), [][]byte{numbered(99), make([]byte, 64<<10)}) != nil {
			failed++
		}
	}
	after, _ := read(t, fsys)
	if failed != 50 || fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("%d failed; before %v, after %v", failed, before, after)
	}
	fsys.SetQuota(1 << 30)
	write(t, s, 25, 26)
	got, _ := read(t, fsys)
	checkNumbers(t, got, 0, 26)
}

// A failed sync leaves it open what the disk has: the batch goes to another file.
func TestFailedSyncBeginsAnotherFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := crashfs.New()
		fsys := faultfs.New(inner)
		s := open(t, fsys, options())
		write(t, s, 0, 3)
		fsys.Inject(faultfs.Rule{Match: func(op vfs.Op) bool { return op.Kind == vfs.OpSync }})
		if s.Write(t.Context(), [][]byte{numbered(3)}) == nil {
			t.Fatal("a failed sync was not told")
		}
		write(t, s, 3, 4)
		got, names := read(t, inner)
		checkNumbers(t, got, 0, 4)
		if len(names) != 1 {
			t.Errorf("%v", names)
		}
	})
}
