package main

import (
	"errors"
	"time"

	freshet "github.com/freshet/freshet"
)

type devCommand struct {
	where
	running
	Memory       bool `help:"Keep everything in memory; short for --durability memory."`
	InsecureOpen bool `help:"Listen beyond this machine although requests are not authenticated; for containers and CI."`
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

// Run serves until a signal, or until the log fails.
func (c devCommand) Run(p *program) error {
	began := time.Now()
	s, err := p.settings(c.where)
	if err != nil {
		return err
	}
	if c.Memory {
		c.Durability = freshet.DurabilityMemory.String()
	}
	if err := c.apply(&s); err != nil {
		return configError{err}
	}
	o := s.Server
	o.InsecureOpen = o.InsecureOpen || c.InsecureOpen
	return p.serveUntilSignal(o, func(server *freshet.Server) { p.printScreen(server, o, time.Since(began)) })
}
