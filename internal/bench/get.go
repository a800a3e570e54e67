package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Get says what a get load reads.
type Get struct {
	Connections int
	Limit       int // records per request
	Size        int // bytes of data per record
	Records     int // that are written before
}

// Fill writes the records that will be read.
func (g Get) Fill(ctx context.Context, s *Stream) error {
	p := Put{Connections: 1, Batch: g.fillBatch(), Size: g.Size}
	requests, err := p.Requests(ctx, s)
	if err != nil {
		return err
	}
	c, err := dial(ctx, s.target)
	if err != nil {
		return err
	}
	defer c.close()
	for i := 0; i*p.Batch < g.Records && ctx.Err() == nil; i++ {
		reply, err := c.roundTrip(requests[0][i%len(requests[0])].Bytes)
		if err == nil {
			err = p.Check(reply)
		}
		if err != nil {
			return fmt.Errorf("write the records to read: %w", err)
		}
	}
	return ctx.Err()
}

// fillBytes is what one request of Fill carries at the most, keys aside; AWS
// takes 10 MiB with them.
const fillBytes = 8 << 20

// fillBatch is how many records a request of Fill has.
func (g Get) fillBatch() int { return max(1, min(500, g.Records, fillBytes/g.Size)) }

// Requests walks over the stream once, notes the iterator of every page, and
// makes a request of each: iterators can be used again, and so requests can be
// signed beforehand. Connections begin at different pages. It also returns the
// reply to one of them, which the floor will answer.
func (g Get) Requests(ctx context.Context, s *Stream) (requests [][]Request, reply []byte, err error) {
	pages, reply, err := g.pages(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	requests = make([][]Request, g.Connections)
	for i := range requests {
		begin := i * len(pages) / g.Connections
		requests[i] = append(append(requests[i], pages[begin:]...), pages[:begin]...)
	}
	return requests, reply, nil
}

// Divided is Requests, but each page is asked for by one connection: sent Once,
// the load reads nothing twice.
func (g Get) Divided(ctx context.Context, s *Stream) (requests [][]Request, reply []byte, err error) {
	pages, reply, err := g.pages(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	requests = make([][]Request, min(g.Connections, len(pages)))
	for i := range requests {
		requests[i] = pages[i*len(pages)/len(requests) : (i+1)*len(pages)/len(requests)]
	}
	return requests, reply, nil
}

// pages returns a request for every full page of the stream, and the longest
// reply.
func (g Get) pages(ctx context.Context, s *Stream) (pages []Request, reply []byte, err error) {
	shards, err := s.shards(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, shard := range shards {
		more, sample, err := g.walk(ctx, s, shard)
		if err != nil {
			return nil, nil, err
		}
		pages = append(pages, more...)
		if len(sample) > len(reply) {
			reply = sample
		}
	}
	if len(pages) == 0 {
		return nil, nil, errors.New("no page of the stream is full: write more records")
	}
	return pages, reply, nil
}

// walk returns a request for every full page of one shard, and a page.
func (g Get) walk(ctx context.Context, s *Stream, shard string) (pages []Request, sample []byte, err error) {
	var position struct{ ShardIterator string }
	in := map[string]any{"StreamName": s.name, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
	if _, err := s.target.call(ctx, "GetShardIterator", in, &position); err != nil {
		return nil, nil, err
	}
	for iterator := position.ShardIterator; ; {
		in := map[string]any{"ShardIterator": iterator, "Limit": g.Limit}
		reply, err := s.target.call(ctx, "GetRecords", in, nil)
		if err != nil {
			return nil, nil, err
		}
		// To decode all payloads would take longer than the measurement.
		if bytes.Count(reply, []byte(`"SequenceNumber":`)) < g.Limit {
			return pages, sample, nil
		}
		body, err := json.Marshal(in)
		if err != nil {
			return nil, nil, err
		}
		encoded, err := s.target.encode(ctx, "GetRecords", body)
		if err != nil {
			return nil, nil, err
		}
		pages = append(pages, Request{Bytes: encoded, Records: g.Limit, Payload: g.Limit * g.Size})
		if iterator, err = nextIterator(reply); err != nil {
			return nil, nil, err
		}
		sample = reply
	}
}

func nextIterator(reply []byte) (string, error) {
	_, rest, found := bytes.Cut(reply, []byte(`"NextShardIterator":"`))
	iterator, _, whole := bytes.Cut(rest, []byte(`"`))
	if !found || !whole {
		return "", fmt.Errorf("a page without iterator: %.100s", reply)
	}
	return string(iterator), nil
}

// Check holds if a reply has records, and as much data as a full page has.
func (g Get) Check(reply []byte) error {
	if len(reply) > g.Limit*g.Size && bytes.Contains(reply, []byte(`"Records":[{`)) {
		return nil
	}
	return fmt.Errorf("a page came back short: %.300s", reply)
}
