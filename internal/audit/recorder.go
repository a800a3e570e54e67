package audit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
)

// OnFailure says what happens to operations whose event cannot be kept.
type OnFailure string

// The two answers.
const (
	Continue OnFailure = "continue" // they are performed, and the event is dropped and counted
	Refuse   OnFailure = "refuse"   // they are refused
)

// Observer is told what becomes of events. The functions are quick, and called by
// many goroutines at once.
type Observer struct {
	// Written tells that a sink has kept n events, Dropped that it never will keep n.
	Written, Dropped func(sink string, n int)
	// NotRecorded tells of a refusal that was too many to write down.
	NotRecorded func()
	// Failing tells that a sink begins to fail, and with nil that it works again.
	Failing func(sink string, err error)
}

// Options say how a Recorder works.
type Options struct {
	// Sinks keep the events, each of them all. The Recorder closes them.
	Sinks []Sink
	// Data is which data events are written.
	Data      Sampling
	OnFailure OnFailure
	Observer  Observer
}

// Recorder writes down calls. Its methods may be called at once.
type Recorder struct {
	o        Options
	lanes    []*lane
	refusals bound
}

// patience is how long a sink may fail before Refuse refuses. A webhook is somewhere
// else, and may be away for a moment; the others are here.
func patience(s Sink) time.Duration {
	if _, away := s.(*Webhook); away {
		return time.Minute
	}
	return 0
}

// New makes a Recorder, which keeps nothing before Run runs.
func New(o Options) *Recorder {
	if len(o.Sinks) == 0 || o.OnFailure != Continue && o.OnFailure != Refuse {
		panic(fmt.Sprintf("BUG: audit: %d sinks, and on failure %q", len(o.Sinks), o.OnFailure))
	}
	o.Observer.setDefaults()
	r := &Recorder{o: o}
	for _, s := range o.Sinks {
		r.lanes = append(r.lanes, &lane{sink: s, told: o.Observer, patience: patience(s), wake: make(chan struct{}, 1)})
	}
	return r
}

func (o *Observer) setDefaults() {
	if o.Written == nil {
		o.Written = func(string, int) {}
	}
	if o.Dropped == nil {
		o.Dropped = func(string, int) {}
	}
	if o.NotRecorded == nil {
		o.NotRecorded = func() {}
	}
	if o.Failing == nil {
		o.Failing = func(string, error) {}
	}
}

// lastWait bounds how long Run goes on writing what waits when it is told to end.
const lastWait = 5 * time.Second

// Run hands events to the sinks until ctx ends, and then those that wait. It is
// called once. What is recorded after ctx has ended may be dropped.
func (r *Recorder) Run(ctx context.Context) {
	last, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	empty := make(chan struct{})
	var g, lanes errgroup.Group
	for _, l := range r.lanes {
		lanes.Go(func() error { l.run(ctx, last); return nil })
	}
	g.Go(func() error {
		<-ctx.Done()
		select {
		case <-empty:
		case <-time.After(lastWait):
			cancel()
		}
		return nil
	})
	_ = lanes.Wait()
	close(empty)
	_ = g.Wait()
}

// Close closes the sinks. It is called after Run has returned, or without Run.
func (r *Recorder) Close() error {
	var errs []error
	for _, l := range r.lanes {
		errs = append(errs, l.sink.Close())
	}
	return errors.Join(errs...)
}

// Wants decides whether the event of a call is written that was understood and whose
// caller is known: always of a management event, of a data event as the sampling says.
func (r *Recorder) Wants(operation string) bool {
	return !IsData(operation) || r.o.Data.takes()
}

// errNotRecorded is answered by Refuse. SDKs try again.
var errNotRecorded = &awsapi.Error{
	Code: "ServiceUnavailable", Status: 503,
	Message: "The request was refused because it cannot be recorded: the audit log takes nothing.",
}

// Admit refuses an operation whose event would have to be kept and could not be. With
// Continue it refuses nothing.
func (r *Recorder) Admit(operation string) error {
	if r.o.OnFailure == Continue || IsData(operation) && r.o.Data != All {
		return nil
	}
	now := time.Now()
	for _, l := range r.lanes {
		if !l.able(now) {
			return errNotRecorded
		}
	}
	return nil
}

// Record writes down a call, which Wants or Refused has chosen.
func (r *Recorder) Record(c *Call) {
	now := time.Now()
	var more additional
	refused := Refused(c.Identity, c.Caller, c.Code)
	switch {
	case refused:
		write, left := r.refusals.take(c.address(), now)
		if !write {
			r.o.Observer.NotRecorded()
			return
		}
		more.NotRecorded = left
	case IsData(c.Operation) && r.o.Data != All:
		more.SampledOneIn = r.o.Data
	}
	line := c.line(now, more)
	must := r.o.OnFailure == Refuse && !refused && (!IsData(c.Operation) || r.o.Data == All)
	for _, l := range r.lanes {
		if !l.push(line, must) {
			r.o.Observer.Dropped(l.sink.Name(), 1)
		}
	}
}

// Refused reports whether a call was refused for who made it: nobody was found to
// have made it, or he may not. It is recorded whatever Wants says.
func Refused(who access.Identity, caller access.Caller, code string) bool {
	return who.IsZero() || caller.IsZero() && strings.HasPrefix(code, "AccessDenied")
}
