package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	freshet "github.com/freshet/freshet"
)

type devCommand struct {
	where
	Memory       bool   `help:"Keep everything in memory; short for --durability memory."`
	Durability   string `placeholder:"MODE" help:"What an acknowledged put survives: sync, interval(50ms) or memory."`
	Limits       string `placeholder:"PROFILE" help:"Which of AWS's rates are kept: relaxed (none) or aws."`
	TLS          string `name:"tls" placeholder:"on|off" help:"Whether the port takes https as well as http (on)."`
	TLSCert      string `name:"tls-cert" placeholder:"FILE" help:"A certificate of your own, PEM; needs --tls-key."`
	TLSKey       string `name:"tls-key" placeholder:"FILE" help:"Its key, PEM."`
	InsecureOpen bool   `help:"Listen beyond this machine although requests are not authenticated; for containers and CI."`
}

// Validate is called by kong.
func (c devCommand) Validate() error {
	switch {
	case c.Memory && c.Durability != "":
		return errors.New("--memory and --durability can't be used together: one is short for the other")
	case c.Memory && c.Data != "":
		return errors.New("--memory and --data can't be used together: what is kept in memory has no folder")
	case c.Durability == freshet.DurabilityMemory.String() && c.Data != "":
		return errors.New("--durability memory and --data can't be used together: what is kept in memory has no folder")
	}
	return nil
}

// durability is the mode that the flags ask for, "" for none.
func (c devCommand) durability() string {
	if c.Memory {
		return freshet.DurabilityMemory.String()
	}
	return c.Durability
}

// Run serves until a signal, or until the log fails.
func (c devCommand) Run(p *program) error {
	began := time.Now()
	s, err := p.settings(c.where)
	if err != nil {
		return err
	}
	if mode := c.durability(); mode != "" {
		if err := s.SetDurability(mode); err != nil {
			return configError{fmt.Errorf("--durability (data.durability): %q: %w", mode, err)}
		}
	}
	if c.Limits != "" {
		if err := s.SetLimits(c.Limits); err != nil {
			return configError{fmt.Errorf("--limits (limits.profile): %q: %w", c.Limits, err)}
		}
	}
	if c.TLS != "" {
		if err := s.SetTLS(c.TLS); err != nil {
			return configError{fmt.Errorf("--tls (server.tls): %q: %w", c.TLS, err)}
		}
	}
	o := s.Server
	o.InsecureOpen = o.InsecureOpen || c.InsecureOpen
	o.TLSCert, o.TLSKey = cmp.Or(c.TLSCert, o.TLSCert), cmp.Or(c.TLSKey, o.TLSKey)
	if err := o.Validate(); err != nil {
		return configError{explain(err)}
	}
	server, err := freshet.New(o)
	if err != nil {
		return explain(err)
	}
	p.keepWithinMemory()
	ctx, release := p.untilSignal()
	defer release()
	err = p.serve(ctx, server, func() { p.printScreen(server, o, time.Since(began)) })
	if err = errors.Join(err, server.Close()); err == nil {
		fmt.Fprintf(p.stdout, "Stopped\n")
	}
	return err
}

// explain adds to a refusal what can be done.
func explain(err error) error {
	if errors.Is(err, freshet.ErrOpenListener) {
		return fmt.Errorf("%w.\nListen on 127.0.0.1, or give --insecure-open (FRESHET_SERVER_INSECURE_OPEN=true)"+
			" if everyone who reaches the address may read and write every stream", err)
	}
	if errors.Is(err, freshet.ErrInUse) {
		return fmt.Errorf("%w; stop it, or choose another with --data or --memory", err)
	}
	return err
}

// serve runs server, calls whenReady once it answers, and says when it begins to
// stop: a client may let it wait.
func (p *program) serve(ctx context.Context, server *freshet.Server, whenReady func()) error {
	ended := make(chan error, 1)
	over, end := context.WithCancel(ctx)
	go func() {
		ended <- server.Run(ctx)
		end()
	}()
	select {
	case <-server.Ready():
		if ctx.Err() == nil {
			whenReady()
		}
	case <-over.Done():
	}
	<-over.Done()
	if ctx.Err() != nil {
		p.printStopping(server.InFlight())
	}
	return <-ended
}

func (p *program) printStopping(inFlight int) {
	requests := "requests"
	if inFlight == 1 {
		requests = "request"
	}
	fmt.Fprintf(p.stdout, "\nStopping: %d %s in flight; interrupt again to stop at once\n", inFlight, requests)
}
