package streams

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// push is a subscription at work.
type push struct {
	s *Service
	u *subscription
	c cursor
	// due is when the next event is sent, though there be nothing to say.
	due time.Time
	// sent is what was sent of records, for streams where a rate of it holds.
	sent bucket
}

// run finds the events, and waits where there is none yet.
func (p *push) run(ctx context.Context, yield func(*kinesis.SubscribeToShardEvent, error) bool) {
	defer func() { p.s.subscriptions.end(p.u, p.s.catalog.now().byID[p.u.stream]) }()
	for ctx.Err() == nil && time.Since(p.u.begun) < limits.SubscriptionLife {
		event, err := p.step(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			yield(nil, err)
			return
		case event == nil: // it has waited
			continue
		}
		last := event.ContinuationSequenceNumber == nil
		if !yield(event, nil) || last {
			return
		}
		p.due = time.Now().Add(limits.SubscriptionIdle)
	}
}

// step reads, and returns what there is to say; nil after it has waited.
func (p *push) step(ctx context.Context) (*kinesis.SubscribeToShardEvent, error) {
	if err := p.look(); err != nil {
		return nil, err
	}
	page, err := p.c.read(ctx, shardlog.Limit{Records: limits.EventRecords, Bytes: limits.EventBytes})
	switch {
	case err != nil:
		return nil, errRead(p.c.st, p.c.sh.number, err)
	case len(page.records) == 0 && page.ended:
		return p.lastEvent(), nil
	case len(page.records) > 0 || !time.Now().Before(p.due):
		p.pace(ctx, page.records)
		return p.event(page), nil
	}
	return nil, p.await(ctx)
}

// look takes the stream as it is now, and says why the subscription cannot go on.
func (p *push) look() error {
	taken := p.u.look()
	st := p.s.catalog.now().byID[p.u.stream]
	if st == nil || st.Status == kinesis.StreamStatusDeleting {
		return errNoStream(p.c.st.streamKey)
	}
	c, sh := st.consumerOf(p.u.subscriber), st.shard(p.u.shard)
	switch {
	case c == nil:
		return errNoConsumer(st.streamKey, p.u.consumer)
	case c.Status != kinesis.ConsumerStatusActive:
		return errConsumerNotActive(st.streamKey, c)
	case taken:
		return errSubscribed(st, p.u.subscriber)
	case sh == nil:
		return errNoShard(st.streamKey, p.u.shard)
	}
	p.c.st, p.c.sh, p.c.horizon = st, sh, p.s.horizon(st)
	return nil
}

// await waits for records, for a change of the stream, and until the next event is
// due or the subscription is over. A shard that is sealed gets no more records, but
// it has ended only when the catalog says so.
func (p *push) await(ctx context.Context) error {
	d := min(time.Until(p.due), limits.SubscriptionLife-time.Since(p.u.begun))
	err := p.u.wait(ctx, d, func(ctx context.Context) error {
		ref := p.c.st.ref(p.c.sh)
		if state := p.s.log.State(ref); state.Sealed && p.c.next >= state.Next {
			<-ctx.Done()
			return nil
		}
		return p.s.log.Wait(ctx, ref, p.c.next)
	})
	if err != nil {
		return errRead(p.c.st, p.c.sh.number, err)
	}
	return nil
}

// event tells of a page. Its ContinuationSequenceNumber lies above the page's last
// record and below the next one.
func (p *push) event(got page) *kinesis.SubscribeToShardEvent {
	return &kinesis.SubscribeToShardEvent{
		Records:                    p.c.sh.describe(got.records),
		ContinuationSequenceNumber: new(p.c.sh.passed(p.c.next, now()).String()),
		MillisBehindLatest:         new(int64(got.behind)),
	}
}

// lastEvent tells of the end of a shard. The KCL insists on the one and the other:
// no ContinuationSequenceNumber, and ChildShards.
func (p *push) lastEvent() *kinesis.SubscribeToShardEvent {
	return &kinesis.SubscribeToShardEvent{
		Records:            []kinesis.Record{},
		MillisBehindLatest: new(int64(0)),
		ChildShards:        p.c.st.childShards(p.c.sh),
	}
}
