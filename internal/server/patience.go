package server

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/streams"
)

// waitHeader is what a client that reads by GetRecords sets to let it wait for a
// record, in milliseconds: most SDKs have a way to add a header to a call.
const waitHeader = "X-Freshet-Wait-Ms"

// maxWait is the longest that a request waits: clients give up after some 30 s
// without an answer, and so do the proxies between.
const maxWait = 20 * time.Second

// patient gives the context of a read the patience that its headers ask for. To
// ask for more than maxWait is to ask for maxWait.
func (s *Server) patient(ctx context.Context, h http.Header, idle func()) (context.Context, error) {
	asked := h.Get(waitHeader)
	if asked == "" {
		return ctx, nil
	}
	wait, err := waitOf(asked)
	if err != nil {
		return nil, err
	}
	if wait == 0 {
		return ctx, nil
	}
	return streams.WithPatience(ctx, streams.Patience{For: wait, Until: s.waits, Idle: idle}), nil
}

// attentive gives the context of an operation that waits by itself the patience of the
// server.
func (s *Server) attentive(ctx context.Context, _ http.Header, idle func()) (context.Context, error) {
	return streams.WithPatience(ctx, streams.Patience{For: maxWait, Until: s.waits, Idle: idle}), nil
}

// waitOf reads a number of milliseconds, at most maxWait.
func waitOf(asked string) (time.Duration, error) {
	n, err := strconv.ParseUint(asked, 10, 31)
	if err != nil {
		return 0, kinesis.InvalidArgumentException("%s must be a number of milliseconds. Specified value was %q", waitHeader, asked)
	}
	return min(time.Duration(n)*time.Millisecond, maxWait), nil
}
