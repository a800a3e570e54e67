package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
)

// pass makes a stream, puts to it, registers a consumer, changes its retention, and
// deletes it, again and again until ctx ends.
func (s *run) pass(ctx context.Context) error {
	n := 0
	return every(ctx, s.passEvery, func(ctx context.Context) error {
		n++
		if err := s.passOne(ctx, fmt.Sprintf("passing-%d", n%3)); err != nil {
			return fmt.Errorf("a passing stream: %w", err)
		}
		s.counts.passed.Add(1)
		return nil
	})
}

func (s *run) passOne(ctx context.Context, name string) error {
	// What the end of the time interrupts must not be half of it: the name
	// comes again.
	st := &stream{run: s, name: name}
	if err := st.create(ctx); err != nil {
		return err
	}
	w := newWriter(st, 0)
	if err := w.put(ctx, 0); err != nil {
		return err
	}
	s.counts.records.Add(-batch) // nobody follows these
	if _, err := st.register(ctx); err != nil {
		return err
	}
	for _, hours := range []int32{48, 25} {
		var err error
		if hours == 48 {
			_, err = s.client.IncreaseStreamRetentionPeriod(ctx, &kinesis.IncreaseStreamRetentionPeriodInput{StreamName: &name, RetentionPeriodHours: &hours})
		} else {
			_, err = s.client.DecreaseStreamRetentionPeriod(ctx, &kinesis.DecreaseStreamRetentionPeriodInput{StreamName: &name, RetentionPeriodHours: &hours})
		}
		if err != nil {
			return err
		}
	}
	_, err := s.client.DeleteStream(ctx, &kinesis.DeleteStreamInput{StreamName: &name, EnforceConsumerDeletion: aws.Bool(true)})
	return err
}
