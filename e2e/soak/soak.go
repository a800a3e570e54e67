package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/freshet/freshet/e2e/process"
	"github.com/freshet/freshet/internal/series"
)

// config is what a soak is asked for.
type config struct {
	length       time.Duration
	binary, dir  string
	streams      int
	shards       int
	writers      int
	pace         int // records a second, of each writer
	reshardEvery time.Duration
	scaleEvery   int // reshards
	passEvery    time.Duration
	keep         time.Duration
	row          time.Duration
	seed         uint64
	log          io.Writer
}

// run is a soak under way.
type run struct {
	config
	server  *process.Server
	folder  string
	client  *client
	puts    series.Latencies // of calls of PutRecords
	pushes  series.Latencies // of records, from before their put to a follower's event
	counts  counts
	samples *series.Series
}

// counts is what has happened so far.
type counts struct {
	records, polled, pushed  atomic.Int64
	splits, merges, scalings atomic.Int64
	subscriptions            atomic.Int64
	trims, passed            atomic.Int64
}

// readyIn is how long a start, and a stop, may take.
const readyIn = 30 * time.Second

// drainedIn is how long the followers may read on when the writers have stopped.
const drainedIn = 60 * time.Second

// soak runs one. A context that ends early makes it shorter, not worse: all
// checks are made.
func soak(ctx context.Context, c config) (_ *report, err error) {
	s := &run{config: c, samples: series.New(columns...)}
	s.folder, err = os.MkdirTemp(c.dir, "freshet-soak-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(s.folder)) }()
	addr, err := process.FreeAddr()
	if err != nil {
		return nil, err
	}
	s.server, err = process.Start(process.Options{Binary: c.binary, Data: s.folder, Addr: addr})
	if err != nil {
		return nil, err
	}
	err = s.drive(ctx)
	stop, cancel := context.WithTimeout(context.Background(), readyIn)
	defer cancel()
	if err := errors.Join(err, s.server.Stop(stop)); err != nil {
		return nil, err
	}
	return s.report(), nil
}

// drive lets everything run for as long as it was asked for, and waits until all
// have ended well.
func (s *run) drive(ctx context.Context) error {
	ready, cancel := context.WithTimeout(ctx, readyIn)
	defer cancel()
	if err := s.server.Ready(ready); err != nil {
		return err
	}
	token, err := readToken(s.folder)
	if err != nil {
		return err
	}
	s.client = newClient(s.server.Endpoint(), token)
	// load ends when the time is over; what follows the records goes on until
	// it has met the last.
	load, endLoad := context.WithTimeout(ctx, s.length)
	defer endLoad()
	g, all := errgroup.WithContext(context.WithoutCancel(ctx))
	stopLoad := context.AfterFunc(all, endLoad)
	defer stopLoad()
	for i := range s.streams {
		st := newStream(s, fmt.Sprintf("soak-%d", i))
		g.Go(func() error { return st.work(load, all) })
	}
	g.Go(func() error { return s.pass(load) })
	g.Go(func() error { return s.sample(load) })
	return g.Wait()
}

// every calls fn in that rhythm until ctx ends. What ctx interrupts is no failure.
func every(ctx context.Context, pause time.Duration, fn func(context.Context) error) error {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		if err := fn(ctx); err != nil && ctx.Err() == nil {
			return err
		}
	}
}

// random returns a source of its own for whoever it names.
func (s *run) random(who string) *rand.Rand {
	var sum uint64
	for _, b := range []byte(who) {
		sum = sum*31 + uint64(b)
	}
	return rand.New(rand.NewPCG(s.seed, sum))
}
