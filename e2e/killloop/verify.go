package main

import (
	"context"
	"fmt"
	"hash/crc64"
	"maps"

	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// shard is what was found in a shard, as far as it must stay so: not the
// records themselves, but a sum over all of them in their order.
type shard struct {
	count int
	sum   uint64
	// last is the last record's sequence number.
	last string
	// byWriter has the last record of each writer.
	byWriter map[int]id
	// marks are the counts and sums after each round, by which a later look
	// from the beginning is held.
	marks []mark
}

type mark struct {
	round, count int
	sum          uint64
}

var sums = crc64.MakeTable(crc64.ECMA)

// add takes the next record of the shard and returns its id.
func (s *shard) add(r types.Record) (id, error) {
	i, err := idOf(*r.PartitionKey, r.Data)
	if err != nil {
		return id{}, err
	}
	// All have 56 digits, so that text compares as numbers do.
	if len(*r.SequenceNumber) != 56 || *r.SequenceNumber <= s.last {
		return id{}, fmt.Errorf("record %v has sequence number %s, which is not above %s before it", i, *r.SequenceNumber, s.last)
	}
	if before, ok := s.byWriter[i.writer]; ok && !i.after(before) {
		return id{}, fmt.Errorf("record %v stands after %v: doubled or out of order", i, before)
	}
	s.count++
	s.last = *r.SequenceNumber
	s.byWriter[i.writer] = i
	s.sum = crc64.Update(s.sum, sums, fmt.Appendf(nil, "%s %v\n", s.last, i))
	return i, nil
}

// verify compares the server with the ledger, from the beginning if whole.
func (l *loop) verify(ctx context.Context, c *client, whole bool) error {
	if err := l.ledger.streams.verify(ctx, c); err != nil {
		return err
	}
	names, err := c.shards(ctx)
	if err != nil {
		return err
	}
	if len(names) != l.shards {
		return fmt.Errorf("the stream has %d shards, was made with %d", len(names), l.shards)
	}
	now := l.ledger.close()
	found := map[id]place{}
	for _, name := range names {
		if err := l.ledger.verifyShard(ctx, c, name, whole, now, found); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := missing("acknowledged", now.acknowledged, found); err != nil {
		return err
	}
	return missing("shown to a reader", now.shown, found)
}

// missing returns an error for each record that is not where it was said to be;
// of many it names one.
func missing(what string, said, found map[id]place) error {
	lost := 0
	var first error
	for i, at := range said {
		if is, ok := found[i]; !ok || is != at {
			lost++
			first = fmt.Errorf("record %v was %s at %v and is at %v", i, what, at, is)
		}
	}
	if lost > 0 {
		return fmt.Errorf("%d of %d records missing: %w", lost, len(said), first)
	}
	return nil
}

// verifyShard reads a shard and enters into found what it holds of the page
// that is compared.
func (l *ledger) verifyShard(ctx context.Context, c *client, name string, whole bool, now page, found map[id]place) error {
	known := l.shards[name]
	if known == nil {
		known = &shard{byWriter: map[int]id{}}
	}
	look := *known
	look.byWriter = maps.Clone(known.byWriter)
	if whole {
		look = shard{byWriter: map[int]id{}, marks: known.marks}
	}
	cur, err := c.open(ctx, name, look.last)
	if err != nil {
		return err
	}
	for {
		records, tail, err := cur.next(ctx)
		if err != nil {
			return err
		}
		for _, r := range records {
			if err := l.enter(&look, known, name, r, now, found); err != nil {
				return err
			}
		}
		if tail {
			break
		}
	}
	if look.count < known.count {
		return fmt.Errorf("%d records, there were %d", look.count, known.count)
	}
	look.marks = append(look.marks, mark{now.round, look.count, look.sum})
	l.shards[name] = &look
	return nil
}

// enter takes one record of a look at the shard name: one that was found before
// must be the same, another must be of the page.
func (l *ledger) enter(look, known *shard, name string, r types.Record, now page, found map[id]place) error {
	i, err := look.add(r)
	if err != nil {
		return err
	}
	if home, ok := l.homes[i.key()]; ok && home != name {
		return fmt.Errorf("record %v has key %s, whose shard is %s", i, i.key(), home)
	}
	l.homes[i.key()] = name
	if look.count > known.count {
		if !now.sent[i] {
			return fmt.Errorf("record %v, which was not there after its round's restart, has come back", i)
		}
		found[i] = place{name, *r.SequenceNumber}
		return nil
	}
	for _, m := range look.marks {
		if m.count == look.count && m.sum != look.sum {
			return fmt.Errorf("the first %d records, found after round %d, are not the same any more", m.count, m.round)
		}
	}
	return nil
}
