package suite

import (
	"context"
	"fmt"
	"time"

	"github.com/freshet/freshet/internal/bench"
)

// batch is the put that most figures are of.
var batch = bench.Put{Connections: 8, Batch: 500, Size: 1024}

// warmUp precedes the first load on a new folder: its journal files begin small.
const warmUp = 2 * time.Second

var putHead = []string{"records/s", "ratio to the floor", "p50 / p99 / p99.9", "µs of CPU a record", "records a sync / syncs a second", "bytes written a byte"}

func (m *measured) putCells() []string {
	return []string{m.rate(), m.ratio(), m.latencies(), m.cpu(), m.grouped(), m.amplification()}
}

// putByShards is PutRecords to streams of more and more shards.
func (s *Suite) putByShards(ctx context.Context) (*table, error) {
	t := newTable(append([]string{"PutRecords 500 x 1 KiB, 8 connections, shards"}, putHead...)...)
	counts := []int{4, 100, 1000, 10_000}
	err := s.with(ctx, "put", func(v *server) error {
		if _, err := s.put(ctx, v, 4, batch, warmUp); err != nil {
			return err
		}
		for range s.Rounds {
			var few float64
			for _, shards := range counts {
				m, err := s.put(ctx, v, shards, batch, s.Load)
				if err != nil {
					return err
				}
				if few == 0 {
					few = m.RecordsPerSecond()
				}
				t.add(fmt.Sprint(shards), append(m.putCells(), fmt.Sprintf("%.2f", m.RecordsPerSecond()/few))...)
			}
		}
		return nil
	})
	t.head = append(t.head, "of the records/s to 4 shards")
	return t, err
}

// putByConnections is PutRecords to 4 shards over few and many connections.
func (s *Suite) putByConnections(ctx context.Context) (*table, error) {
	t := newTable(append([]string{"PutRecords 500 x 1 KiB, 4 shards, connections"}, putHead...)...)
	err := s.with(ctx, "put", func(v *server) error {
		for range s.Rounds {
			for _, connections := range []int{1, 8, 64} {
				p := batch
				p.Connections = connections
				m, err := s.put(ctx, v, 4, p, s.Load)
				if err != nil {
					return err
				}
				t.add(fmt.Sprint(connections), m.putCells()...)
			}
		}
		return nil
	})
	return t, err
}

// put measures p on a stream of its own.
func (s *Suite) put(ctx context.Context, v *server, shards int, p bench.Put, d time.Duration) (m measured, err error) {
	err = onStream(ctx, v, shards, func(stream *bench.Stream) error {
		requests, err := p.Requests(ctx, stream)
		if err != nil {
			return err
		}
		m, err = s.compare(ctx, v, bench.Load{Requests: requests, Duration: d, Check: p.Check}, p.FloorReply())
		return err
	})
	return m, err
}

// putOne is a single record after the other, and the disk alone.
func (s *Suite) putOne(ctx context.Context) (*table, error) {
	t := newTable("PutRecord 1 KiB, 1 connection: p50 / p99 / p99.9", "the disk alone, p50 / p99", "ratio p50 / p99", "µs of CPU a record")
	one := bench.Put{Connections: 1, Batch: 1, Size: 1024}
	return t, s.with(ctx, "put", func(v *server) error {
		for range s.Rounds {
			p50, p99, err := s.Sync(s.Dir, s.Load/2)
			if err != nil {
				return err
			}
			m, err := s.put(ctx, v, 1, one, s.Load)
			if err != nil {
				return err
			}
			t.rows = append(t.rows, &row{m.latencies(), []string{
				fmt.Sprintf("%s / %s", bench.Short(p50), bench.Short(p99)),
				fmt.Sprintf("%.2f / %.2f", m.Latency(0.5).Seconds()/p50.Seconds(), m.Latency(0.99).Seconds()/p99.Seconds()),
				m.cpu(),
			}})
		}
		return nil
	})
}

// putHalf asks for half of what the server can do: latencies without a queue.
func (s *Suite) putHalf(ctx context.Context) (*table, error) {
	t := newTable("PutRecords 500 x 1 KiB at half the speed, 4 shards, 8 connections: records/s", "p50 / p99 / p99.9", "µs of CPU a record", "records a sync / syncs a second")
	return t, s.with(ctx, "put", func(v *server) error {
		for range s.Rounds {
			err := onStream(ctx, v, 4, func(stream *bench.Stream) error {
				m, err := s.half(ctx, v, stream)
				t.rows = append(t.rows, &row{m.rate(), []string{m.latencies(), m.cpu(), m.grouped()}})
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Suite) half(ctx context.Context, v *server, stream *bench.Stream) (m measured, err error) {
	requests, err := batch.Requests(ctx, stream)
	if err != nil {
		return m, err
	}
	load := bench.Load{Requests: requests, Duration: s.Load, Check: batch.Check}
	full, err := run(ctx, v, load)
	if err != nil {
		return m, err
	}
	perSecond := float64(full.All.Requests) / full.All.Elapsed.Seconds()
	load.Every = time.Duration(2 * float64(batch.Connections) / perSecond * float64(time.Second))
	return run(ctx, v, load)
}
