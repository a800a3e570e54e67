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
	flag.DurationVar(&c.length, "for", 30*time.Minute, "how long at half speed")
	flag.DurationVar(&c.top, "top", 10*time.Second, "how long at top speed, to know it")
	flag.Float64Var(&c.share, "share", 0.5, "the share of the top speed to keep to")
	flag.IntVar(&c.appenders, "appenders", 8, "appenders at once")
	flag.IntVar(&c.streams, "streams", 2, "streams of each appender")
	flag.IntVar(&c.shards, "shards", 16, "shards of each stream")
	flag.IntVar(&c.batch, "batch", 500, "records of an append, of 1 KiB on average")
	flag.DurationVar(&c.retention, "retention", time.Minute, "how long records are kept")
	flag.DurationVar(&c.sealEvery, "seal", 2*time.Second, "how often an appender seals a shard and opens another")
	flag.DurationVar(&c.dropEvery, "drop", 40*time.Second, "how often an appender drops a stream and makes another")
	flag.DurationVar(&c.row, "row", 10*time.Second, "the time that a row of the table stands for")
	flag.StringVar(&c.dir, "dir", os.TempDir(), "where the data folder is made; it is removed in the end")
	table := flag.String("csv", "", "write the table to this file")
	plot := flag.String("svg", "", "write the plot to this file")
	flag.Uint64Var(&c.seed, "seed", rand.Uint64(), "seed of sizes and moments")
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
