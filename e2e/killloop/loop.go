package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/freshet/freshet/e2e/process"
)

const (
	// readyIn is how long a start may take, recovery included.
	readyIn = 60 * time.Second

	// wholeEvery is after how many rounds everything is read again from the
	// beginning; in the others only what is new.
	wholeEvery = 20

	// reencryptEvery is after how many rounds the encryption of the stream changes.
	reencryptEvery = 8
)

// config is what the flags say.
type config struct {
	rounds  int
	binary  string
	data    string
	shards  int
	writers int
	life    time.Duration
	seed    uint64
	log     io.Writer
}

// loop is the run of all rounds.
type loop struct {
	config
	rng    *rand.Rand
	addr   string
	ledger *ledger
	// killing is set before the server is killed: from then on requests may
	// fail.
	killing atomic.Bool
	kills   int
}

// run kills the server c.rounds times, and stops it in an orderly way at the
// end. It returns an error that says what was lost, if anything was.
func run(ctx context.Context, c config) error {
	addr, err := process.FreeAddr()
	if err != nil {
		return err
	}
	l := &loop{config: c, addr: addr, rng: rand.New(rand.NewPCG(c.seed, 0)), ledger: newLedger()}
	began := time.Now()
	for round := 1; round <= c.rounds; round++ {
		if err := l.round(ctx, round); err != nil {
			return fmt.Errorf("round %d: %w", round, err)
		}
	}
	// After the last kill, and once more after an orderly end.
	for range 2 {
		if err := l.lookAndStop(ctx); err != nil {
			return fmt.Errorf("after %d rounds: %w", c.rounds, err)
		}
	}
	_, err = fmt.Fprintf(c.log, "%d kills in %v: %s: none missing, doubled or out of order (seed %d)\n",
		l.kills, time.Since(began).Round(time.Second), l.ledger, c.seed)
	return err
}

// round starts the server, compares it with the ledger, loads and kills it.
func (l *loop) round(ctx context.Context, round int) error {
	if l.rng.IntN(4) == 0 {
		if err := l.killWhileStarting(); err != nil {
			return err
		}
	}
	s, c, err := l.start(ctx)
	if err != nil {
		return err
	}
	if round == 1 {
		err = c.createMain(ctx, l.shards)
	} else {
		err = l.verify(ctx, c, round%wholeEvery == 0)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("%w\n%s", err, s.Output()), s.Kill())
	}
	l.ledger.begin(round)
	if err := l.load(ctx, s, c, round%reencryptEvery == 1); err != nil {
		return err
	}
	l.kills++
	_, err = fmt.Fprintf(l.log, "round %d: killed; %s\n", round, l.ledger)
	return err
}

// killWhileStarting starts a server and kills it in its first moments, ready or
// not: recovery must stand being cut off.
func (l *loop) killWhileStarting() error {
	s, err := process.Start(l.options())
	if err != nil {
		return err
	}
	// Not a wait for anything: the moment is meant to be any.
	time.Sleep(time.Duration(l.rng.Int64N(int64(150 * time.Millisecond))))
	l.kills++
	return s.Kill()
}

func (l *loop) options() process.Options {
	return process.Options{Binary: l.binary, Data: l.data, Addr: l.addr}
}

// start starts a server and waits until it is ready.
func (l *loop) start(ctx context.Context) (*process.Server, *client, error) {
	s, err := process.Start(l.options())
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, readyIn)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		return nil, nil, errors.Join(err, s.Kill())
	}
	return s, newClient(s.Endpoint()), nil
}

// load runs writers, readers and the control loop until the server is killed.
func (l *loop) load(ctx context.Context, s *process.Server, c *client, reencrypt bool) error {
	l.killing.Store(false)
	group, ctx := errgroup.WithContext(ctx)
	for i := range l.writers {
		w := writer{number: i, client: c, ledger: l.ledger, rng: rand.New(rand.NewPCG(l.rng.Uint64(), 0))}
		group.Go(func() error { return l.unlessKilling(w.run(ctx)) })
	}
	for shard, after := range l.ledger.ends() {
		r := reader{client: c, ledger: l.ledger, shard: shard, after: after}
		group.Go(func() error { return l.unlessKilling(r.run(ctx)) })
	}
	ctl := control{client: c, streams: &l.ledger.streams, rng: rand.New(rand.NewPCG(l.rng.Uint64(), 0))}
	group.Go(func() error { return l.unlessKilling(ctl.run(ctx)) })

	if reencrypt {
		rng := rand.New(rand.NewPCG(l.rng.Uint64(), 0))
		group.Go(func() error { return l.unlessKilling(c.reencrypt(ctx, rng)) })
	}

	life := time.NewTimer(time.Duration(l.rng.Int64N(int64(l.life))))
	defer life.Stop()
	select {
	case <-life.C:
	case <-ctx.Done(): // somebody failed, and Wait says who
	}
	l.killing.Store(true)
	err := s.Kill()
	return errors.Join(err, group.Wait())
}

// unlessKilling forgets the errors that the kill explains.
func (l *loop) unlessKilling(err error) error {
	if l.killing.Load() && errors.Is(err, errRequest) {
		return nil
	}
	return err
}

// lookAndStop compares everything with the ledger and ends the server.
func (l *loop) lookAndStop(ctx context.Context) error {
	s, c, err := l.start(ctx)
	if err != nil {
		return err
	}
	if err := l.verify(ctx, c, true); err != nil {
		return errors.Join(fmt.Errorf("%w\n%s", err, s.Output()), s.Kill())
	}
	ctx, cancel := context.WithTimeout(ctx, readyIn)
	defer cancel()
	return s.Stop(ctx)
}
