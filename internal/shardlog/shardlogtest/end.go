package shardlogtest

import (
	"errors"
	"fmt"
	"sync"

	"github.com/freshet/freshet/internal/shardlog"
)

var endTests = []test{
	{"OfRunEndsTheLog", endOfRun},
	{"OfRunCommitsWhatHasJoined", endCommitsWhatHasJoined},
	{"ClosedLogFails", closedLogFails},
}

// "ErrClosed is returned when the log was closed": what would wait for Run for
// ever must not.
func endOfRun(r *rig) {
	r.append(entry(shard(1), "k", "d"))
	r.stop()
	r.wantClosed()
}

// wantClosed demands that what would change the log returns ErrClosed.
func (r *rig) wantClosed() {
	r.Helper()
	want := func(what string, err error) {
		r.Helper()
		if !errors.Is(err, shardlog.ErrClosed) {
			r.Errorf("%s on a log that has ended: %v, want ErrClosed", what, err)
		}
	}
	results, err := r.Append(ctx(), []shardlog.Entry{entry(shard(1), "k", "late")})
	want("Append", err)
	if results != nil {
		r.Errorf("Append returned results %+v with its error", results)
	}
	_, err = r.Seal(ctx(), shard(1), 1)
	want("Seal", err)
	want("Trim", r.Trim(ctx(), stream(1), 1))
	want("Drop", r.Drop(ctx(), stream(1)))
	want("Wait", r.Wait(ctx(), shard(1), 1<<40))
}

// "When ctx ends it first commits what has joined a group, and returns nil." So
// an append beside the end is acknowledged, or returns ErrClosed for the whole.
func endCommitsWhatHasJoined(r *rig) {
	const writers = 4
	h := newHistory()
	var all, warm sync.WaitGroup
	warm.Add(writers)
	for w := range writers {
		all.Go(func() {
			for i := 0; ; i++ {
				if i == 10 {
					warm.Done()
				}
				entries := []shardlog.Entry{entry(shard(uint32(w%2)), "k", fmt.Sprint(w, i))}
				begin := h.now()
				results, err := r.Append(ctx(), entries)
				if errors.Is(err, shardlog.ErrClosed) {
					return
				}
				if err != nil || results[0].Err != nil {
					r.Errorf("an append beside the end: %+v, %v", results, err)
					return
				}
				h.note(entries, results, begin)
			}
		})
	}
	warm.Wait()
	r.stop()
	all.Wait()
	if r.driver.Volatile {
		return
	}
	r.reopen()
	for n := range uint32(2) {
		want, err := h.acknowledged(shard(n))
		if err != nil {
			r.Fatal(err)
		}
		r.wantRecords(shard(n), 0, want)
	}
}

// Any method returns ErrClosed after Close.
func closedLogFails(r *rig) {
	r.append(entry(shard(1), "k", "d"))
	r.close()
	r.wantClosed()
	if _, err := r.Read(ctx(), shard(1), 0, plenty); !errors.Is(err, shardlog.ErrClosed) {
		r.Errorf("Read of a closed log: %v", err)
	}
	if _, err := r.Find(ctx(), shard(1), 0); !errors.Is(err, shardlog.ErrClosed) {
		r.Errorf("Find in a closed log: %v", err)
	}
	r.State(shard(1)) // has no error to return, and must not panic
}
