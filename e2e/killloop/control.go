package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// streams is the ledger of streams: what is known of each that was ever asked
// for, beside the main one.
type streams struct {
	made  int
	state map[string]streamState
}

type streamState int

const (
	// unsure: a request about it was under way when the server was killed.
	unsure streamState = iota
	exists
	gone
)

// mostStreams is about how many there are at once.
const mostStreams = 12

// control makes and deletes streams.
type control struct {
	client  *client
	streams *streams
	rng     *rand.Rand
}

// run goes on until a request fails. Nobody else uses streams meanwhile.
func (c control) run(ctx context.Context) error {
	pause := time.NewTicker(5 * time.Millisecond)
	defer pause.Stop()
	for {
		var err error
		if present := c.streams.in(exists); c.rng.IntN(mostStreams) >= len(present) {
			err = c.create(ctx)
		} else {
			err = c.delete(ctx, present[c.rng.IntN(len(present))])
		}
		if err != nil {
			return err
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
			return request("pause", ctx.Err())
		}
	}
}

func (c control) create(ctx context.Context) error {
	c.streams.made++
	name := fmt.Sprintf("other-%d", c.streams.made)
	c.streams.state[name] = unsure
	_, err := c.client.CreateStream(ctx, &kinesis.CreateStreamInput{
		StreamName: aws.String(name), ShardCount: aws.Int32(1 + c.rng.Int32N(3)),
	})
	if err != nil {
		return request("CreateStream", err)
	}
	c.streams.state[name] = exists
	return nil
}

func (c control) delete(ctx context.Context, name string) error {
	c.streams.state[name] = unsure
	_, err := c.client.DeleteStream(ctx, &kinesis.DeleteStreamInput{StreamName: aws.String(name)})
	if err != nil {
		return request("DeleteStream", err)
	}
	c.streams.state[name] = gone
	return nil
}

// in returns the streams in a state.
func (s *streams) in(state streamState) []string {
	var names []string
	for name, is := range s.state {
		if is == state {
			names = append(names, name)
		}
	}
	return names
}

// verify compares the server's streams with what is known, and learns what
// became of those that were unsure. It waits for deletions that have begun.
func (s *streams) verify(ctx context.Context, c *client) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	retry := time.NewTicker(20 * time.Millisecond)
	defer retry.Stop()
	for {
		listed, err := c.listed(ctx)
		if err != nil {
			return err
		}
		if settled, err := s.compare(listed); err != nil || settled {
			return err
		}
		select {
		case <-retry.C:
		case <-ctx.Done():
			return fmt.Errorf("streams stay in DELETING: %v", listed)
		}
	}
}

// compare reports whether no stream is being deleted, and then settles those
// that were unsure.
func (s *streams) compare(listed map[string]types.StreamStatus) (settled bool, err error) {
	settled = true
	for name, status := range listed {
		state, known := s.state[name]
		switch {
		case !known:
			return false, fmt.Errorf("stream %s is there and nobody asked for it", name)
		case status == types.StreamStatusDeleting && state != exists:
			settled = false
		case state == gone:
			return false, fmt.Errorf("stream %s was deleted and is %s", name, status)
		}
	}
	for _, name := range s.in(exists) {
		if status := listed[name]; status != types.StreamStatusActive && status != types.StreamStatusCreating {
			return false, fmt.Errorf("stream %s was created and is not there (%s)", name, status)
		}
	}
	if !settled {
		return false, nil
	}
	for _, name := range s.in(unsure) {
		s.state[name] = gone
		if listed[name] != "" {
			s.state[name] = exists
		}
	}
	return true, nil
}

// listed returns the names of all streams but the main one, with their states.
func (c *client) listed(ctx context.Context) (map[string]types.StreamStatus, error) {
	streams := map[string]types.StreamStatus{}
	in := &kinesis.ListStreamsInput{Limit: aws.Int32(5)}
	for {
		out, err := c.ListStreams(ctx, in)
		if err != nil {
			return nil, request("ListStreams", err)
		}
		for _, s := range out.StreamSummaries {
			streams[*s.StreamName] = s.StreamStatus
		}
		if !*out.HasMoreStreams {
			delete(streams, mainStream)
			return streams, nil
		}
		in.NextToken = out.NextToken
	}
}
