package shardlogtest

import (
	"errors"

	"github.com/freshet/freshet/internal/shardlog"
)

var dropTests = []test{
	{"ForgetsTheStream", dropForgetsTheStream},
	{"OfAnUnknownStream", dropOfAnUnknownStream},
	{"LeavesOtherStreams", dropLeavesOtherStreams},
	{"DuringAppends", dropDuringAppends},
}

// wantDropped demands that nothing is left of s, and that nothing can be added.
func (r *rig) wantDropped(s shardlog.Shard) {
	r.Helper()
	if got := r.try(entry(s, "k", "late")); !errors.Is(got[0].Err, shardlog.ErrDropped) {
		r.Errorf("an append to a dropped stream: %+v, want ErrDropped", got[0])
	}
	batch, err := r.Read(ctx(), s, 0, plenty)
	if (err != nil && !errors.Is(err, shardlog.ErrDropped)) || len(batch.Records) > 0 {
		r.Errorf("a read of a dropped stream: %d records, %v", len(batch.Records), err)
	}
	if _, err := r.Find(ctx(), s, 1); err != nil && !errors.Is(err, shardlog.ErrDropped) {
		r.Errorf("Find in a dropped stream: %v", err)
	}
	if _, err := r.Seal(ctx(), s, 1); !errors.Is(err, shardlog.ErrDropped) {
		r.Errorf("Seal of a shard of a dropped stream: %v, want ErrDropped", err)
	}
	if err := r.Trim(ctx(), s.Stream, 1<<40); err != nil && !errors.Is(err, shardlog.ErrDropped) {
		r.Errorf("Trim of a dropped stream: %v", err)
	}
	if err := r.Wait(ctx(), s, 0); !errors.Is(err, shardlog.ErrDropped) {
		r.Errorf("Wait in a dropped stream: %v, want ErrDropped", err)
	}
}

// "Drop forgets stream with all its shards, for good. It is idempotent. Later
// appends get ErrDropped, later reads ErrDropped or no records."
func dropForgetsTheStream(r *rig) {
	r.append(entry(shard(1), "k", "d"), entry(shard(2), "k", "d"), entry(shard(3), "k", "d"))
	r.seal(shard(3))
	for range 2 {
		r.drop(stream(1))
		for n := range uint32(4) { // one of which was never there
			r.wantDropped(shard(n + 1))
		}
	}
}

func dropOfAnUnknownStream(r *rig) {
	r.drop(stream(1))
	r.wantDropped(shard(1))
}

// In one append too: each entry is answered for itself.
func dropLeavesOtherStreams(r *rig) {
	other := shardlog.Shard{Stream: stream(2), Number: 1}
	want := r.append(entry(other, "k", "a"), entry(shard(1), "k", "b"))[:1]
	r.drop(stream(1))
	entries := []shardlog.Entry{entry(shard(1), "k", "late"), entry(other, "k", "c"), entry(shard(7), "k", "late")}
	results := r.try(entries...)
	if !errors.Is(results[0].Err, shardlog.ErrDropped) || !errors.Is(results[2].Err, shardlog.ErrDropped) || results[1].Err != nil {
		r.Fatalf("results %+v", results)
	}
	r.wantRecords(other, 0, append(want, record(entries[1], results[1])))
}

// An append beside Drop is acknowledged or gets ErrDropped; after it nothing is
// left.
func dropDuringAppends(r *rig) {
	const writers = 4
	warm, done := make(chan struct{}, writers), make(chan struct{}, writers)
	for range writers {
		go func() {
			defer func() { done <- struct{}{} }()
			for i := 0; ; i++ {
				if i == 10 {
					warm <- struct{}{}
				}
				results, err := r.Append(ctx(), []shardlog.Entry{entry(shard(uint32(i%3)), "k", "d")})
				if err != nil {
					r.Errorf("Append: %v", err)
					return
				}
				if errors.Is(results[0].Err, shardlog.ErrDropped) {
					return
				}
				if results[0].Err != nil {
					r.Errorf("Append: %v", results[0].Err)
				}
			}
		}()
	}
	for range writers {
		<-warm
	}
	r.drop(stream(1))
	for range writers {
		<-done
	}
	for n := range uint32(3) {
		r.wantDropped(shard(n))
	}
}
