package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// Request is one request, ready to be written.
type Request struct {
	Bytes   []byte
	Records int // that its reply acknowledges or returns
	Payload int // bytes of data in those records
}

// Load is what is sent: Requests[i] round and round over connection i.
type Load struct {
	Requests [][]Request
	Duration time.Duration
	// Every is how long after the one before a connection sends its next request;
	// 0 is at once. Latencies then count from the moment that a request was due:
	// a server that is slow must not be asked less.
	Every time.Duration
	// Once says that each connection goes through its requests a single time, and
	// that all of it is measured; Duration does not matter.
	Once bool
	// Check looks at a reply of status 200. It is called by every connection's
	// goroutine.
	Check func(reply []byte) error
}

// Result is what a Load measured, the first tenth of its time left out.
type Result struct {
	Requests  int
	Records   int
	Payload   int64
	Elapsed   time.Duration
	latencies []time.Duration // sorted

	// All counts from the first request to the last, in the time All.Elapsed: it
	// is what the server's own counters have moved by.
	All Total
}

// Total is what was sent and answered.
type Total struct {
	Requests, Records int
	Payload           int64
	Elapsed           time.Duration
}

// RecordsPerSecond is the rate of records.
func (r Result) RecordsPerSecond() float64 { return float64(r.Records) / r.Elapsed.Seconds() }

// MiBPerSecond is the rate of payload.
func (r Result) MiBPerSecond() float64 {
	return float64(r.Payload) / (1 << 20) / r.Elapsed.Seconds()
}

// Latency is the p-quantile (0 to 1) of the requests' latencies.
func (r Result) Latency(p float64) time.Duration { return quantile(r.latencies, p) }

func quantile(sorted []time.Duration, p float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(p*float64(len(sorted))), len(sorted)-1)]
}

// Run sends the load to t and returns what it measured. It blocks for
// l.Duration or until ctx ends, which is an error. The first error of any
// connection, or of a check, ends the run.
func (l Load) Run(ctx context.Context, t Target) (Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	begin := time.Now()
	from, until := begin.Add(l.Duration/10), begin.Add(l.Duration)
	if l.Once {
		from, until = begin, begin.Add(24*time.Hour)
	}

	parts := make([]Result, len(l.Requests))
	g, ctx := errgroup.WithContext(ctx)
	for i := range l.Requests {
		g.Go(func() error {
			c, err := dial(ctx, t)
			if err != nil {
				return err
			}
			defer c.close()
			defer context.AfterFunc(ctx, c.close)() // a reply may take long
			first := begin.Add(l.Every * time.Duration(i) / time.Duration(len(l.Requests)))
			parts[i], err = l.drive(ctx, c, l.Requests[i], first, from, until)
			if err != nil && ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return Result{}, err
	}
	all := time.Since(begin)
	if l.Once {
		until = begin.Add(all)
	}
	r, err := merge(parts, until.Sub(from))
	r.All.Elapsed = all
	return r, err
}

// drive sends requests over c, the first one at first, until the time is up.
func (l Load) drive(ctx context.Context, c *conn, requests []Request, first, from, until time.Time) (Result, error) {
	r := Result{latencies: make([]time.Duration, 0, 1<<20/max(16, len(l.Requests)))}
	due := first
	for n := 0; due.Before(until) && !(l.Once && n == len(requests)); n++ {
		if err := sleepUntil(ctx, due); err != nil {
			return r, err
		}
		request := &requests[n%len(requests)]
		reply, err := c.roundTrip(request.Bytes)
		if err == nil {
			err = l.Check(reply)
		}
		if err != nil {
			return r, err
		}
		done := time.Now()
		r.count(request, due, done, from, until)
		if due = due.Add(l.Every); l.Every == 0 {
			due = done
		}
	}
	return r, nil
}

func (r *Result) count(request *Request, due, done, from, until time.Time) {
	r.All.Requests++
	r.All.Records += request.Records
	r.All.Payload += int64(request.Payload)
	if due.Before(from) || !done.Before(until) {
		return
	}
	r.Requests++
	r.Records += request.Records
	r.Payload += int64(request.Payload)
	r.latencies = append(r.latencies, done.Sub(due))
}

func sleepUntil(ctx context.Context, due time.Time) error {
	wait := time.Until(due)
	if wait <= 0 {
		return nil
	}
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

var errNothingMeasured = errors.New("no request was answered in the time given: use more seconds")

func merge(parts []Result, elapsed time.Duration) (Result, error) {
	all := Result{Elapsed: elapsed}
	for _, p := range parts {
		all.Requests += p.Requests
		all.Records += p.Records
		all.Payload += p.Payload
		all.All.Requests += p.All.Requests
		all.All.Records += p.All.Records
		all.All.Payload += p.All.Payload
		all.latencies = append(all.latencies, p.latencies...)
	}
	if all.Requests == 0 {
		return all, errNothingMeasured
	}
	slices.Sort(all.latencies)
	return all, nil
}

// String is the result in two lines.
func (r Result) String() string {
	return fmt.Sprintf("%.0f records/s  %.1f MiB/s  %.0f requests/s\np50 %s  p99 %s  p99.9 %s",
		r.RecordsPerSecond(), r.MiBPerSecond(), float64(r.Requests)/r.Elapsed.Seconds(),
		Short(r.Latency(0.5)), Short(r.Latency(0.99)), Short(r.Latency(0.999)))
}

// Short prints a latency with three digits that matter.
func Short(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return d.Round(time.Microsecond).String()
	case d < 100*time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	default:
		return d.Round(time.Millisecond).String()
	}
}
