package bench

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"
)

// Stream is a stream that was made for one run.
type Stream struct {
	target Target
	name   string
}

// Target is where the stream is.
func (s *Stream) Target() Target { return s.target }

// shards returns the ids of the stream's shards.
func (s *Stream) shards(ctx context.Context) (ids []string, err error) {
	for in := map[string]any{"StreamName": s.name}; ; {
		var page struct {
			Shards    []struct{ ShardId string }
			NextToken *string
		}
		if _, err := s.target.call(ctx, "ListShards", in, &page); err != nil {
			return nil, err
		}
		for _, shard := range page.Shards {
			ids = append(ids, shard.ShardId)
		}
		if page.NextToken == nil {
			return ids, nil
		}
		in = map[string]any{"NextToken": *page.NextToken}
	}
}

// At returns the stream under another target: its server was started again.
func (s *Stream) At(t Target) *Stream { return &Stream{target: t, name: s.name} }

// MakeStream creates a stream of its own name and waits until it is active. If it
// returns a stream, Delete must be called, whatever the error.
func MakeStream(ctx context.Context, t Target, shards int) (*Stream, error) {
	s := &Stream{target: t, name: "freshet-bench-" + rand.Text()[:8]}
	_, err := t.call(ctx, "CreateStream", map[string]any{"StreamName": s.name, "ShardCount": shards}, nil)
	if err != nil {
		return nil, err
	}
	return s, s.awaitActive(ctx)
}

// activeWithin is far above what a server needs without delays.
const activeWithin = time.Minute

func (s *Stream) awaitActive(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, activeWithin)
	defer cancel()
	for wait := 10 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		var summary struct {
			StreamDescriptionSummary struct{ StreamStatus string }
		}
		_, err := s.target.call(ctx, "DescribeStreamSummary", map[string]any{"StreamName": s.name}, &summary)
		if err != nil {
			return err
		}
		status := summary.StreamDescriptionSummary.StreamStatus
		if status == "ACTIVE" {
			return nil
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return fmt.Errorf("stream %s is %s: %w", s.name, status, ctx.Err())
		}
	}
}

// Delete removes the stream, also when ctx has ended.
func (s *Stream) Delete(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), activeWithin)
	defer cancel()
	_, err := s.target.call(ctx, "DeleteStream", map[string]any{"StreamName": s.name, "EnforceConsumerDeletion": true}, nil)
	return err
}
