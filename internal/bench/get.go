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
	var pages []Request
	var shards struct{ Shards []struct{ ShardId string } }
	if _, err := s.target.call(ctx, "ListShards", map[string]any{"StreamName": s.name}, &shards); err != nil {
		return nil, nil, err
	}
	for _, shard := range shards.Shards {
		more, sample, err := g.walk(ctx, s, shard.ShardId)
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
	requests = make([][]Request, g.Connections)
	for i := range requests {
		begin := i * len(pages) / g.Connections
		requests[i] = append(append(requests[i], pages[begin:]...), pages[:begin]...)
	}
	return requests, reply, nil
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
		var page struct {
			Records           []struct{ Data []byte }
			NextShardIterator string
		}
		reply, err := s.target.call(ctx, "GetRecords", in, &page)
		if err != nil {
			return nil, nil, err
		}
		if len(page.Records) < g.Limit {
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
		pages = append(pages, Request{Bytes: encoded, Records: len(page.Records), Payload: payload(page.Records)})
		iterator, sample = page.NextShardIterator, reply
	}
}

func payload(records []struct{ Data []byte }) (n int) {
	for _, r := range records {
		n += len(r.Data)
	}
	return n
}

// Check holds if a reply has records, and as much data as a full page has.
func (g Get) Check(reply []byte) error {
	if len(reply) > g.Limit*g.Size && bytes.Contains(reply, []byte(`"Records":[{`)) {
		return nil
	}
	return fmt.Errorf("a page came back short: %.300s", reply)
}
