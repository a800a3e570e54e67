package crashfs

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/freshet/freshet/internal/vfs"
	"pgregory.net/rapid"
)

func seeded(seed int) *rand.Rand { return rand.New(rand.NewPCG(uint64(seed), 0)) }

// crashes draws many crashes of f and counts what see says of each.
func crashes(f *FS, see func(after *FS) string) map[string]int {
	seen := map[string]int{}
	for seed := range 500 {
		seen[see(f.Crash(seeded(seed)))]++
	}
	return seen
}

// wantSeen demands that exactly these were seen.
func wantSeen(t *testing.T, seen map[string]int, want ...string) {
	t.Helper()
	for _, w := range want {
		if seen[w] == 0 {
			t.Errorf("never saw %q, only %v", w, seen)
		}
	}
	if len(seen) != len(want) {
		t.Errorf("saw %v, want only %q", seen, want)
	}
}

func TestSyncedFileUnderSyncedNameSurvives(t *testing.T) {
	f := New()
	h := create(t, f, "a", "synced")
	check(t, h.Sync())
	check(t, f.SyncDir("."))
	wantSeen(t, crashes(f, func(after *FS) string { return contentOf(t, after, "a") }), "synced")
}

func TestUnsyncedNameMayBeLost(t *testing.T) {
	f := New()
	h := create(t, f, "a", "synced")
	check(t, h.Sync())
	wantSeen(t, crashes(f, func(after *FS) string { return contentOf(t, after, "a") }), "synced", "-")
}

func TestNameMaySurviveWithoutData(t *testing.T) {
	f := New()
	create(t, f, "a", "data")
	check(t, f.SyncDir("."))
	seen := crashes(f, func(after *FS) string { return contentOf(t, after, "a") })
	// Its length may survive without its bytes.
	wantSeen(t, seen, "data", "", "\x00\x00\x00\x00")
}

func TestOverwrittenDataIsOldOrNew(t *testing.T) {
	f := New()
	h := create(t, f, "a", "old")
	check(t, h.Sync())
	check(t, f.SyncDir("."))
	write(t, h, "mid", 0)
	write(t, h, "new", 0)
	wantSeen(t, crashes(f, func(after *FS) string { return contentOf(t, after, "a") }), "old", "new")
}

func TestNamesSurviveInOrder(t *testing.T) {
	f := New()
	create(t, f, "a", "")
	create(t, f, "b", "")
	check(t, f.Remove("a"))
	list := func(after *FS) string {
		names, err := after.List(".")
		check(t, err)
		return strings.Join(names, " ")
	}
	wantSeen(t, crashes(f, list), "", "a", "a b", "b")
}

func TestRenameSurvivesAsAWhole(t *testing.T) {
	f := New()
	for _, name := range []string{"new", "old"} {
		check(t, create(t, f, name, name).Sync())
	}
	check(t, f.SyncDir("."))
	check(t, f.Rename("new", "old"))
	see := func(after *FS) string { return contentOf(t, after, "old") + " " + contentOf(t, after, "new") }
	wantSeen(t, crashes(f, see), "old new", "new -")
}

func TestSyncedRemovalStays(t *testing.T) {
	f := New()
	check(t, create(t, f, "a", "x").Sync())
	check(t, f.SyncDir("."))
	check(t, f.Remove("a"))
	if got := contentOf(t, f.CrashClone(nil), "a"); got != "x" {
		t.Errorf("after an unsynced removal the file holds %q", got)
	}
	check(t, f.SyncDir("."))
	wantSeen(t, crashes(f, func(after *FS) string { return contentOf(t, after, "a") }), "-")
}

func TestFolderNeedsItsParentSynced(t *testing.T) {
	f := New()
	check(t, f.MkdirAll("data"))
	check(t, create(t, f, "data/a", "x").Sync())
	check(t, f.SyncDir("data"))
	see := func(after *FS) string {
		names, err := after.List(".")
		check(t, err)
		return fmt.Sprint(len(names))
	}
	wantSeen(t, crashes(f.CrashClone(nil), see), "0")
	check(t, f.SyncDir("."))
	wantSeen(t, crashes(f, func(after *FS) string {
		b, err := vfs.ReadFile(after, "data/a")
		check(t, err)
		return string(b)
	}), "x")
}

