package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// stopSignals delivers what asks the process to stop.
func stopSignals() <-chan os.Signal {
	c := make(chan os.Signal, 2)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	return c
}

// untilSignal returns a context that ends with the first signal. A second one
// ends the process at once, which loses nothing that was acknowledged: what is
// acknowledged is on the disk. release gives the signals back.
func (p *program) untilSignal() (ctx context.Context, release func()) {
	ctx, cancel := context.WithCancel(context.Background())
	released := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for again := false; ; again = true {
			select {
			case <-p.signals:
				if again {
					p.exit(exitInterrupted)
				}
				cancel()
			case <-released:
				return
			}
		}
	}()
	return ctx, func() {
		cancel()
		close(released)
		<-ended
	}
}
