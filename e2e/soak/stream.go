package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"golang.org/x/sync/errgroup"
)

// stream is a stream with all that works on it.
type stream struct {
	*run
	name, arn string
	load      []*writer
	reshards  int
}

func newStream(s *run, name string) *stream {
	st := &stream{run: s, name: name}
	for i := range s.writers {
		st.load = append(st.load, newWriter(st, i))
	}
	return st
}

// work works on the stream until load ends, and then until everything that was
// acknowledged has been followed.
func (st *stream) work(load, all context.Context) error {
	if err := st.create(all); err != nil {
		return err
	}
	push, err := st.register(all)
	if err != nil {
		return err
	}
	followers := []*follower{newFollower(st, "polling", st.poll, &st.counts.polled), newFollower(st, "push", push, &st.counts.pushed)}

	follow, endFollow := context.WithCancel(all)
	defer endFollow()
	var g errgroup.Group // what fails ends all by the error it returns
	for _, f := range followers {
		g.Go(func() error { return f.run(follow) })
	}
	g.Go(func() error {
		defer endFollow()
		if err := st.drive(load); err != nil {
			return err
		}
		return st.drained(all, followers)
	})
	return g.Wait()
}

// drive writes, reshards and trims until ctx ends.
func (st *stream) drive(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, w := range st.load {
		g.Go(func() error { return w.run(ctx) })
	}
	random := st.random(st.name)
	g.Go(func() error {
		return every(ctx, st.reshardEvery, func(ctx context.Context) error { return st.reshard(ctx, random) })
	})
	g.Go(func() error { return every(ctx, st.keep/4, st.trim) })
	return g.Wait()
}

func (st *stream) create(ctx context.Context) error {
	_, err := st.client.CreateStream(ctx, &kinesis.CreateStreamInput{StreamName: &st.name, ShardCount: aws.Int32(int32(st.shards))})
	if err != nil {
		return fmt.Errorf("create: %w", err)
	}
	out, err := st.client.DescribeStreamSummary(ctx, &kinesis.DescribeStreamSummaryInput{StreamName: &st.name})
	if err != nil {
		return fmt.Errorf("describe: %w", err)
	}
	st.arn = *out.StreamDescriptionSummary.StreamARN
	return nil
}

// drained waits until the followers have met what the writers have put.
func (st *stream) drained(ctx context.Context, followers []*follower) error {
	ctx, cancel := context.WithTimeout(ctx, drainedIn)
	defer cancel()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		behind := ""
		for _, f := range followers {
			if missing := f.missing(st.load); missing > 0 {
				behind += fmt.Sprintf(" %s by %d records;", f.name, missing)
			}
		}
		if behind == "" {
			return nil
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("stream %s: followers are behind when all should have been read:%s %w", st.name, behind, ctx.Err())
		}
	}
}