func TestUnsyncedLengths(t *testing.T) {
	f := New()
	h := create(t, f, "a", strings.Repeat("x", 1000))
	check(t, h.Sync())
	check(t, f.SyncDir("."))
	check(t, h.Truncate(10))
	lengths := func(after *FS) string { return fmt.Sprint(len(contentOf(t, after, "a"))) }
	wantSeen(t, crashes(f.CrashClone(nil), lengths), "1000")
	wantSeen(t, crashes(f, lengths), "10", "1000")
}

// A torn write survives in the order in which its sectors were written.
func TestTornWrite(t *testing.T) {
	f := New()
	h := create(t, f, "a", strings.Repeat(".", 8*512))
	check(t, h.Sync())
	check(t, f.SyncDir("."))
	write(t, h, strings.Repeat("1", 4*512), 4*512)
	write(t, h, strings.Repeat("2", 4*512), 0)
	sectors := func(after *FS) string {
		var s strings.Builder
		for content := contentOf(t, after, "a"); content != ""; content = content[512:] {
			s.WriteByte(content[0])
		}
		return s.String()
	}
	seen := crashes(f, sectors)
	for _, want := range []string{"........", "....1...", "....111.", "2...1111", "22221111"} {
		if seen[want] == 0 {
			t.Errorf("never saw %s", want)
		}
	}
	if len(seen) < 50 {
		t.Errorf("saw only %d mixtures: %v", len(seen), seen)
	}
}

func TestCrashAfter(t *testing.T) {
	f := New()
	f.CrashAfter(3)
	h := create(t, f, "a", "x") // two calls
	if f.Dead() {
		t.Fatal("the power went too early")
	}
	check(t, f.SyncDir("."))
	if err := h.Sync(); !errors.Is(err, ErrPowerCut) || !f.Dead() {
		t.Fatalf("the fourth call: %v", err)
	}
	if _, err := f.List("."); !errors.Is(err, ErrPowerCut) {
		t.Errorf("a call without power: %v", err)
	}
	if _, err := h.ReadAt(make([]byte, 1), 0); !errors.Is(err, ErrPowerCut) {
		t.Errorf("a read without power: %v", err)
	}
	check(t, h.Close())
	if got := contentOf(t, f.Crash(nil), "a"); got != "" {
		t.Errorf("the sync in which the power went saved %q", got)
	}
}

// A write in which the power goes may be on the disk.
func TestCrashWithinAWrite(t *testing.T) {
	f := New()
	h := create(t, f, "a", "old")
	check(t, h.Sync())
	check(t, f.SyncDir("."))
	f.CrashWhen(func(op vfs.Op) bool { return op.Kind == vfs.OpWrite })
	if n, err := h.WriteAt([]byte("new"), 0); n != 0 || !errors.Is(err, ErrPowerCut) {
		t.Fatalf("WriteAt = %d, %v", n, err)
	}
	wantSeen(t, crashes(f, func(after *FS) string { return contentOf(t, after, "a") }), "old", "new")
}

func TestSameSeedSameDisk(t *testing.T) {
	f := New()
	for i := range 20 {
		create(t, f, fmt.Sprint("file", i), strings.Repeat("x", 5000))
	}
	dump := func(after *FS) string {
		var s strings.Builder
		names, err := after.List(".")
		check(t, err)
		for _, name := range names {
			fmt.Fprintf(&s, "%s %q\n", name, contentOf(t, after, name))
		}
		return s.String()
	}
	for seed := range 20 {
		if dump(f.Crash(seeded(seed))) != dump(f.Crash(seeded(seed))) {
			t.Errorf("seed %d drew two disks", seed)
		}
	}
}

func TestCloneIsIndependent(t *testing.T) {
	f := New()
	h := create(t, f, "a", strings.Repeat("a", 10_000))
	check(t, h.Sync())
	check(t, f.SyncDir("."))
	write(t, h, "unsynced", 0)
	clone := f.CrashClone(nil)
	write(t, h, "in the first", 5_000)
	other, err := clone.OpenWrite("a", vfs.Buffered)
	check(t, err)
	write(t, other, "in the clone", 8_000)
	check(t, h.Sync())

	first, second := contentOf(t, f, "a"), contentOf(t, clone, "a")
	if strings.Contains(first, "in the clone") || !strings.Contains(first, "in the first") {
		t.Error("the first FS has what was written to the clone, or lost its own")
	}
	if strings.Contains(second, "in the first") || strings.Contains(second, "unsynced") {
		t.Error("the clone has what was written to the first")
	}
}

