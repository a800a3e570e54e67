package streams

import (
	"strings"

	"github.com/freshet/freshet/internal/access"
)

// findQueue returns the queue that a request means, and its stream.
func (s *Service) findQueue(caller access.Caller, arn *string) (*stream, *queue, error) {
	if id, account, region, ok := parseQueueARN(*arn); ok && account == caller.Account() && region == caller.Region() {
		st := s.catalog.now().byID[id.stream]
		if q := st.queue(id.number); q != nil && st.owns(caller) {
			return st, q, nil
		}
	}
	return nil, nil, errNoQueue(*arn)
}

// parseQueueARN reads the ARN of a queue, whatever its partition.
func parseQueueARN(s string) (id queueID, account, region string, ok bool) {
	f := strings.SplitN(s, ":", 6)
	if len(f) != 6 || f[0] != "arn" || f[2] != "kinesis" {
		return queueID{}, "", "", false
	}
	digits, isQueue := strings.CutPrefix(f[5], "queue/")
	id, ok = parseQueueID(digits)
	return id, f[4], f[3], ok && isQueue
}

// queueNow returns what has become of a queue that was found, and of its stream.
func (s *Service) queueNow(st *stream, q *queue) (*stream, *queue, error) {
	next := s.catalog.now().byID[q.id.stream]
	if now := next.queue(q.id.number); now != nil {
		return next, now, nil
	}
	return nil, nil, errNoQueue(q.arn(st.streamKey))
}
