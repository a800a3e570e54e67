package disklog

import (
	"errors"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

// A log whose journal needs a key that is lost opens again when its stream was given
// up: that is gone, in journal and segments, and all else is there.
func TestStreamThatIsGivenUp(t *testing.T) {
	for _, inSegment := range []bool{false, true} {
		w := newLocked(t, inSegment)
		r := start(t, w.fs, "data", opening)
		if err := r.Configure(t.Context(), streamOf(1), shardlog.Settings{Key: 1}); err != nil {
			t.Fatal(err)
		}
		r.put(shardOf(1), "into the journal")
		if err := GiveUp(w.fs, "data", streamOf(1)); !errors.Is(err, vfs.ErrLocked) {
			t.Errorf("GiveUp of a log that is open: %v", err)
		}
		r.stopped()
		before := w.content()
		if err := GiveUp(w.fs, "data", streamOf(2)); !errors.Is(err, ErrNotEncrypted) || w.content() != before {
			t.Errorf("GiveUp of what is not encrypted: %v", err)
		}
		if _, err := Open(w.fs, "data", Options{Unwrap: refuse}); !errors.Is(err, shardlog.ErrKey) {
			t.Fatalf("Open: %v", err)
		}
		if err := GiveUp(w.fs, "data", streamOf(1)); err != nil {
			t.Fatal(err)
		}
		if report, err := Verify(w.fs, "data", nil); err != nil || report.Locked > 0 {
			t.Errorf("Verify: %+v, %v", report, err)
		}
		for range 2 {
			r = start(t, w.fs, "data", Options{Unwrap: refuse})
			r.wantData(shardlog.Shard{Stream: streamOf(2)}, "plain")
			results, err := r.Append(t.Context(), []shardlog.Entry{{Shard: shardOf(1), Data: []byte("late")}})
			if err != nil || !errors.Is(results[0].Err, shardlog.ErrDropped) {
				t.Errorf("Append: %+v, %v", results, err)
			}
			r.stopped()
		}
	}
}
