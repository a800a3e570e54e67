package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/freshet/freshet/internal/bench/suite"
	"github.com/freshet/freshet/internal/vfs"
)

type benchAllCommand struct {
	Data    string  `required:"" placeholder:"DIR" help:"Folder on the disk to measure; a folder is made in it, and removed in the end."`
	Seconds float64 `default:"4" help:"How long each load lasts."`
	Rounds  int     `default:"3" help:"How often each is measured."`
	Only    string  `placeholder:"NAME" help:"Measure only the tables whose names have this in them, as in fan-out."`
	Rest    float64 `default:"130" help:"Seconds that servers are left alone before their idle memory is read."`
}

// Validate is called by kong.
func (c benchAllCommand) Validate() error {
	if c.Seconds <= 0 || c.Rounds < 1 || c.Rest < 0 {
		return errors.New("--seconds and --rounds must be above 0, and --rest not below")
	}
	return nil
}

// Run measures servers that it starts and prints the tables of docs/benchmarks.md.
func (c benchAllCommand) Run(p *program) (err error) {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(c.Data, "freshet-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	ctx, release := p.untilSignal()
	defer release()
	s := suite.Suite{
		Binary: self, Dir: dir, Rounds: c.Rounds, Only: c.Only, Load: seconds(c.Seconds), Rest: seconds(c.Rest),
		Sync: func(dir string, d time.Duration) (p50, p99 time.Duration, err error) {
			times, err := measureSync(vfs.OS, dir, d)
			return times.p50, times.p99, err
		},
		Forget: forgetCached,
		Out:    p.stdout, Progress: p.stderr,
	}
	if err := s.Run(ctx); err != nil {
		if ctx.Err() != nil {
			return errCutShort
		}
		return fmt.Errorf("bench all: %w", err)
	}
	return nil
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
