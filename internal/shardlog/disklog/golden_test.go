package disklog

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/shardlogtest"
	"github.com/freshet/freshet/internal/vfs"
)

// The golden folders, one of each format that ever was released, stay in the tree
// for ever: testdata/format-1 is a data folder, testdata/format-1.txt what the log
// that wrote it had answered. FORMAT.md, section 13, says what they are for.

var update = flag.Bool("update", false, "write the golden folder of this format anew: only until its release")

func goldenFolder(format int) string { return fmt.Sprintf("testdata/format-%d", format) }

// TestGoldenFolders opens a copy of each golden folder, compares every record and
// every state, appends, and compares again.
func TestGoldenFolders(t *testing.T) {
	if *update {
		writeGolden(t)
	}
	for format := 1; format <= formatVersion; format++ {
		t.Run(fmt.Sprint("format ", format), func(t *testing.T) {
			want, err := os.ReadFile(goldenFolder(format) + ".txt")
			if err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(t.TempDir(), "data")
			if err := os.CopyFS(dir, os.DirFS(goldenFolder(format))); err != nil {
				t.Fatal(err)
			}
			wantOffline(t, dir)
			shards := shardsIn(t, want)
			for range 2 {
				r := start(t, vfs.OS, dir, Options{JournalMin: 16 << 10, JournalMax: 32 << 10})
				if got := tell(t, r.Log, shards); got != string(want) {
					t.Fatalf("the log tells\n%s\nwant\n%s", got, want)
				}
				r.put(shardlog.Shard{Stream: streamOf(200)}, "life goes on")
				r.stopped()
			}
		})
	}
}

// wantOffline looks at the folder as it lies: the inspections read it, and change
// nothing.
func wantOffline(t *testing.T, dir string) {
	t.Helper()
	before := checksums(t, dir)
	report, err := Verify(vfs.OS, dir, shardlogtest.Unwrap)
	if err != nil {
		t.Errorf("Verify: %v", err)
	}
	if report.Segments == 0 || report.Compressed == 0 || report.Unflushed == 0 || report.Dropped == 0 || report.Journals < 2 || !report.TornTail {
		t.Errorf("the folder lacks something: %+v", report)
	}
	saved, err := readManifest(vfs.OS, dir)
	if err != nil {
		t.Fatal(err)
	}
	met := map[string]bool{}
	for _, m := range saved.segments {
		met[fmt.Sprintf("class %d", m.class)] = true
		met[fmt.Sprintf("level %d", m.level)] = true
	}
	if len(met) < 6 {
		t.Errorf("the segments are of %v", met)
	}
	var dump bytes.Buffer
	if err := Dump(vfs.OS, dir, &dump); err != nil || !strings.Contains(dump.String(), "torn tail") {
		t.Errorf("Dump: %v\n%s", err, &dump)
	}
	if after := checksums(t, dir); after != before {
		t.Errorf("the folder was\n%sand is\n%s", before, after)
	}
}

func checksums(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		p, err := os.ReadFile(filepath.Join(dir, name))
		fmt.Fprintf(&all, "%s %d %08x\n", name, len(p), checksum(p))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// tell writes what a log holds of some shards.
func tell(t *testing.T, l shardlog.Log, shards []shardlog.Shard) string {
	t.Helper()
	var b strings.Builder
	for _, s := range shards {
		records, state, err := readShard(l, s)
		tellShard(&b, s, records, state, err)
	}
	return b.String()
}

// tellShard writes a shard in the form of the golden texts.
func tellShard(b *strings.Builder, s shardlog.Shard, records []shardlog.Record, state shardlog.State, err error) {
	if err != nil {
		fmt.Fprintf(b, "shard %s: %v\n", s, err)
		return
	}
	fmt.Fprintf(b, "shard %s: floor %d, next %d, last arrival %d, sealed %t\n", s, state.Floor, state.Next, state.LastArrival, state.Sealed)
	for _, r := range records {
		fmt.Fprintf(b, "  offset %d, stamp %d, arrival %d, key %q, %d bytes %08x\n", r.Offset, r.Stamp, r.Arrival, r.Key, len(r.Data), checksum(r.Data))
	}
}

// shardsIn returns the shards that a golden text tells of.
func shardsIn(t *testing.T, text []byte) []shardlog.Shard {
	t.Helper()
	var shards []shardlog.Shard
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "shard "); ok {
			var s shardlog.Shard
			name, _, _ := strings.Cut(rest, ":")
			stream, number, _ := strings.Cut(name, "/")
			id, err := shardlog.ParseStreamID(stream)
			if _, scanned := fmt.Sscan(number, &s.Number); err != nil || scanned != nil {
				t.Fatalf("shard in %q: %v, %v", line, err, scanned)
			}
			s.Stream = id
			shards = append(shards, s)
		}
	}
	if len(shards) == 0 || !slices.IsSortedFunc(shards, compareShards) {
		t.Fatalf("shards %v", shards)
	}
	return shards
}
