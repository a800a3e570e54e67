package suite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/freshet/freshet/internal/bench"
)

const (
	// inMemory is how many records of 1 KiB a server holds in memory for sure.
	inMemory = 40_000
	// onDisk is how many are read from segments, and behind how many more are
	// written, so that none of the former is in memory.
	onDisk = 250_000
	behind = 250_000
)

// get is GetRecords from memory and from segments that nothing has cached, of one
// shard and of a hundred.
func (s *Suite) get(ctx context.Context) (*table, error) {
	t := newTable("GetRecords, records of 1 KiB, 8 connections", "records/s", "ratio to the floor", "p50 / p99 / p99.9", "µs of CPU a record")
	for range s.Rounds {
		for _, shards := range []int{1, 100} {
			// Pages are smaller where a shard has less.
			g := bench.Get{Connections: 8, Limit: 1000 / min(shards, 5), Size: 1024, Records: inMemory}
			m, err := s.fromMemory(ctx, g, shards)
			if err != nil {
				return nil, err
			}
			t.add(fmt.Sprintf("the tail, from memory; %d shards, %d a request", shards, g.Limit), m.rate(), m.ratio(), m.latencies(), m.cpu())

			g.Limit, g.Records = 1000, onDisk
			if m, err = s.fromDisk(ctx, g, shards); err != nil {
				return nil, err
			}
			t.add(fmt.Sprintf("cold segments, each page once; %d shards, %d a request", shards, g.Limit), m.rate(), m.ratio(), m.latencies(), m.cpu())
		}
	}
	return t, nil
}

// fromMemory reads what has just been written, round and round.
func (s *Suite) fromMemory(ctx context.Context, g bench.Get, shards int) (m measured, err error) {
	err = s.with(ctx, "get", func(v *server) error {
		return onStream(ctx, v, shards, func(stream *bench.Stream) error {
			if err := g.Fill(ctx, stream); err != nil {
				return err
			}
			requests, reply, err := g.Requests(ctx, stream)
			if err != nil {
				return err
			}
			m, err = s.compare(ctx, v, bench.Load{Requests: requests, Duration: s.Load, Check: g.Check}, reply)
			return err
		})
	})
	return m, err
}

// fromDisk reads the first records of a stream, each once: from segments, since so
// many were written behind them, with nothing in the caches of the server, which
// was started again, nor in the kernel's, which was told to forget.
func (s *Suite) fromDisk(ctx context.Context, g bench.Get, shards int) (m measured, err error) {
	v, err := s.start(ctx, "get")
	if err != nil {
		return m, err
	}
	stream, requests, reply, err := s.fillCold(ctx, v, g, shards)
	if err := errors.Join(err, v.Stop()); err != nil {
		return m, err
	}
	if err := s.Forget(filepath.Join(s.Dir, "get")); err != nil {
		return m, err
	}
	if v, err = s.start(ctx, "get"); err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, stream.At(v.target).Delete(ctx), v.Stop()) }()
	if err := v.settle(ctx); err != nil {
		return m, err
	}
	return s.compare(ctx, v, bench.Load{Requests: requests, Once: true, Check: g.Check}, reply)
}

// fillCold writes what is to be read, and what keeps it out of memory.
func (s *Suite) fillCold(ctx context.Context, v *server, g bench.Get, shards int) (stream *bench.Stream, requests [][]bench.Request, reply []byte, err error) {
	stream, err = bench.MakeStream(ctx, v.target, shards)
	if err != nil {
		return stream, nil, nil, err
	}
	if err := g.Fill(ctx, stream); err != nil {
		return stream, nil, nil, err
	}
	if requests, reply, err = g.Divided(ctx, stream); err != nil {
		return stream, nil, nil, err
	}
	more := g
	more.Records = behind
	return stream, requests, reply, more.Fill(ctx, stream)
}

// settle waits until the server does nothing of its own accord: after a start it
// flushes what it found in the journal.
func (v *server) settle(ctx context.Context) error {
	for {
		before, err := v.Usage()
		if err != nil {
			return err
		}
		select {
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
		after, err := v.Usage()
		if err != nil {
			return err
		}
		if after.CPU-before.CPU <= 20*time.Millisecond && after.Written == before.Written {
			return nil
		}
	}
}
