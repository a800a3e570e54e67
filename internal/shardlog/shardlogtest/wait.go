package shardlogtest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/freshet/freshet/internal/shardlog"
)

var waitTests = []test{
	{"EndsWithARecord", waitEndsWithARecord},
	{"ReturnsAtOnceIfThereIsOne", waitReturnsAtOnce},
	{"EndsWithARecordAtOrBeyond", waitEndsAtOrBeyond},
	{"EndsWithSeal", waitEndsWithSeal},
	{"EndsWithDrop", waitEndsWithDrop},
	{"EndsWithTheLog", waitEndsWithTheLog},
	{"EndsWithItsContext", waitEndsWithItsContext},
	{"OfManyReaders", waitOfManyReaders},
	{"AboveATrimmedTail", waitAboveATrimmedTail},
}

// waiting starts Wait, and returns where its answer comes. Some appends elsewhere
// give it the time to block; should it not, the test sees less, and does not fail.
func (r *rig) waiting(c context.Context, s shardlog.Shard, from shardlog.Offset) <-chan error {
	started, answer := make(chan struct{}), make(chan error, 1)
	go func() {
		close(started)
		answer <- r.Wait(c, s, from)
	}()
	<-started
	for n := range uint32(20) {
		elsewhere := shardlog.Shard{Stream: stream(0xee), Number: n}
		_, _ = r.Append(ctx(), []shardlog.Entry{entry(elsewhere, "k", "wakes nobody")})
	}
	return answer
}

// wantWaiting demands that Wait has not returned.
func (r *rig) wantWaiting(answers ...<-chan error) {
	r.Helper()
	for _, answer := range answers {
		if len(answer) > 0 {
			r.Fatalf("Wait returned %v with nothing to read", <-answer)
		}
	}
}

// appending starts an append, and returns what waits for it.
func (r *rig) appending(e shardlog.Entry) (wait func()) {
	var done sync.WaitGroup
	done.Go(func() {
		if results, err := r.Append(ctx(), []shardlog.Entry{e}); err != nil || results[0].Err != nil {
			r.Errorf("Append: %+v, %v", results, err)
		}
	})
	return done.Wait
}

func (r *rig) wantWoken(answer <-chan error, want error) {
	r.Helper()
	if err := <-answer; !errors.Is(err, want) {
		r.Errorf("Wait = %v, want %v", err, want)
	}
}

// "Wait blocks until a record at or beyond from may be read."
func waitEndsWithARecord(r *rig) {
	answer := r.waiting(ctx(), shard(1), 0)
	r.append(entry(shard(2), "k", "another shard"))
	for i := range 20 {
		from := r.State(shard(1)).Next
		if i > 0 {
			answer = r.waiting(ctx(), shard(1), from)
		}
		r.wantWaiting(answer)
		appended := r.appending(entry(shard(1), "k", fmt.Sprint(i)))
		r.wantWoken(answer, nil)
		if batch := r.read(shard(1), from, plenty); len(batch.Records) != 1 || string(batch.Records[0].Data) != fmt.Sprint(i) {
			r.Fatalf("after waiting from %d: %+v", from, batch)
		}
		appended()
	}
}

func waitReturnsAtOnce(r *rig) {
	records := r.fill(shard(1), 2)
	for _, rec := range []shardlog.Record{records[0], last(records)} {
		if err := r.Wait(ctx(), shard(1), rec.Offset); err != nil {
			r.Errorf("Wait from %d = %v", rec.Offset, err)
		}
	}
}

// A record below from wakes nobody for good.
func waitEndsAtOrBeyond(r *rig) {
	first := r.append(entry(shard(1), "k", "first"))[0]
	from := first.Offset + 10
	answer := r.waiting(ctx(), shard(1), from)
	for r.State(shard(1)).Next <= from {
		r.wantWaiting(answer)
		r.append(entry(shard(1), "k", "more"))
	}
	r.wantWoken(answer, nil)
	if batch := r.read(shard(1), from, plenty); len(batch.Records) == 0 {
		r.Errorf("nothing to read from %d after Wait", from)
	}
}

// "… the shard is sealed": at once if it was.
func waitEndsWithSeal(r *rig) {
	r.append(entry(shard(1), "k", "d"))
	answers := []<-chan error{
		r.waiting(ctx(), shard(1), r.State(shard(1)).Next), r.waiting(ctx(), shard(1), 1<<40), r.waiting(ctx(), shard(2), 0),
	}
	r.wantWaiting(answers...)
	r.seal(shard(1))
	r.seal(shard(2))
	for _, answer := range answers {
		r.wantWoken(answer, nil)
	}
	r.wantWoken(r.waiting(ctx(), shard(1), 1<<40), nil)
	r.wantWoken(r.waiting(ctx(), shard(2), 0), nil)
}

// "… its stream is dropped (ErrDropped)."
func waitEndsWithDrop(r *rig) {
	r.append(entry(shard(1), "k", "d"))
	tail := r.State(shard(1)).Next
	answers := []<-chan error{r.waiting(ctx(), shard(1), tail), r.waiting(ctx(), shard(2), 0)}
	r.wantWaiting(answers...)
	r.drop(stream(1))
	for _, answer := range answers {
		r.wantWoken(answer, shardlog.ErrDropped)
	}
}

// "… the log ends (ErrClosed)."
func waitEndsWithTheLog(r *rig) {
	answers := []<-chan error{r.waiting(ctx(), shard(1), 0), r.waiting(ctx(), shard(2), 5)}
	r.wantWaiting(answers...)
	r.stop()
	for _, answer := range answers {
		r.wantWoken(answer, shardlog.ErrClosed)
	}
	r.wantWoken(r.waiting(ctx(), shard(3), 0), shardlog.ErrClosed)
}

// "… or ctx ends."
func waitEndsWithItsContext(r *rig) {
	c, end := context.WithCancel(ctx())
	answer := r.waiting(c, shard(1), 0)
	r.wantWaiting(answer)
	end()
	r.wantWoken(answer, context.Canceled)
	r.wantWoken(r.waiting(c, shard(1), 0), context.Canceled)
}

func waitOfManyReaders(r *rig) {
	const shards, each = 50, 10
	var readers sync.WaitGroup
	for n := range shards * each {
		readers.Go(func() {
			s := shard(uint32(n % shards))
			if err := r.Wait(ctx(), s, 0); err != nil {
				r.Errorf("Wait: %v", err)
				return
			}
			if batch, err := r.Read(ctx(), s, 0, plenty); err != nil || len(batch.Records) != 1 {
				r.Errorf("woken on %v with %d records, %v", s, len(batch.Records), err)
			}
		})
	}
	var entries []shardlog.Entry
	for n := range uint32(shards) {
		entries = append(entries, entry(shard(n), "k", "d"))
	}
	r.append(entries...)
	readers.Wait()
}

// Below the floor there is no record to wait for: the next one is meant.
func waitAboveATrimmedTail(r *rig) {
	records := r.append(entry(shard(1), "k", "trimmed"))
	r.trim(stream(1), records[0].Arrival+1)
	answer := r.waiting(ctx(), shard(1), 0)
	r.wantWaiting(answer)
	defer r.appending(entry(shard(1), "k", "new"))()
	r.wantWoken(answer, nil)
	if batch := r.read(shard(1), 0, plenty); len(batch.Records) != 1 || string(batch.Records[0].Data) != "new" {
		r.Errorf("after waiting: %+v", batch)
	}
}
