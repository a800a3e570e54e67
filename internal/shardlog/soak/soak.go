package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/freshet/freshet/internal/series"
	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/disklog"
	"github.com/freshet/freshet/internal/vfs"
)

// config is what the flags say.
type config struct {
	dir       string
	top       time.Duration
	length    time.Duration
	share     float64
	appenders int
	streams   int // of each appender
	shards    int // of each stream
	batch     int
	retention time.Duration
	// sealEvery and dropEvery are how often an appender seals a shard and drops
	// a stream, on average.
	sealEvery, dropEvery time.Duration

	row     time.Duration
	seed    uint64
	options disklog.Options
	log     io.Writer
}

// drainTime is how long the tails may take to reach the end when the appenders
// have stopped.
const drainTime = time.Minute

// run is a soak under way.
type run struct {
	config
	folder string
	fs     vfs.FS
	shardlog.Log
	rate pacer
	live shardList
	// latencies are those of the appends of this second.
	latencies series.Latencies
	counts    counts
	samples   *series.Series
	// damage gets what the engine reports of damage or want of space.
	damage chan error
}

// counts is what has happened so far.
type counts struct {
	records, appends       atomic.Int64
	tailed, cold           atomic.Int64 // records read
	sealed, dropped        atomic.Int64
	segments, segmentsGone atomic.Int64
	groups                 atomic.Int64
}

// soak runs one. A context that ends early makes it shorter, not worse: all
// checks are made.
func soak(ctx context.Context, c config) (*report, error) {
	folder, err := os.MkdirTemp(c.dir, "freshet-soak-")
	if err != nil {
		return nil, err
	}
	s := &run{config: c, folder: folder, fs: vfs.OS, damage: make(chan error, 1), samples: series.New(columns...)}
	result, err := s.run(ctx)
	return result, errors.Join(err, os.RemoveAll(folder))
}

func (s *run) run(ctx context.Context) (*report, error) {
	if err := s.open(); err != nil {
		return nil, err
	}
	ending, end := context.WithCancel(context.Background())
	defer end()
	ran := make(chan error, 1)
	go func() { ran <- s.Run(ending) }()
	top, err := s.load(ctx)
	end()
	if err := errors.Join(err, <-ran, s.Close()); err != nil {
		return nil, err
	}
	if err := s.verify(); err != nil {
		return nil, err
	}
	return s.report(top), nil
}

func (s *run) open() error {
	o := s.options
	o.Events = disklog.Events{
		GroupCommitted: func(disklog.GroupCommitted) { s.counts.groups.Add(1) },
		SegmentWritten: func(disklog.SegmentWritten) { s.counts.segments.Add(1) },
		SegmentRemoved: func(uint64) { s.counts.segmentsGone.Add(1) },
		NoSpace:        func(err error) { s.fail(err) },
		Corruption:     func(c *disklog.CorruptionError) { s.fail(c) },
	}
	l, err := disklog.Open(s.fs, s.folder, o)
	s.Log = l
	return err
}

// fail ends the soak, if err is one; the first error counts.
func (s *run) fail(err error) {
	if err == nil {
		return
	}
	select {
	case s.damage <- err:
	default:
	}
}

// load runs everybody for the time that is asked for, and lets the tails reach
// the end. It returns the top speed in records a second.
func (s *run) load(asked context.Context) (top float64, err error) {
	group, ctx := errgroup.WithContext(context.Background())
	appending, stopAppending := context.WithCancel(ctx)
	beside, stopBeside := context.WithCancel(ctx)
	defer stopBeside()
	var appenders sync.WaitGroup
	for n := range s.appenders {
		a := newAppender(s, n, func(sh *shard) { group.Go(func() error { return s.follow(ctx, sh) }) })
		a.failed = ctx.Done()
		appenders.Add(1)
		group.Go(func() error {
			defer appenders.Done()
			return a.append(appending)
		})
	}
	group.Go(func() error { return s.trim(beside) })
	group.Go(func() error { return s.watch(beside) })
	for n := range 2 {
		group.Go(func() error { return s.lookUp(beside, n) })
	}
	group.Go(func() (err error) {
		defer stopBeside()
		top, err = s.keepTime(asked, ctx)
		stopAppending()
		appenders.Wait()
		return errors.Join(err, s.drain(ctx))
	})
	return top, group.Wait()
}

// keepTime lets the appenders go at top speed and then at their share of it,
// until the time is over or one of the contexts.
func (s *run) keepTime(asked, ctx context.Context) (top float64, err error) {
	wait := func(d time.Duration) bool {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			return true
		case <-asked.Done():
		case <-ctx.Done():
		}
		return false
	}
	wait(s.top / 5) // until all is warm
	began, before := time.Now(), s.counts.records.Load()
	whole := wait(s.top - s.top/5)
	top = float64(s.counts.records.Load()-before) / time.Since(began).Seconds()
	s.rate.set(top * s.share / float64(s.appenders))
	if !whole {
		return top, nil
	}
	if _, err := fmt.Fprintf(s.log, "top speed %.0f records/s; %v at %.0f\n", top, s.length, top*s.share); err != nil {
		return top, err
	}
	sampling, stop := context.WithTimeout(ctx, s.length)
	defer stop()
	defer context.AfterFunc(asked, stop)()
	return top, s.sample(sampling)
}

// watch ends the soak when the engine reports damage or a full disk.
func (s *run) watch(ctx context.Context) error {
	select {
	case err := <-s.damage:
		return err
	case <-ctx.Done():
		return nil
	}
}

// drain waits until the tails have met the ends of their shards, all of which are
// sealed.
func (s *run) drain(ctx context.Context) error {
	patience := time.NewTimer(drainTime)
	defer patience.Stop()
	for _, sh := range s.live.all() {
		select {
		case <-sh.ended:
			sh.last = s.State(sh.id)
		case <-ctx.Done(): // somebody failed, and Wait says who
			return nil
		case <-patience.C:
			return fmt.Errorf("shard %s: its tail is at record %d of %d, a minute after the last append", sh.id, sh.read.Load(), sh.acked.Load())
		}
	}
	return nil
}

// verify reads the whole folder, and compares what a log that is opened on it
// says of each shard.
func (s *run) verify() error {
	if _, err := disklog.Verify(s.fs, s.folder, nil); err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	l, err := disklog.Open(s.fs, s.folder, s.options)
	if err != nil {
		return fmt.Errorf("open again: %w", err)
	}
	for _, sh := range s.live.all() {
		if got := l.State(sh.id); got != sh.last {
			err = errors.Join(err, fmt.Errorf("shard %s was %+v and is %+v", sh.id, sh.last, got))
		}
	}
	return errors.Join(err, l.Close())
}
