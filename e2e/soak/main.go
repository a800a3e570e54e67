package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	if err := command(); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func command() error {
	c := config{log: os.Stdout}
	flag.DurationVar(&c.length, "for", 30*time.Minute, "how long")
	flag.StringVar(&c.binary, "binary", "bin/freshet", "the command")
	flag.StringVar(&c.dir, "dir", os.TempDir(), "where the data folder is made; it is removed in the end")
	flag.IntVar(&c.streams, "streams", 2, "streams")
	flag.IntVar(&c.shards, "shards", 6, "shards that a stream begins with; it has half as many to twice as many")
	flag.IntVar(&c.writers, "writers", 2, "writers of each stream")
	flag.IntVar(&c.pace, "pace", 2000, "records of 1 KiB a second, of each writer")
	flag.DurationVar(&c.reshardEvery, "reshard", 10*time.Second, "how often a shard of each stream is split, or two merged")
	flag.IntVar(&c.scaleEvery, "scale", 18, "how many reshards go by before a stream is scaled to the shards that it began with")
	flag.DurationVar(&c.passEvery, "pass", 5*time.Second, "how often a stream comes and goes")
	flag.DurationVar(&c.keep, "keep", time.Minute, "how long records are kept")
	flag.DurationVar(&c.row, "row", 10*time.Second, "the time that a row of the table stands for")
	table := flag.String("csv", "", "write the table to this file")
	plot := flag.String("svg", "", "write the plot to this file")
	flag.Uint64Var(&c.seed, "seed", rand.Uint64(), "seed of what is split and merged")
	flag.Parse()

	ctx, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer release()
	r, err := soak(ctx, c)
	if err != nil {
		return fmt.Errorf("%w (seed %d)", err, c.seed)
	}
	fmt.Print(r)
	return r.write(*table, *plot)
}
