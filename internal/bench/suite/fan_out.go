package suite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/freshet/freshet/internal/bench"
)

// fanOut is enhanced fan-out of records that come one by one, to one consumer and to
// as many as AWS allows.
func (s *Suite) fanOut(ctx context.Context) (*table, error) {
	t := newTable("PutRecord 1 KiB, 100 a second, pushed to consumers over HTTP/1.1", "put to push, p50 / p99", "acknowledgement to push, p50 / p99", "µs of CPU a push, the puts among it")
	for range s.Rounds {
		for _, consumers := range []int{1, 50} {
			f := bench.FanOut{Consumers: consumers, Size: 1024, Every: 10 * time.Millisecond, Duration: s.Load}
			if err := s.push(ctx, t, f); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

func (s *Suite) push(ctx context.Context, t *table, f bench.FanOut) error {
	return s.with(ctx, "fan-out", func(v *server) error {
		if err := v.target.Commit(ctx); err != nil {
			return err
		}
		return onStream(ctx, v, 1, func(stream *bench.Stream) error {
			before, err := v.Usage()
			if err != nil {
				return err
			}
			p, err := f.Run(ctx, stream)
			if err != nil {
				return err
			}
			after, err := v.Usage()
			t.add(fmt.Sprint(f.Consumers),
				fmt.Sprintf("%s / %s", bench.Short(p.SincePut(0.5)), bench.Short(p.SincePut(0.99))),
				fmt.Sprintf("%s / %s", bench.Short(p.SinceAck(0.5)), bench.Short(p.SinceAck(0.99))),
				fmt.Sprintf("%.0f", float64(after.CPU-before.CPU)/float64(p.Events)/float64(time.Microsecond)))
			return err
		})
	})
}

const (
	idleShards    = 100
	idleConsumers = 20
	// idleWatch is how long idle subscriptions are watched: each says that it is idle
	// several times.
	idleWatch = 20 * time.Second
)

// idleSubscriptions is two thousand subscriptions of shards that nobody writes to.
func (s *Suite) idleSubscriptions(ctx context.Context) (*table, error) {
	t := newTable("2,000 idle subscriptions", "resident before", "resident with them", "of it, for each", "processor time in a second")
	for range s.Rounds {
		for _, over := range []string{"HTTP/1.1", "HTTP/2"} {
			err := s.with(ctx, "idle-subscriptions", func(v *server) error {
				return onStream(ctx, v, idleShards, func(stream *bench.Stream) error {
					return watchIdle(ctx, t, v, stream, over)
				})
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

func watchIdle(ctx context.Context, t *table, v *server, stream *bench.Stream, over string) (err error) {
	alone, err := v.Usage()
	if err != nil {
		return err
	}
	all, err := stream.Subscribe(ctx, idleConsumers, over == "HTTP/2")
	defer func() { err = errors.Join(err, all.Close()) }()
	if err != nil {
		return err
	}
	before, err := v.Usage()
	if err != nil {
		return err
	}
	select {
	case <-time.After(idleWatch):
	case <-ctx.Done():
		return ctx.Err()
	}
	after, err := v.Usage()
	if err != nil {
		return err
	}
	each := float64(after.Resident-alone.Resident) / (idleShards * idleConsumers) / (1 << 10)
	t.add("over "+over, mebibytes(alone.Resident), mebibytes(after.Resident), fmt.Sprintf("%.0f KiB", each),
		((after.CPU - before.CPU) / (idleWatch / time.Second)).String())
	return nil
}
