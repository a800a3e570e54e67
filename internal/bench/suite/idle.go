package suite

import (
	"context"
	"fmt"
	"time"

	"github.com/freshet/freshet/internal/bench"
)

// idle is how a server starts, and what it holds while nobody asks.
func (s *Suite) idle(ctx context.Context) (*table, error) {
	t := newTable("start and memory", "")
	for i := range 3 {
		err := s.with(ctx, fmt.Sprintf("empty-%d", i), func(v *server) error {
			usage, err := v.Usage()
			t.add("ready on an empty folder", bench.Short(v.Ready))
			t.add("resident, empty", mebibytes(usage.Resident))
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return t, s.filled(ctx, t)
}

// filled leaves two servers alone at once, one with many shards and one with many
// streams.
func (s *Suite) filled(ctx context.Context, t *table) error {
	return s.with(ctx, "shards", func(shards *server) error {
		return s.with(ctx, "streams", func(streams *server) error {
			if _, err := s.put(ctx, shards, 4, batch, warmUp); err != nil {
				return err
			}
			stream, err := writeAll(ctx, shards, 10_000)
			if err != nil {
				return err
			}
			requests, err := batch.Requests(ctx, stream)
			if err != nil {
				return err
			}
			m, err := run(ctx, shards, bench.Load{Requests: requests, Duration: s.Load, Check: batch.Check})
			if err != nil {
				return err
			}
			t.add("resident under PutRecords to 10,000 shards, at most", mebibytes(m.used.Peak))
			for range 1000 {
				if _, err := writeAll(ctx, streams, 4); err != nil {
					return err
				}
			}
			return s.rested(ctx, t, shards, streams)
		})
	})
}

func (s *Suite) rested(ctx context.Context, t *table, shards, streams *server) error {
	fmt.Fprintf(s.Progress, "leaving servers alone for %s\n", s.Rest)
	select {
	case <-time.After(s.Rest):
	case <-ctx.Done():
		return ctx.Err()
	}
	for _, v := range []struct {
		name string
		*server
	}{
		{"10,000 shards, after that load and a rest of", shards},
		{"1,000 streams of 4 shards, after a rest of", streams},
	} {
		before, err := v.Usage()
		if err != nil {
			return err
		}
		time.Sleep(time.Second) // the time that is measured
		after, err := v.Usage()
		if err != nil {
			return err
		}
		t.add(fmt.Sprintf("resident, %s %s", v.name, s.Rest), mebibytes(after.Resident))
		t.add(fmt.Sprintf("processor time in a second, %s %s", v.name, s.Rest), fmt.Sprint(after.CPU-before.CPU))
	}
	return nil
}

// writeAll makes a stream and writes a few records to every shard.
func writeAll(ctx context.Context, v *server, shards int) (*bench.Stream, error) {
	stream, err := bench.MakeStream(ctx, v.target, shards)
	if err != nil {
		return nil, err
	}
	fill := bench.Get{Connections: 1, Size: 100, Records: 4 * shards}
	return stream, fill.Fill(ctx, stream)
}

func mebibytes(n int64) string { return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20)) }
