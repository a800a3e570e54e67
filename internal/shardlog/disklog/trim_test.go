package disklog

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// What a trim has found saves the next ones the look, until its time has come.
func TestATrimRemembersWhatItFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, crashfs.New(), "data", tiny)
		id := shardOf(1)
		a := r.put(id, "a")[0]
		time.Sleep(time.Second)
		b := r.put(id, "b")[0]
		s, err := r.shards.find(id)
		if err != nil {
			t.Fatal(err)
		}
		if s.noneBefore(a.Arrival) {
			t.Error("nobody has looked yet")
		}
		f := func(before, floor int64) {
			t.Helper()
			if err := r.Trim(t.Context(), id.Stream, a.Arrival+shardlog.Millis(before)); err != nil {
				t.Fatal(err)
			}
			if got := r.State(id).Floor; int64(got) != floor {
				t.Errorf("the floor is %d, want %d", got, floor)
			}
		}
		f(1, 1)
		if !s.noneBefore(b.Arrival) || s.noneBefore(b.Arrival+1) {
			t.Errorf("after a trim that found b, at %d: %+v", b.Arrival, s.oldest)
		}
		r.put(id, "c") // when b was put, to the millisecond
		f(1000, 1)
		f(1001, 3)
		time.Sleep(time.Second)
		r.put(id, "d")
		f(1002, 3)
		f(2001, 4)
		r.stopped()
	})
}
