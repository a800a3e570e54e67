package streams

import (
	"context"
	"strings"

	"github.com/freshet/freshet/internal/access"
)

// resource is what a ResourceARN names: a consumer or a queue of a stream, or if both
// are nil the stream. Each has tags and a policy.
type resource struct {
	stream   *stream
	consumer *consumer
	queue    *queue
}

// findResource returns the resource that a request means. Channels, which the pattern
// of the model allows as well, are not there to be found.
func (s *Service) findResource(caller access.Caller, arn *string) (resource, error) {
	if _, ok := parseConsumerARN(*arn); ok {
		st, c, err := s.findConsumer(caller, nil, nil, arn)
		return resource{stream: st, consumer: c}, err
	}
	if key, ok := parseARN(*arn); ok {
		st := s.catalog.now().byKey[key]
		if st == nil || !key.owns(caller) {
			return resource{}, errNoStream(key)
		}
		return resource{stream: st}, nil
	}
	if _, _, _, ok := parseQueueARN(*arn); ok {
		st, q, err := s.findQueue(caller, arn)
		return resource{stream: st, queue: q}, err
	}
	if f := strings.SplitN(*arn, ":", 6); len(f) == 6 && (strings.HasPrefix(f[5], "channel/") || strings.HasPrefix(f[5], "queue/")) {
		return resource{}, errNoResource(*arn)
	}
	return resource{}, errBadResourceARN(*arn)
}

// arn returns the ARN of r.
func (r resource) arn() string {
	if r.consumer != nil {
		return r.stream.consumerKey(r.consumer).arn()
	}
	if r.queue != nil {
		return r.queue.arn(r.stream.streamKey)
	}
	return r.stream.arn()
}

func (r resource) tags() map[string]string {
	if r.consumer != nil {
		return r.consumer.Tags
	}
	if r.queue != nil {
		return r.queue.Tags
	}
	return r.stream.Tags
}

func (r resource) policy() string {
	if r.consumer != nil {
		return r.consumer.Policy
	}
	if r.queue != nil {
		return r.queue.Policy
	}
	return r.stream.Policy
}

// amendResource makes of the tags and of the policy of r what fn makes of them,
// which replaces the map and does not write into it. Neither can be changed while
// the stream is CREATING (API, CreateStream, on tags) or DELETING (not documented).
func (s *Service) amendResource(ctx context.Context, r resource, fn func(tags *map[string]string, policy *string) error) error {
	key := r.stream.streamKey
	amend := amending(key, func(_ *stream, doc *streamDocument) error { return fn(&doc.Tags, &doc.Policy) })
	_, err := s.catalog.change(ctx, key, func(old *stream) (*stream, error) {
		if old != nil && !old.takesPuts() {
			return nil, errNotActive(old)
		}
		if r.queue != nil {
			return old.amendQueue(r, fn)
		}
		if r.consumer == nil {
			return amend(old)
		}
		c := old.sameConsumer(r.stream, r.consumer)
		if c == nil {
			return nil, errNoConsumer(key, r.consumer.name)
		}
		doc := c.consumerDocument
		if err := fn(&doc.Tags, &doc.Policy); err != nil {
			return nil, err
		}
		return old.withConsumer(c.revised(doc)), nil
	})
	return err
}

// amendQueue returns st, which may be nil, with the queue of r amended.
func (st *stream) amendQueue(r resource, fn func(tags *map[string]string, policy *string) error) (*stream, error) {
	if st == nil || st.id != r.stream.id || st.queue(r.queue.id.number) == nil {
		return nil, errNoQueue(r.arn())
	}
	doc := st.queue(r.queue.id.number).queueDocument
	if err := fn(&doc.Tags, &doc.Policy); err != nil {
		return nil, err
	}
	return st.withQueue(r.queue.revised(doc)), nil
}