// A crash may come at any moment while others write; no write that was synced
// before is lost.
func TestCrashWhileWriting(t *testing.T) {
	f := New()
	h, err := f.Create("a", vfs.Buffered)
	check(t, err)
	check(t, f.SyncDir("."))
	var synced int64 = -1
	var writers sync.WaitGroup
	reached := make(chan struct{})
	writers.Go(func() {
		for i := int64(0); ; i++ {
			if _, err := h.WriteAt([]byte{1}, i); err != nil {
				return
			}
			if err := h.Sync(); err != nil {
				return
			}
			synced = i
			if i == 100 {
				close(reached)
			}
		}
	})
	<-reached
	after := f.Crash(seeded(1))
	writers.Wait()
	content := contentOf(t, after, "a")
	if int64(len(content)) <= synced || strings.Count(content[:synced+1], "\x01") != int(synced+1) {
		t.Errorf("%d writes were synced, %d bytes are left", synced+1, len(content))
	}
}

// TestFileAgainstModel compares a file with two plain byte slices, the synced one
// and the newest: after a crash every sector is of the one or the other.
func TestFileAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := New()
		h, err := f.Create("a", vfs.Buffered)
		must(t, err)
		must(t, f.SyncDir("."))
		var synced, now []byte
		offset := rapid.Int64Range(0, 20_000)
		t.Repeat(map[string]func(*rapid.T){
			"write": func(t *rapid.T) {
				off, n := offset.Draw(t, "off"), offset.Draw(t, "n")
				p := bytes.Repeat([]byte{byte(rapid.IntRange(1, 255).Draw(t, "b"))}, int(n))
				_, err := h.WriteAt(p, off)
				must(t, err)
				if n > 0 {
					now = grow(now, off+n)
				}
				copy(now[min(off, int64(len(now))):], p)
			},
			"truncate": func(t *rapid.T) {
				n := offset.Draw(t, "n")
				must(t, h.Truncate(n))
				now = grow(now, n)[:n:n]
			},
			"punch": func(t *rapid.T) {
				off, n := offset.Draw(t, "off"), offset.Draw(t, "n")
				must(t, h.PunchHole(off, n))
				from, to := min(off, int64(len(now))), min(off+n, int64(len(now)))
				clear(now[from:to])
			},
			"sync": func(t *rapid.T) {
				must(t, h.Sync())
				synced = bytes.Clone(now)
			},
			"crash": func(t *rapid.T) {
				after := f.CrashClone(seeded(rapid.Int().Draw(t, "seed")))
				got, err := vfs.ReadFile(after, "a")
				must(t, err)
				checkSectors(t, got, synced, now)
			},
			"": func(t *rapid.T) {
				got, err := vfs.ReadFile(f, "a")
				must(t, err)
				if !bytes.Equal(got, now) {
					t.Fatal("the file is not what was written")
				}
				if taken := h.(*file).in.space(); f.Used() != taken {
					t.Fatalf("used %d, taken %d", f.Used(), taken)
				}
			},
		})
	})
}

func checkSectors(t *rapid.T, got, synced, now []byte) {
	shorter, longer := len(synced), len(now)
	if shorter > longer {
		shorter, longer = longer, shorter
	}
	if len(got) < shorter || len(got) > longer {
		t.Fatalf("length %d is not between %d and %d", len(got), shorter, longer)
	}
	before, after := grow(bytes.Clone(synced), int64(longer)), grow(bytes.Clone(now), int64(longer))
	for at := 0; at < len(got); at += sectorSize {
		end := min(at+sectorSize, len(got))
		if s := got[at:end]; !bytes.Equal(s, before[at:end]) && !bytes.Equal(s, after[at:end]) {
			t.Fatalf("the sector at %d is neither old nor new", at)
		}
	}
}

func grow(b []byte, n int64) []byte {
	if short := n - int64(len(b)); short > 0 {
		return append(b, make([]byte, short)...)
	}
	return b
}

func must(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkCrash(b *testing.B) {
	f := New()
	h, err := f.Create("journal", vfs.Buffered)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := h.WriteAt(make([]byte, 4<<20), 0); err != nil {
		b.Fatal(err)
	}
	if err := errors.Join(h.Sync(), f.SyncDir(".")); err != nil {
		b.Fatal(err)
	}
	if _, err := h.WriteAt(make([]byte, 64<<10), 0); err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		f.CrashClone(seeded(i))
	}
}
