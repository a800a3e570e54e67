package main

import (
	"errors"
	"fmt"
	"time"

	freshet "github.com/freshet/freshet"
)

type serveCommand struct {
	where
	running
	Account   string   `placeholder:"DIGITS" help:"Account that the first start makes (a random one); 000000000000 takes over a folder of dev."`
	Regions   []string `placeholder:"REGION,…" help:"Regions that requests may be signed for (us-east-1)."`
	Plaintext string   `placeholder:"refuse|allow" help:"What becomes of http; allow is for a proxy in front that speaks TLS (refuse)."`

	// What dev has and serve cannot: it says so better than that there is no such flag.
	Memory       bool `hidden:""`
	InsecureOpen bool `hidden:""`
}

// errNotInMemory and errNotOpen say what serve does not do, and what does.
var (
	errNotInMemory = errors.New("durability memory and freshet serve can't be used together: keys, users and policies would be gone" +
		" with the records when the server stops.\nGive it a data folder with durability sync, or use freshet dev --memory for tests")
	errNotOpen = errors.New("--insecure-open (server.insecure_open) and freshet serve can't be used together: it lets in who signs his requests," +
		" and may listen on any address as it is.\nLeave it out, or use freshet dev if everyone who reaches the address may read and write every stream")
)

// Run serves until a signal, or until the log fails.
func (c serveCommand) Run(p *program) error {
	began := time.Now()
	s, err := p.settings(c.where)
	if err != nil {
		return err
	}
	if err := c.apply(&s); err != nil {
		return configError{err}
	}
	if c.Plaintext != "" {
		if err := s.SetPlaintext(c.Plaintext); err != nil {
			return configError{fmt.Errorf("--plaintext (server.plaintext): %q: %w", c.Plaintext, err)}
		}
	}
	o := s.Server
	o.Production = true
	switch {
	case c.Memory || o.Durability == freshet.DurabilityMemory:
		return configError{errNotInMemory}
	case c.InsecureOpen || o.InsecureOpen:
		return configError{errNotOpen}
	}
	if c.Account != "" {
		if err := s.SetAccount(c.Account); err != nil {
			return configError{fmt.Errorf("--account (identity.account): %q: %w", c.Account, err)}
		}
		o.Account = s.Server.Account
	}
	if c.Regions != nil {
		o.Regions = c.Regions
	}
	return p.serveUntilSignal(o, func(server *freshet.Server) {
		warnOfRoot(o.Logger)
		p.printServeScreen(server, o, time.Since(began))
	})
}
