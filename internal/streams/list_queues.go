package streams

import (
	"context"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// ListQueues lists the caller's queues by name, at most 100 a page, those of some
// streams only if it is asked to. A stream of the filter that is not there has none.
// That order, that bound and that a NextToken goes with the same filter are not
// documented.
func (s *Service) ListQueues(_ context.Context, caller access.Caller, in *kinesis.ListQueuesInput) (*kinesis.ListQueuesOutput, error) {
	now, after := now(), ""
	if in.NextToken != nil {
		var err error
		if after, err = s.tokens.openQueues(*in.NextToken, now); err != nil {
			return nil, err
		}
	}
	list := s.summaries(caller, after, in.StreamFilter)
	most := limits.Page(in.MaxResults, limits.ListQueuesQueues)
	out := &kinesis.ListQueuesOutput{QueueSummaries: list[:min(most, len(list))]}
	if len(list) > most {
		out.NextToken = new(s.tokens.nextQueues(*list[most-1].QueueName, now))
	}
	return out, nil
}

// summaries describes the queues whose names lie strictly above after, in order.
func (s *Service) summaries(caller access.Caller, after string, filter []kinesis.QueueStreamFilter) []kinesis.QueueSummary {
	list := []kinesis.QueueSummary{}
	for _, st := range s.catalog.now().of(streamKey{account: caller.Account(), region: caller.Region()}) {
		if len(st.queues) == 0 || !st.isOneOf(filter) {
			continue
		}
		for _, q := range st.queues {
			if q.Name <= after {
				continue
			}
			list = append(list, kinesis.QueueSummary{
				QueueName:              &q.Name,
				QueueARN:               new(q.arn(st.streamKey)),
				QueueStatus:            &q.Status,
				QueueCreationTimestamp: q.creation(),
				Streams:                []kinesis.QueueStreamIdentifier{{StreamARN: new(st.arn()), StreamCreationTimestamp: st.creation()}},
			})
		}
	}
	slices.SortFunc(list, func(a, b kinesis.QueueSummary) int { return strings.Compare(*a.QueueName, *b.QueueName) })
	return list
}

// isOneOf reports whether filter has st, or nothing.
func (st *stream) isOneOf(filter []kinesis.QueueStreamFilter) bool {
	return len(filter) == 0 || slices.ContainsFunc(filter, func(f kinesis.QueueStreamFilter) bool {
		key, ok := parseARN(*f.StreamARN)
		return ok && key == st.streamKey && (f.StreamCreationTimestamp == nil || f.StreamCreationTimestamp.Unix() == st.Created)
	})
}

// nextQueues returns the token of ListQueues's page after name.
func (t *tokens) nextQueues(name string, now shardlog.Millis) string {
	c := binary.BigEndian.AppendUint64(nil, uint64(now))
	return t.seal(listQueuesToken, appendString(c, name))
}

// openQueues reads what nextQueues wrote.
func (t *tokens) openQueues(token string, now shardlog.Millis) (name string, err error) {
	c, ok := t.open(listQueuesToken, token)
	given := c.millis()
	name = c.string()
	return name, checkToken(c, ok, given, now)
}
