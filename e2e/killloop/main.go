package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"time"
)

func main() {
	if err := command(); err != nil {
		fmt.Fprintln(os.Stderr, "killloop:", err)
		os.Exit(1)
	}
}

func command() error {
	c := config{log: os.Stdout}
	flag.IntVar(&c.rounds, "n", 2, "how often the server is killed")
	flag.StringVar(&c.binary, "binary", "bin/freshet", "the command")
	flag.StringVar(&c.data, "data", "", "data folder, which must be empty (default a new one, removed if all is well)")
	flag.IntVar(&c.shards, "shards", 4, "shards of the stream")
	flag.IntVar(&c.writers, "writers", 8, "writers at once")
	flag.DurationVar(&c.life, "life", 600*time.Millisecond, "the longest time between the server's being ready and its end")
	flag.Uint64Var(&c.seed, "seed", rand.Uint64(), "seed of the random moments and sizes")
	flag.Parse()

	ctx, release := signal.NotifyContext(context.Background(), os.Interrupt)
	defer release()
	if c.data != "" {
		return run(ctx, c)
	}
	dir, err := os.MkdirTemp("", "freshet-killloop-")
	if err != nil {
		return err
	}
	c.data = dir
	if err := run(ctx, c); err != nil {
		return fmt.Errorf("%w\nseed %d, data folder left at %s", err, c.seed, dir)
	}
	return os.RemoveAll(dir)
}
