package server

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/streams"
)

// getRecords reads the records of a stream across its shards, as its query
// parameters say.
func (s *Server) getRecords(w http.ResponseWriter, r *http.Request) {
	in, err := recordsOf(r.URL.Query())
	if err == nil {
		err = readJSON(w, r, &extapi.Nothing{})
	}
	s.records(w, r, in, err, "from", "to", "partition_key", "limit", "token", "wait_ms")
}

// postRecords does the same as its body says.
func (s *Server) postRecords(w http.ResponseWriter, r *http.Request) {
	var in extapi.RecordsRequest
	s.records(w, r, &in, readJSONWithin(w, r, &in, maxTokenRequest))
}

// maxTokenRequest has room for the token of a stream with as many shards as there
// can be.
const maxTokenRequest = 1 << 20

// records answers in, unless err says what is wrong with it. Parameters are those
// that the page takes besides.
func (s *Server) records(w http.ResponseWriter, r *http.Request, in *extapi.RecordsRequest, err error, parameters ...string) {
	if wrong := checkQuery(r.URL.Query(), parameters...); wrong != nil {
		err = wrong
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	noteInput(r, in)
	answer(s, w, r, func(ctx context.Context) (*extapi.Records, error) {
		if wait := min(time.Duration(in.WaitMillis)*time.Millisecond, maxWait); wait > 0 {
			ctx = streams.WithPatience(ctx, streams.Patience{For: wait, Until: s.waits, Idle: func() {}})
		}
		return s.streams.Records(ctx, callerOf(r), r.PathValue("stream"), in)
	})
}

// recordsOf reads query parameters.
func recordsOf(query url.Values) (*extapi.RecordsRequest, error) {
	in := &extapi.RecordsRequest{From: query.Get("from"), To: query.Get("to"), Token: query.Get("token")}
	if query.Has("partition_key") {
		in.PartitionKey = new(query.Get("partition_key"))
	}
	number := func(name string) (n uint64, err error) {
		if text := query.Get(name); text != "" {
			if n, err = strconv.ParseUint(text, 10, 31); err != nil {
				return 0, fmt.Errorf("%s: %q: must be a number", name, text)
			}
		}
		return n, nil
	}
	limit, err := number("limit")
	if err != nil {
		return nil, err
	}
	wait, err := number("wait_ms")
	in.Limit, in.WaitMillis = int(limit), uint32(wait)
	return in, err
}
