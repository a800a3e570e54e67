package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
)

// settings are how streams are kept, one after the other: some of each class.
// All are trimmed to the same minute.
var settings = []shardlog.Settings{
	{},
	{Compression: shardlog.S2},
	{Retention: 7 * 24 * time.Hour},
	{Retention: 31 * 24 * time.Hour, Compression: shardlog.S2},
	{Retention: 365 * 24 * time.Hour},
}

// appender appends to streams of its own.
type appender struct {
	*run
	rng     *rand.Rand
	made    int // streams, by all appenders
	streams []*stream
	fillers [2]*filler // by whether it is compressed
	// entries, owners and buf are used for each append anew.
	entries []shardlog.Entry
	owners  []*shard
	buf     []byte
	// start starts a tail; failed is closed when anybody has failed.
	start  func(*shard)
	failed <-chan struct{}
}

func newAppender(s *run, n int, start func(*shard)) *appender {
	rng := rand.New(rand.NewPCG(s.seed, uint64(n)))
	return &appender{run: s, rng: rng, made: n, fillers: [2]*filler{noise(rng), text(rng)}, start: start}
}

// append appends until ctx ends, and seals all its shards then.
func (a *appender) append(ctx context.Context) error {
	for range a.config.streams {
		if err := a.makeStream(); err != nil {
			return err
		}
	}
	due := time.Now()
	seal, drop := due.Add(a.around(a.sealEvery)), due.Add(a.around(a.dropEvery))
	for ctx.Err() == nil {
		if err := a.appendOnce(); err != nil {
			return err
		}
		now := time.Now()
		if now.After(seal) {
			seal = now.Add(a.around(a.sealEvery))
			if err := a.sealOne(); err != nil {
				return err
			}
		}
		if now.After(drop) {
			drop = now.Add(a.around(a.dropEvery))
			if err := a.dropOne(); err != nil {
				return err
			}
		}
		due = a.rate.pause(ctx, due, a.batch)
	}
	for _, st := range a.streams {
		if err := a.sealAll(st); err != nil {
			return err
		}
	}
	return nil
}

// around draws a time whose mean is d.
func (a *appender) around(d time.Duration) time.Duration {
	return d/2 + time.Duration(a.rng.Int64N(int64(d)))
}

func (a *appender) makeStream() error {
	st := &stream{}
	binary.LittleEndian.PutUint64(st.id[:], a.rng.Uint64())
	binary.LittleEndian.PutUint64(st.id[8:], a.rng.Uint64())
	how := settings[a.made%len(settings)]
	a.made += 1 + a.appenders%len(settings) // so that each meets all settings
	if err := a.Configure(context.Background(), st.id, how); err != nil {
		return fmt.Errorf("configure: %w", err)
	}
	st.filler = a.fillers[how.Compression]
	for range a.shards {
		a.openShard(st)
	}
	a.streams = append(a.streams, st)
	return nil
}

func (a *appender) openShard(st *stream) {
	sh := &shard{
		id: shardlog.Shard{Stream: st.id, Number: st.number}, tag: a.rng.Uint64(),
		filler: st.filler, ended: make(chan struct{}),
	}
	st.number++
	st.shards = append(st.shards, sh)
	a.live.add(sh)
	a.start(sh)
}

// appendOnce appends a batch to some shards of one stream.
func (a *appender) appendOnce() error {
	st := a.streams[a.rng.IntN(len(a.streams))]
	a.entries, a.owners, a.buf = a.entries[:0], a.owners[:0], a.buf[:0]
	for range a.batch {
		sh := st.shards[a.rng.IntN(len(st.shards))]
		from := len(a.buf)
		a.buf = sh.appendRecord(a.buf, sh.next)
		sh.next++
		a.owners = append(a.owners, sh)
		a.entries = append(a.entries, shardlog.Entry{Shard: sh.id, Generation: 1, Key: key, Data: a.buf[from:len(a.buf):len(a.buf)]})
	}
	began := time.Now()
	results, err := a.Append(context.Background(), a.entries)
	if err != nil {
		return fmt.Errorf("append: %w", err)
	}
	a.latencies.Add(time.Since(began))
	for i, r := range results {
		if r.Err != nil {
			return fmt.Errorf("append to %s: %w", a.entries[i].Shard, r.Err)
		}
		a.owners[i].acked.Add(1)
	}
	a.counts.appends.Add(1)
	a.counts.records.Add(int64(len(results)))
	return nil
}

func (a *appender) seal(sh *shard) error {
	end, err := a.Seal(context.Background(), sh.id, 1)
	if err != nil {
		return fmt.Errorf("seal %s: %w", sh.id, err)
	}
	if uint64(end) < sh.acked.Load() {
		return fmt.Errorf("shard %s has %d acknowledged records and ends at %d", sh.id, sh.acked.Load(), end)
	}
	a.counts.sealed.Add(1)
	return nil
}

// sealOne seals a shard and opens another.
func (a *appender) sealOne() error {
	st := a.streams[a.rng.IntN(len(a.streams))]
	i := a.rng.IntN(len(st.shards))
	sh := st.shards[i]
	st.shards = slices.Delete(st.shards, i, i+1)
	st.sealed = append(st.sealed, sh)
	a.openShard(st)
	return a.seal(sh)
}

func (a *appender) sealAll(st *stream) error {
	for _, sh := range st.shards {
		if err := a.seal(sh); err != nil {
			return err
		}
	}
	return nil
}

// dropOne drops a stream and makes another. In one of two cases the tails have met
// all of it before, in the other they are surprised.
func (a *appender) dropOne() error {
	i := a.rng.IntN(len(a.streams))
	st := a.streams[i]
	a.streams = slices.Delete(a.streams, i, i+1)
	if a.rng.IntN(2) == 0 {
		if err := a.sealAll(st); err != nil {
			return err
		}
		for _, sh := range st.shards {
			select {
			case <-sh.ended:
			case <-a.failed:
				return nil
			}
		}
	}
	for _, sh := range append(st.shards, st.sealed...) {
		sh.dropping.Store(true)
	}
	a.live.drop(st.id)
	if err := a.Drop(context.Background(), st.id); err != nil {
		return fmt.Errorf("drop: %w", err)
	}
	a.counts.dropped.Add(1)
	return a.makeStream()
}

// pacer keeps appenders to a speed.
type pacer struct {
	// perRecord is the time that one appender has for a record, in nanoseconds;
	// 0 is no limit.
	perRecord atomic.Int64
}

// set sets the speed of each appender in records a second.
func (p *pacer) set(perSecond float64) {
	p.perRecord.Store(int64(float64(time.Second) / max(perSecond, 1)))
}

// pause waits until the time for n records more is over, counted from due, and
// returns when that was. Who is late is not to hurry: what a second did not take
// the next need not.
func (p *pacer) pause(ctx context.Context, due time.Time, n int) time.Time {
	now := time.Now()
	due = due.Add(time.Duration(p.perRecord.Load() * int64(n)))
	if due.Before(now) {
		return now
	}
	timer := time.NewTimer(due.Sub(now))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return due
}
