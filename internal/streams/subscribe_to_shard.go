package streams

import (
	"context"
	"iter"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// SubscribeToShard pushes the records of a shard to a consumer from a position on:
// an event the moment there are any, one without records where there are none for a
// while, for five minutes. A second call takes the first one's place if that began
// five seconds ago or more; sooner it is refused, also if the first has ended. At a
// shard's end the last event has ChildShards and no ContinuationSequenceNumber;
// records come in events before it. The first event comes at once, so that a
// subscriber at LATEST knows where to go on from.
//
// The events are found by whoever ranges over them, once, and end when ctx does.
// The Data of their records belong to the log and must not be written to. Unlike
// AWS, which answered a call in CBOR with status 500 (observed), we answer it.
func (s *Service) SubscribeToShard(ctx context.Context, caller access.Caller, in *kinesis.SubscribeToShardInput) (iter.Seq2[*kinesis.SubscribeToShardEvent, error], error) {
	u, c, err := s.subscribed(ctx, caller, in)
	if err != nil {
		return nil, err
	}
	if in.DryRun != nil && *in.DryRun {
		if !s.subscriptions.mayBegin(u.subscriber) {
			return nil, errSubscribed(c.st, u.subscriber)
		}
		return nil, errDryRun()
	}
	if !s.subscriptions.begin(u) {
		return nil, errSubscribed(c.st, u.subscriber)
	}
	p := &push{s: s, u: u, c: c, due: u.begun}
	return func(yield func(*kinesis.SubscribeToShardEvent, error) bool) { p.run(ctx, yield) }, nil
}

// subscribed returns the subscription that a request asks for, and a cursor at its
// position. It judges in the order in which GetShardIterator does; that of AWS is
// not documented.
func (s *Service) subscribed(ctx context.Context, caller access.Caller, in *kinesis.SubscribeToShardInput) (*subscription, cursor, error) {
	st, c, err := s.findConsumer(caller, nil, nil, in.ConsumerARN)
	if err != nil {
		return nil, cursor{}, err
	}
	number, ok := parseShardID(*in.ShardId)
	switch {
	case !ok:
		return nil, cursor{}, errShardNotFound(st.streamKey, *in.ShardId)
	case c.Status != kinesis.ConsumerStatusActive:
		return nil, cursor{}, errConsumerNotActive(st.streamKey, c)
	case !st.shows(number, s.horizon(st)):
		return nil, cursor{}, errNoShard(st.streamKey, number)
	}
	sh := st.shard(number)
	from := in.StartingPosition
	next, err := s.offset(ctx, st, sh, position{*from.Type, from.SequenceNumber, from.Timestamp})
	if err != nil {
		return nil, cursor{}, errRead(st, number, err)
	}
	u := &subscription{subscriber: subscriber{st.id, c.name, c.Created, number}, begun: time.Now()}
	return u, cursor{log: s.log, st: st, sh: sh, horizon: s.horizon(st), next: next}, nil
}
