package bench

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// FanOut is records that are put to a stream of one shard, one after the other, and
// pushed to every consumer of it.
type FanOut struct {
	Consumers int
	Size      int           // bytes of data per record, 9 at least
	Every     time.Duration // how long after the one before a record is put
	Duration  time.Duration
}

// Pushed is what a FanOut measured, the first tenth left out: how long after a record
// was put, and after it was acknowledged, each consumer had it. The latter is below
// 0 for a push that overtakes the acknowledgement.
type Pushed struct {
	Events             int // that were sent, to all consumers together
	sincePut, sinceAck []time.Duration
}

// SincePut and SinceAck are the p-quantiles (0 to 1).
func (p Pushed) SincePut(q float64) time.Duration { return quantile(p.sincePut, q) }

// SinceAck is as SincePut, from the acknowledgement on.
func (p Pushed) SinceAck(q float64) time.Duration { return quantile(p.sinceAck, q) }

// Run registers the consumers with s, which has one shard, subscribes each over a
// connection of its own, and measures. It blocks for f.Duration. A record that does
// not come, or not in order, is an error.
func (f FanOut) Run(ctx context.Context, s *Stream) (p Pushed, err error) {
	n := int(f.Duration / f.Every)
	requests, err := f.requests(ctx, s, n)
	if err != nil {
		return p, err
	}
	arns, err := s.register(ctx, f.Consumers)
	if err != nil {
		return p, err
	}
	shards, err := s.shards(ctx)
	if err != nil {
		return p, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the subscriptions
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}

	got := make([][]time.Time, f.Consumers)
	g, ctx := errgroup.WithContext(ctx)
	for i, arn := range arns {
		u, err := s.target.subscribe(ctx, client, arn, shards[0])
		if err != nil {
			cancel()
			return p, errors.Join(err, g.Wait())
		}
		g.Go(func() error {
			defer u.close()
			got[i], err = u.receive(n)
			return err
		})
	}
	var sent, acked []time.Time
	g.Go(func() error {
		var err error
		sent, acked, err = f.put(ctx, s.target, requests)
		return err
	})
	if err := g.Wait(); err != nil {
		return p, err
	}
	return pushed(sent, acked, got), nil
}

// requests makes n puts, each with a record that says which it is.
func (f FanOut) requests(ctx context.Context, s *Stream, n int) ([][]byte, error) {
	requests := make([][]byte, n)
	data := make([]byte, f.Size)
	for i := range requests {
		binary.BigEndian.PutUint64(data, uint64(i))
		body := fmt.Appendf(nil, `{"StreamName":%q,"PartitionKey":"k","Data":%q}`, s.name, base64.StdEncoding.EncodeToString(data))
		encoded, err := s.target.encode(ctx, "PutRecord", body)
		if err != nil {
			return nil, err
		}
		requests[i] = encoded
	}
	return requests, nil
}

// put puts one record after the other, each when it is due.
func (f FanOut) put(ctx context.Context, t Target, requests [][]byte) (sent, acked []time.Time, err error) {
	c, err := dial(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	defer c.close()
	defer context.AfterFunc(ctx, c.close)()
	due := time.Now()
	for _, request := range requests {
		if err := sleepUntil(ctx, due); err != nil {
			return nil, nil, err
		}
		sent = append(sent, time.Now())
		if _, err := c.roundTrip(request); err != nil {
			return nil, nil, err
		}
		acked = append(acked, time.Now())
		due = due.Add(f.Every)
	}
	return sent, acked, nil
}

var dataMember = []byte(`"Data":"`)

// receive reads events until n records have come, in order, and returns when each
// was there.
func (s *subscription) receive(n int) ([]time.Time, error) {
	got := make([]time.Time, 0, n)
	for len(got) < n {
		message, err := s.next()
		if err != nil {
			return nil, err
		}
		now := time.Now()
		for {
			_, rest, found := bytes.Cut(message, dataMember)
			if !found {
				break
			}
			var index [9]byte
			if _, err := base64.StdEncoding.Decode(index[:], rest[:min(12, len(rest))]); err != nil {
				return nil, fmt.Errorf("a record that was not put: %w", err)
			}
			if i := binary.BigEndian.Uint64(index[:8]); i != uint64(len(got)) {
				return nil, fmt.Errorf("record %d came when %d was next", i, len(got))
			}
			got = append(got, now)
			message = rest
		}
	}
	return got, nil
}

func pushed(sent, acked []time.Time, got [][]time.Time) (p Pushed) {
	for _, times := range got {
		for i := len(times) / 10; i < len(times); i++ {
			p.sincePut = append(p.sincePut, times[i].Sub(sent[i]))
			p.sinceAck = append(p.sinceAck, times[i].Sub(acked[i]))
		}
		p.Events += len(times)
	}
	slices.Sort(p.sincePut)
	slices.Sort(p.sinceAck)
	return p
}
