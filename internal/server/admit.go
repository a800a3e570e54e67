package server

import (
	"cmp"
	"context"
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/freshet/freshet/internal/access"
)

// admitted lets those pass to the page of that name who may, once the server is
// ready: who bears the server's token. In production the token is good for
// processes of this machine alone: they can read it where it lies.
func (s *Server) admitted(_ string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !bears(r, s.o.Token) {
			s.challenge(w, "This page wants the server's token as Authorization: Bearer …: "+
				"what the file token in the data folder holds, or server.api_token says, or the start-up screen of a server in memory.")
			return
		}
		if s.o.Production && !local(r) {
			refuse(w, http.StatusForbidden, "The server's token is good on its own machine alone: sign the request instead, for the service freshet.")
			return
		}
		if s.life.get() != ready {
			w.Header().Set("Retry-After", "1")
			refuse(w, http.StatusServiceUnavailable, "The server is starting or stopping.")
			return
		}
		caller, err := s.ownErrand(r.URL.Query())
		if err != nil {
			refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, caller)))
	})
}

// withMetricsToken lets those pass who bear the token of the metrics, from
// anywhere, or are admitted.
func (s *Server) withMetricsToken(next http.Handler) http.Handler {
	others := s.admitted("GetMetrics", next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if bears(r, s.o.MetricsToken) {
			next.ServeHTTP(w, r)
			return
		}
		others.ServeHTTP(w, r)
	})
}

// bears reports whether r bears the token; if that is empty, nobody does. It takes
// as long whatever is wrong.
func bears(r *http.Request, token string) bool {
	given, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return token != "" && subtle.ConstantTimeCompare([]byte(given), []byte(token)) == 1
}

func (s *Server) challenge(w http.ResponseWriter, message string) {
	w.Header().Set("WWW-Authenticate", "Bearer")
	refuse(w, http.StatusUnauthorized, message)
}

// callerKey is the key of an admitted request's context for its access.Caller.
type callerKey struct{}

// callerOf is who was admitted with r, for the account and region that r means.
func callerOf(r *http.Request) access.Caller {
	caller, ok := r.Context().Value(callerKey{}).(access.Caller)
	if !ok {
		panic("BUG: server: " + r.URL.Path + " was reached by a request that nobody admitted")
	}
	return caller
}

// ownErrand is the caller of who bears the token: everything is allowed to him, in
// the account and region that query names, by default the server's own.
func (s *Server) ownErrand(query url.Values) (access.Caller, error) {
	account := query.Get("account")
	caller := access.Dev(cmp.Or(account, s.account), query.Get("region"))
	if account != "" && caller.Account() != account {
		return access.Caller{}, fmt.Errorf("account: %q: must be 12 digits", account)
	}
	return caller, nil
}
