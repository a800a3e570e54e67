package disklog

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// Through the page cache a segment is synced every 32 MiB, with direct I/O once;
// in either case no write is large.
func TestSegmentsAreWrittenAtAPace(t *testing.T) {
	f := func(mode vfs.Mode, want string) {
		t.Helper()
		fs := crashfs.New()
		file, err := fs.Create("segment", mode)
		if err != nil {
			t.Fatal(err)
		}
		w := newSegmentWriter(file, 5, nil, segmentMeta{})
		defer w.release()
		if err := w.shard(shardOf(1)); err != nil {
			t.Fatal(err)
		}
		fs.StartTrace()
		sizes := []int{1 << 10, 10 << 20, 1 << 20}
		for next := shardlog.Offset(0); next < 70; next++ {
			if err := w.add(runOf(next, 1, sizes[min(next, 2)]), 0); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.finish(); err != nil {
			t.Fatal(err)
		}
		if got := paceOf(t, fs.Trace()); got != want {
			t.Errorf("MiB written before each sync: %s, want %s", got, want)
		}
	}
	f(vfs.Buffered, "32 32 14")
	f(vfs.Direct, "78")
}

// paceOf returns how many MiB were written before each sync, rounded, and checks
// that no write is of 2 MiB or more.
func paceOf(t *testing.T, trace []string) string {
	t.Helper()
	var pace []string
	written := 0
	for _, line := range trace {
		if line == "sync segment" {
			pace = append(pace, fmt.Sprint((written+1<<19)>>20))
			written = 0
			continue
		}
		var at, n int
		if _, err := fmt.Sscanf(line, "write segment %d+%d", &at, &n); err != nil || n >= 2<<20 {
			t.Errorf("%s: %v", line, err)
		}
		written += n
	}
	return strings.Join(pace, " ")
}

// What arrived in the same millisecond at consecutive offsets becomes one run, and
// no record is changed by it.
func TestRunsOfABlockAreJoined(t *testing.T) {
	f := func(want int, runs ...run) {
		t.Helper()
		p, e := blockOfRuns(codecNone, runs...)
		h, got, err := parseBlock(p, nil)
		if err != nil || len(got) != want || int(h.runs) != want {
			t.Fatalf("%d runs (%d in the header), %v; want %d", len(got), h.runs, err, want)
		}
		if !reflect.DeepEqual(recordsOf(got), recordsOf(runs)) || int(e.records) != len(recordsOf(runs)) {
			t.Errorf("records %v, want %v", recordsOf(got), recordsOf(runs))
		}
	}
	f(1, runOf(7, 9, 5))
	f(1, runOf(7, 9, 5), runOf(8, 9, 1, 20, 3), runOf(11, 9, 4))
	f(2, runOf(7, 9, 5), runOf(8, 10, 1, 20, 3), runOf(11, 10, 4))
	f(2, runOf(7, 9, 5), runOf(9, 9, 1, 20, 3), runOf(12, 9, 4))
	f(3, runOf(7, 9, 5), runOf(9, 9, 1), runOf(10, 10, 4))
	rng := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		var runs []run
		joined := 0
		next, arrival := shardlog.Offset(rng.IntN(9)), shardlog.Millis(rng.IntN(9))
		for i := range 1 + rng.IntN(20) {
			gap, later := rng.IntN(3)/2, rng.IntN(3)/2
			next, arrival = next+shardlog.Offset(gap), arrival+shardlog.Millis(later)
			if i == 0 || gap+later > 0 {
				joined++
			}
			sizes := make([]int, 1+rng.IntN(5))
			for j := range sizes {
				sizes[j] = rng.IntN(50)
			}
			runs = append(runs, runOf(next, arrival, sizes...))
			next = runs[i].next()
		}
		f(joined, runs...)
	}
}

func recordsOf(runs []run) (records []shardlog.Record) {
	for _, r := range runs {
		for i := range int(r.count) {
			records = append(records, r.record(i))
		}
	}
	return records
}
