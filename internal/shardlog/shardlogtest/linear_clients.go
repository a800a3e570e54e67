package shardlogtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

const (
	linearClients = 4
	// linearShards are open at a time: few, so that calls meet.
	linearShards = 3
)

// clients call one log at once, over several lives.
type clients struct {
	Linearity
	rng       *rand.Rand
	history   *callHistory
	disk      *crashfs.FS
	powerCuts int
	log       shardlog.Log
	ids       atomic.Uint64
	// sealed counts, for each place of a shard, how many were there and are
	// sealed.
	sealed [linearShards]atomic.Uint32
}

// shard draws a shard that nobody has sealed, or rarely one that somebody did.
func (c *clients) shard(rng *rand.Rand) (s shardlog.Shard, place int) {
	place = rng.IntN(linearShards)
	n := c.sealed[place].Load()
	if rng.IntN(8) == 0 {
		n = rng.Uint32N(n + 1)
	}
	// Two shards are of one stream, so that a trim meets both.
	return shardlog.Shard{Stream: stream(byte(1 + place/2)), Number: uint32(place) + n*linearShards}, place
}

// live is one life of the log.
func (c *clients) live() error {
	if c.Lives > 1 {
		c.disk.CrashAfter(c.rng.IntN(200))
	}
	log, err := c.Open(c.disk)
	switch {
	case err != nil && !c.disk.Dead():
		return fmt.Errorf("open: %w", err)
	case err == nil:
		c.log = log
		if err := c.work(); err != nil {
			return err
		}
		c.history.endLife()
	}
	if c.disk.Dead() || c.rng.IntN(4) == 0 {
		c.powerCuts++
		c.disk = c.disk.Crash(c.rng)
	}
	c.disk.CrashWhen(nil)
	return nil
}

// work runs the log, reads everything, and lets the clients work until each has
// done its share or the log has ended.
func (c *clients) work() error {
	running, end := context.WithCancel(context.Background())
	defer end()
	ran := make(chan error, 1)
	go func() { ran <- c.log.Run(running) }()
	for _, s := range c.history.shards(all) {
		c.readAll(s)
	}
	share := 5 + c.rng.IntN(40)
	var working sync.WaitGroup
	for n := range linearClients {
		cl := client{clients: c, number: 1 + n, rng: rand.New(rand.NewPCG(c.rng.Uint64(), uint64(n)))}
		working.Go(func() {
			for range share {
				cl.step()
				// In the bubble the clock moves while all sleep: arrivals are apart.
				time.Sleep(time.Duration(cl.rng.IntN(3)) * time.Millisecond)
			}
		})
	}
	working.Wait()
	end()
	if err := errors.Join(<-ran, c.log.Close()); err != nil && !c.disk.Dead() {
		return fmt.Errorf("the log ended with %w", err)
	}
	return nil
}

// readAll reads a shard from its floor to its tail, so that what is there is
// known.
func (c *clients) readAll(s shardlog.Shard) {
	cl := client{clients: c, rng: c.rng}
	for from, more := shardlog.Offset(0), true; more; {
		from, more = cl.readFrom(s, from)
	}
}

// client is one of those who call at once.
type client struct {
	*clients
	number int
	rng    *rand.Rand
}

func (c client) step() {
	switch draw := c.rng.IntN(100); {
	case draw < 45:
		c.append()
	case draw < 80:
		s, _ := c.shard(c.rng)
		from := shardlog.Offset(0)
		if next := c.log.State(s).Next; next > 3 {
			from = next - shardlog.Offset(c.rng.IntN(4))
		}
		c.readFrom(s, from)
	case draw < 86:
		c.state()
	case draw < 92:
		c.find()
	case draw < 98:
		c.trim()
	default:
		c.seal()
	}
}

// usual says that an error of the log's is no wonder: it has ended.
func (c client) usual(what string, err error) {
	if !c.disk.Dead() && !errors.Is(err, shardlog.ErrClosed) {
		c.history.fault("%s: %w", what, err)
	}
}

func (c client) append() {
	entries := make([]shardlog.Entry, 1+c.rng.IntN(4))
	ids := make([]id, len(entries))
	for i := range entries {
		s, _ := c.shard(c.rng)
		ids[i] = id(c.ids.Add(1))
		entries[i] = ids[i].entry(s)
	}
	begin := c.history.tick()
	results, err := c.log.Append(ctx(), entries)
	if err != nil {
		c.usual("Append", err) // no entry was appended, says the contract
		return
	}
	c.history.answered(c.number, begin, entries, ids, results)
}

func (c client) readFrom(s shardlog.Shard, from shardlog.Offset) (next shardlog.Offset, more bool) {
	limit := shardlog.Limit{Records: 1 + c.rng.IntN(100), Bytes: 1 << c.rng.IntN(20)}
	begin := c.history.tick()
	batch, err := c.log.Read(ctx(), s, from, limit)
	if err != nil {
		c.usual("Read", err)
		return 0, false
	}
	c.history.read(c.number, s, begin, from, batch)
	return batch.Next, batch.Next > from && batch.Next < batch.State.Next
}

// state asks for a state. After the log has ended it may be any.
func (c client) state() {
	s, _ := c.shard(c.rng)
	begin := c.history.tick()
	state := c.log.State(s)
	if _, err := c.log.Find(ctx(), s, 0); err == nil && !c.disk.Dead() {
		c.history.done(c.number, s, begin, stated(state))
	}
}

func (c client) find() {
	s, _ := c.shard(c.rng)
	t := shardlog.MillisOf(time.Now()) - shardlog.Millis(c.rng.IntN(20))
	begin := c.history.tick()
	found, err := c.log.Find(ctx(), s, t)
	if err != nil {
		c.usual("Find", err)
		return
	}
	c.history.done(c.number, s, begin, modelFind{t, found})
}

// trim trims to a time at which something that is visible has arrived, or before:
// whatever is still on its way arrives then or later. With a later time a trim
// need not wait for that, and would not be one moment of the log.
func (c client) trim() {
	s, _ := c.shard(c.rng)
	call := modelTrim{c.log.State(s).LastArrival - shardlog.Millis(c.rng.IntN(30))}
	begin := c.history.tick()
	err := c.log.Trim(ctx(), s.Stream, call.before)
	if err != nil {
		c.usual("Trim", err)
	}
	for _, s := range c.history.shards(func(o shardlog.Shard) bool { return o.Stream == s.Stream }) {
		if err != nil {
			c.history.open(c.number, s, begin, call)
		} else {
			c.history.done(c.number, s, begin, call)
		}
	}
}

func (c client) seal() {
	s, place := c.shard(c.rng)
	begin := c.history.tick()
	end, err := c.log.Seal(ctx(), s, c.rng.Uint32())
	if err != nil {
		c.usual("Seal", err)
		c.history.open(c.number, s, begin, sealedSomewhere{})
	} else {
		c.history.done(c.number, s, begin, modelSeal{end})
	}
	n := s.Number / linearShards
	c.sealed[place].CompareAndSwap(n, n+1)
}
