package streams

import (
	"github.com/freshet/freshet/internal/access"
)

// findConsumer returns the consumer that a request means, and its stream.
func (s *Service) findConsumer(caller access.Caller, streamARN, name, arn *string) (*stream, *consumer, error) {
	key, err := consumerAddress(streamARN, name, arn)
	if err != nil {
		return nil, nil, err
	}
	st := s.catalog.now().byKey[key.stream]
	if st == nil || !key.stream.owns(caller) {
		return nil, nil, errNoStream(key.stream)
	}
	c := st.consumer(key.name)
	if c == nil || arn != nil && c.Created != key.created {
		return nil, nil, errNoConsumer(key.stream, key.name)
	}
	return st, c, nil
}

// consumerAddress returns what a request means by a consumer's ARN, or by that of
// its stream and its name, or by all three. Without the consumer's ARN the creation
// is not known.
func consumerAddress(streamARN, name, arn *string) (consumerKey, error) {
	var stream streamKey
	if streamARN != nil {
		var ok bool
		if stream, ok = parseARN(*streamARN); !ok {
			return consumerKey{}, errBadARN(*streamARN)
		}
	}
	if arn == nil {
		if streamARN == nil || name == nil {
			return consumerKey{}, errNoConsumerAddress()
		}
		return consumerKey{stream: stream, name: *name}, nil
	}
	key, ok := parseConsumerARN(*arn)
	switch {
	case !ok:
		return key, errBadConsumerARN(*arn)
	case streamARN != nil && stream != key.stream:
		return key, errConsumerAddressesDiffer("StreamARN", *streamARN, *arn)
	case name != nil && *name != key.name:
		return key, errConsumerAddressesDiffer("ConsumerName", *name, *arn)
	}
	return key, nil
}

// sameConsumer returns what has become of c, a consumer of was: nil if it is gone.
// st, which may be nil, is what has become of was.
func (st *stream) sameConsumer(was *stream, c *consumer) *consumer {
	if st == nil || st.id != was.id {
		return nil
	}
	now := st.consumer(c.name)
	if now == nil || now.Created != c.Created {
		return nil
	}
	return now
}
