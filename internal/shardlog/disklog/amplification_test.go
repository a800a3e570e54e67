package disklog

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

// What is kept for a day is written at most 2.1 times: to the journal, to a
// segment, and little besides, though trims pass through it for a day and a
// half. The sizes are a twenty-fifth of those of a server.
func TestWriteAmplificationOfADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := faultfs.New(crashfs.New())
		var mu sync.Mutex
		written := map[string]int64{} // guarded by mu
		fs.Inject(faultfs.Rule{Match: faultfs.Kind(vfs.OpWrite), After: faultfs.Never, Before: func(op vfs.Op) {
			what, _, _ := strings.Cut(strings.TrimPrefix(op.Name, "data/"), "-")
			mu.Lock()
			written[what] += op.Length
			mu.Unlock()
		}})
		o := Options{MemtableBytes: 2560 << 10, JournalMin: 160 << 10, JournalMax: 5 << 20}
		o.tidy = tidyOptions{rewriteGain: 1, punchRange: 1, punchStep: 16 << 10, idleJournal: 1280 << 10}
		r := start(t, fs, "data", o)
		var appended int64
		for n := range 36 * 60 {
			e := batchOf(46, 7, n) // a frame of 12 blocks of the disk
			appendAll(t, r.Log, e)
			appended += int64(len(e) * (len(e[0].Key) + len(e[0].Data)))
			time.Sleep(time.Minute)
			if n%10 > 0 {
				continue
			}
			if err := r.Trim(t.Context(), e[0].Shard.Stream, shardlog.MillisOf(time.Now().Add(-day))); err != nil {
				t.Fatal(err)
			}
		}
		settle()
		r.stopped()
		var all int64
		for _, bytes := range written {
			all += bytes
		}
		t.Logf("%.3f times: %d bytes appended, written %v", float64(all)/float64(appended), appended, written)
		if float64(all) > 2.1*float64(appended) {
			t.Errorf("%d bytes were written for %d", all, appended)
		}
	})
}
