package server

import (
	"context"
	"net/http"

	"github.com/freshet/freshet/internal/extapi"
)

// postReset deletes the streams of an account, of a region, or all. Unlike other
// pages it takes a parameter that is not there for any.
func (s *Server) postReset(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	err := checkQuery(query)
	if err == nil {
		err = readJSON(w, r, &extapi.Nothing{})
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	noteInput(r, nil)
	answer(s, w, r, func(ctx context.Context) (*extapi.ResetResult, error) {
		gone, err := s.streams.Reset(ctx, query.Get("account"), query.Get("region"))
		for _, st := range gone {
			s.metrics.forgetStream(st.Account, st.Region, st.Name)
		}
		if err != nil {
			return nil, err
		}
		s.o.Logger.Info("reset", "account", query.Get("account"), "region", query.Get("region"), "streams", len(gone))
		return &extapi.ResetResult{Streams: len(gone)}, nil
	})
}
