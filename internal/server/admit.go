package server

import (
	"cmp"
	"context"
	"crypto/subtle"
	"fmt"
	"net/http"
	"strings"

	"github.com/freshet/freshet/internal/access"
)

// admitted lets those pass to the page of that name who may, once the server is
// ready: who bears the server's token, and in production who signs the request and is
// allowed the action of that name (admit_signed.go). There the token is good for
// processes of this machine alone: they can read it where it lies.
func (s *Server) admitted(name string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		admit := s.admitBearer
		if s.o.Production && isSigned(r) {
			admit = s.admitSigner
		}
		if caller, ok := admit(name, w, r); ok {
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, caller)))
		}
	})
}

// withMetricsToken lets those pass who bear the token of the metrics, from
// anywhere, or are admitted.
func (s *Server) withMetricsToken(next http.Handler) http.Handler {
	others := s.admitted(metricsPage, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if bears(r, s.o.MetricsToken) {
			next.ServeHTTP(w, r)
			return
		}
		others.ServeHTTP(w, r)
	})
}

// admitBearer returns the caller that who bears the token means, or answers why he
// is not admitted. To him everything is allowed.
func (s *Server) admitBearer(_ string, w http.ResponseWriter, r *http.Request) (access.Caller, bool) {
	if !bears(r, s.o.Token) {
		s.challenge(w)
		return access.Caller{}, false
	}
	if s.o.Production && !local(r) {
		refuse(w, http.StatusForbidden, "The server's token is good on its own machine alone: sign the request instead, for the service freshet.")
		return access.Caller{}, false
	}
	if !s.isOpen(w) {
		return access.Caller{}, false
	}
	query := r.URL.Query()
	account := cmp.Or(query.Get("account"), s.account)
	caller := access.Dev(account, query.Get("region"))
	if caller.Account() != account {
		refuse(w, http.StatusBadRequest, fmt.Sprintf("account: %q: must be 12 digits", account))
		return access.Caller{}, false
	}
	return caller, true
}

// isOpen reports whether pages are answered, or answers that they are not.
func (s *Server) isOpen(w http.ResponseWriter) bool {
	if s.life.get() == ready {
		return true
	}
	w.Header().Set("Retry-After", "1")
	refuse(w, http.StatusServiceUnavailable, "The server is starting or stopping.")
	return false
}

// bears reports whether r bears the token; if that is empty, nobody does. It takes
// as long whatever is wrong.
func bears(r *http.Request, token string) bool {
	given, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return token != "" && subtle.ConstantTimeCompare([]byte(given), []byte(token)) == 1
}

// challenge answers who has shown nothing that is good for admission.
func (s *Server) challenge(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", "Bearer")
	message := "This page wants the server's token as Authorization: Bearer …: " +
		"what the file token in the data folder holds, or server.api_token says, or the start-up screen of a server in memory."
	if s.o.Production {
		message = "This page wants a signature (AWS Signature Version 4, service freshet), " +
			"or from the server's own machine the token in the data folder's file token, as Authorization: Bearer …."
	}
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
