package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	freshet "github.com/freshet/freshet"
	"github.com/freshet/freshet/internal/config"
)

// running are the flags of the commands that run a server.
type running struct {
	Durability string `placeholder:"MODE" help:"What an acknowledged put survives: sync, interval(50ms) or memory."`
	Limits     string `placeholder:"PROFILE" help:"Which of AWS's rates are kept: relaxed (none) or aws."`
	TLS        string `name:"tls" placeholder:"on|off" help:"Whether the port takes https (on)."`
	TLSCert    string `name:"tls-cert" placeholder:"FILE" help:"A certificate of your own, PEM; needs --tls-key."`
	TLSKey     string `name:"tls-key" placeholder:"FILE" help:"Its key, PEM."`
}

// apply sets what the flags say.
func (c running) apply(s *config.Settings) error {
	for _, flag := range []struct {
		name, key, value string
		set              func(string) error
	}{
		{"--durability", "data.durability", c.Durability, s.SetDurability},
		{"--limits", "limits.profile", c.Limits, s.SetLimits},
		{"--tls", "server.tls", c.TLS, s.SetTLS},
	} {
		if flag.value == "" {
			continue
		}
		if err := flag.set(flag.value); err != nil {
			return fmt.Errorf("%s (%s): %q: %w", flag.name, flag.key, flag.value, err)
		}
	}
	o := &s.Server
	o.TLSCert, o.TLSKey = cmp.Or(c.TLSCert, o.TLSCert), cmp.Or(c.TLSKey, o.TLSKey)
	return nil
}

// serveUntilSignal runs the server that o describes until a signal, or until the
// log fails. whenReady is called once it answers.
func (p *program) serveUntilSignal(o freshet.Options, whenReady func(*freshet.Server)) error {
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
	err = p.serve(ctx, server, func() { whenReady(server) })
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
	for _, c := range cures {
		if errors.Is(err, c.err) {
			return fmt.Errorf("%w%s", err, c.what)
		}
	}
	return err
}

// cures are what can be done about errors.
var cures = []struct {
	err  error
	what string
}{
	{freshet.ErrInUse, "; stop it, or choose another with --data"},
	{freshet.ErrServed, ".\nUse freshet serve, or choose another folder with --data or --memory"},
	{freshet.ErrNotServed, ".\nChoose another folder with --data, or give --account " + freshet.DevAccount +
		" to go on with these streams in production: freshet dev will not open the folder again"},
	{freshet.ErrNoTLS, ".\nLeave out --tls off (server.tls), or give --plaintext allow (server.plaintext)"},
	{freshet.ErrEveryOrigin, ".\nName them in server.allowed_origins (FRESHET_SERVER_ALLOWED_ORIGINS)"},
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
