package streams

import (
	"context"
	"encoding/binary"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// ListStreamConsumers lists the consumers of a stream by name, at most 100 a page.
// A stream that is neither ACTIVE nor UPDATING is in use. The model requires
// StreamARN of the later pages too; that it must name the stream of NextToken is
// not documented.
func (s *Service) ListStreamConsumers(_ context.Context, caller access.Caller, in *kinesis.ListStreamConsumersInput) (*kinesis.ListStreamConsumersOutput, error) {
	now := now()
	st, err := s.find(caller, nil, in.StreamARN)
	if err != nil {
		return nil, err
	}
	after := ""
	if in.NextToken != nil {
		if in.StreamCreationTimestamp != nil {
			return nil, errTokenAnd("StreamCreationTimestamp")
		}
		p, err := s.tokens.openConsumers(*in.NextToken, now)
		if err != nil {
			return nil, err
		}
		if p.stream != st.id {
			return nil, errTokenInvalid()
		}
		after = p.after
	}
	if in.StreamCreationTimestamp != nil && in.StreamCreationTimestamp.Unix() != st.Created {
		return nil, errNoStream(st.streamKey) // another stream that had the name
	}
	if !st.takesPuts() {
		return nil, errNotActive(st)
	}
	return s.consumersPage(st, after, limits.Page(in.MaxResults, limits.ListConsumersConsumers), now), nil
}

// consumersPage describes the first most consumers of st whose names lie strictly
// above after.
func (s *Service) consumersPage(st *stream, after string, most int, now shardlog.Millis) *kinesis.ListStreamConsumersOutput {
	at, found := st.findConsumer(after)
	if found {
		at++
	}
	list := st.consumers[at:]
	more := len(list) > most
	list = list[:min(most, len(list))]
	out := &kinesis.ListStreamConsumersOutput{Consumers: make([]kinesis.Consumer, len(list))}
	for i, c := range list {
		out.Consumers[i] = kinesis.Consumer{
			ConsumerName:              &c.name,
			ConsumerARN:               new(st.consumerKey(c).arn()),
			ConsumerStatus:            &c.Status,
			ConsumerCreationTimestamp: c.creation(),
		}
	}
	if more {
		out.NextToken = new(s.tokens.nextConsumers(consumerPage{st.id, list[most-1].name}, now))
	}
	return out
}

// consumerPage is the page of ListStreamConsumers that a NextToken asks for.
type consumerPage struct {
	stream shardlog.StreamID
	after  string
}

// nextConsumers returns the token of a page.
func (t *tokens) nextConsumers(p consumerPage, now shardlog.Millis) string {
	c := binary.BigEndian.AppendUint64(nil, uint64(now))
	c = append(c, p.stream[:]...)
	return t.seal(listConsumersToken, appendString(c, p.after))
}

// openConsumers reads what nextConsumers wrote.
func (t *tokens) openConsumers(token string, now shardlog.Millis) (consumerPage, error) {
	c, ok := t.open(listConsumersToken, token)
	given := c.millis()
	p := consumerPage{stream: c.stream(), after: c.string()}
	return p, checkToken(c, ok, given, now)
}
