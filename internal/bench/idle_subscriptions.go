package bench

import (
	"context"
	"io"
	"net/http"

	"golang.org/x/sync/errgroup"
)

// Subscriptions are open subscriptions that nobody puts for.
type Subscriptions struct {
	cancel    context.CancelFunc
	transport *http.Transport
	readers   errgroup.Group
}

// subscribesAtOnce is how many are begun at the same time.
const subscribesAtOnce = 16

// Subscribe registers consumers with s and subscribes each to every shard, over a
// connection of its own, or as many over one as HTTP/2 lets. It returns when all have
// said something. Close must be called, whatever the error.
func (s *Stream) Subscribe(ctx context.Context, consumers int, http2 bool) (*Subscriptions, error) {
	ctx, cancel := context.WithCancel(ctx)
	all := &Subscriptions{cancel: cancel, transport: &http.Transport{}}
	if http2 {
		all.transport.Protocols = new(http.Protocols)
		all.transport.Protocols.SetUnencryptedHTTP2(true)
	}
	arns, err := s.register(ctx, consumers)
	if err != nil {
		return all, err
	}
	shards, err := s.shards(ctx)
	if err != nil {
		return all, err
	}
	client := &http.Client{Transport: all.transport}
	var g errgroup.Group
	g.SetLimit(subscribesAtOnce)
	for _, shard := range shards {
		for _, arn := range arns {
			g.Go(func() error { return all.add(ctx, s.target, client, arn, shard) })
		}
	}
	return all, g.Wait()
}

// add subscribes, waits for the first event, and leaves a reader behind.
func (a *Subscriptions) add(ctx context.Context, t Target, client *http.Client, arn, shard string) error {
	u, err := t.subscribe(ctx, client, arn, shard)
	if err != nil {
		return err
	}
	if _, err := u.next(); err != nil {
		u.close()
		return err
	}
	a.readers.Go(func() error {
		defer u.close()
		_, err := io.Copy(io.Discard, u.body)
		if ctx.Err() != nil {
			return nil
		}
		return err
	})
	return nil
}

// Close ends the subscriptions. An error is one that has ended before.
func (a *Subscriptions) Close() error {
	a.cancel()
	err := a.readers.Wait()
	a.transport.CloseIdleConnections()
	return err
}
