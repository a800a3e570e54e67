package shardlogtest

import (
	"context"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
)

// rig is one test's storage and the log that runs on it.
type rig struct {
	*testing.T
	shardlog.Log
	driver Driver
	open   func() (shardlog.Log, error)
	// end ends Run's context, ran gives what Run returned; nil, no log is open.
	end context.CancelFunc
	ran chan error
}

// newRig opens a new log. When the test ends it is stopped and closed.
func newRig(t *testing.T, d Driver) *rig {
	r := &rig{T: t, driver: d, open: d.New(t)}
	r.start()
	t.Cleanup(func() {
		if r.end != nil {
			r.close()
		}
	})
	return r
}

func (r *rig) start() {
	r.Helper()
	log, err := r.open()
	if err != nil {
		r.Fatalf("open the log: %v", err)
	}
	r.Log = log
	var ctx context.Context
	ctx, r.end = context.WithCancel(context.Background())
	r.ran = make(chan error, 1)
	go func() { r.ran <- log.Run(ctx) }()
}

// stop ends Run, and leaves the log to be closed.
func (r *rig) stop() {
	r.Helper()
	r.end()
	if err := <-r.ran; err != nil {
		r.Errorf("Run returned %v when its context ended, want nil", err)
	}
	r.ran <- nil // for a later stop
}

func (r *rig) close() {
	r.Helper()
	r.stop()
	r.end = nil
	if err := r.Close(); err != nil {
		r.Errorf("Close: %v", err)
	}
}

// reopen closes the log and opens one on the same storage.
func (r *rig) reopen() {
	r.Helper()
	r.close()
	r.start()
}

// ctx is for calls that nobody takes back. It is not the test's, so that it
// serves in cleanups too.
func ctx() context.Context { return context.Background() }

// stream names the test's streams.
func stream(n byte) shardlog.StreamID { return shardlog.StreamID{0: 0xf5, 15: n} }

// shard names the shards of stream 1.
func shard(n uint32) shardlog.Shard { return shardlog.Shard{Stream: stream(1), Number: n} }

// entry is an entry for s.
func entry(s shardlog.Shard, key, data string) shardlog.Entry {
	return shardlog.Entry{Shard: s, Key: key, Data: []byte(data)}
}

// try appends entries and checks what holds for every answer.
func (r *rig) try(entries ...shardlog.Entry) []shardlog.Result {
	r.Helper()
	results, err := r.Append(ctx(), entries)
	if err != nil {
		r.Fatalf("Append of %d entries: %v", len(entries), err)
	}
	if len(results) != len(entries) {
		r.Fatalf("Append of %d entries gave %d results", len(entries), len(results))
	}
	return results
}

// append appends entries, all of which must be acknowledged, and returns them as
// the records that they have become.
func (r *rig) append(entries ...shardlog.Entry) []shardlog.Record {
	r.Helper()
	results := r.try(entries...)
	records := make([]shardlog.Record, len(entries))
	for i, result := range results {
		if result.Err != nil {
			r.Fatalf("entry %d of %d for %v: %v", i, len(entries), entries[i].Shard, result.Err)
		}
		records[i] = record(entries[i], result)
	}
	return records
}

// record is what e has become by its result.
func record(e shardlog.Entry, result shardlog.Result) shardlog.Record {
	return shardlog.Record{
		Offset: result.Offset, Stamp: result.Stamp, Arrival: result.Arrival,
		Key: e.Key, Data: append([]byte(nil), e.Data...),
	}
}

// fill appends to s until its records have that many arrivals.
func (r *rig) fill(s shardlog.Shard, arrivals int) []shardlog.Record {
	r.Helper()
	records := r.append(entry(s, "first", ""))
	for distinct := 1; distinct < arrivals; {
		more := r.append(entry(s, "a", "1"), entry(s, "b", "2"), entry(s, "a", "3"))
		if more[0].Arrival > records[len(records)-1].Arrival {
			distinct++
		}
		records = append(records, more...)
	}
	return records
}

// seal seals s and returns its end.
func (r *rig) seal(s shardlog.Shard) shardlog.Offset {
	r.Helper()
	end, err := r.Seal(ctx(), s, 1)
	if err != nil {
		r.Fatalf("Seal %v: %v", s, err)
	}
	return end
}

func (r *rig) trim(id shardlog.StreamID, before shardlog.Millis) {
	r.Helper()
	if err := r.Trim(ctx(), id, before); err != nil {
		r.Fatalf("Trim before %d: %v", before, err)
	}
}

func (r *rig) drop(id shardlog.StreamID) {
	r.Helper()
	if err := r.Drop(ctx(), id); err != nil {
		r.Fatalf("Drop: %v", err)
	}
}

func (r *rig) find(s shardlog.Shard, t shardlog.Millis) shardlog.Offset {
	r.Helper()
	found, err := r.Find(ctx(), s, t)
	if err != nil {
		r.Fatalf("Find %d: %v", t, err)
	}
	return found
}
