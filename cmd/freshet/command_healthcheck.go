package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

type healthcheckCommand struct {
	where
	Timeout time.Duration `default:"3s" help:"How long to wait for the answer."`
}

// Run exits with 0 if the server is ready and with 1 if not: what a container's
// HEALTHCHECK wants.
func (c healthcheckCommand) Run(p *program) error {
	s, err := p.settings(c.where)
	if err != nil {
		return err
	}
	at, err := endpoint(s)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.Timeout)
	defer cancel()
	if err := askReady(ctx, at); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%s is ready\n", at)
	return nil
}

// askReady returns why the server at endpoint is not ready, or nil.
func askReady(ctx context.Context, endpoint string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint+"/_freshet/readyz", nil)
	if err != nil {
		return err
	}
	reply, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("%s does not answer: %w", endpoint, err)
	}
	content, err := io.ReadAll(io.LimitReader(reply.Body, 1<<10))
	_ = reply.Body.Close() // as much as is wanted was read
	if err != nil {
		return fmt.Errorf("%s does not answer: %w", endpoint, err)
	}
	if reply.StatusCode != http.StatusOK {
		return fmt.Errorf("%s is not ready: status %d: %s", endpoint, reply.StatusCode, content)
	}
	return nil
}
