package server

import (
	"context"
	"net/http"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/audit"
	"github.com/freshet/freshet/internal/change"
)

// noteKey is the key of a page's context for its *audit.Call, which is filled while
// the page is served.
type noteKey struct{}

// noteOf is what is written down of r, a call that nobody looks at if nothing is.
func noteOf(r *http.Request) *audit.Call {
	if c, ok := r.Context().Value(noteKey{}).(*audit.Call); ok {
		return c
	}
	return &audit.Call{}
}

// asked is how a page's input is written down.
type asked struct {
	Stream  string `json:"stream,omitempty"`
	Account string `json:"account,omitempty"`
	Request any    `json:"request,omitempty"`
}

func noteInput(r *http.Request, in any) {
	noteOf(r).Input = audit.Parameters{Value: asked{r.PathValue("stream"), r.URL.Query().Get("account"), in}}
}

// audited writes down who asked for the page of that name, and what became of it.
func (s *Server) audited(name string, page http.Handler) http.Handler {
	if s.audit == nil {
		return page
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &audit.Call{Service: extensionService, Operation: name, Region: r.URL.Query().Get("region")}
		s.addOrigin(c, r)
		ctx := change.Gather(context.WithValue(r.Context(), noteKey{}, c))
		c.Changes = change.Of(ctx)
		answered := &statusWriter{ResponseWriter: w}
		defer func() { // also of a page that panics
			if c.Code == "" {
				c.Code = codeOf(answered.status)
			}
			if audit.Refused(c.Identity, c.Caller, c.Code) || s.audit.Wants(name) {
				s.audit.Record(c)
			}
		}()
		page.ServeHTTP(answered, r.WithContext(ctx))
	})
}

// recordablePage serves the page of that name, to who was admitted, only if it can be
// written down, where it must be.
func (s *Server) recordablePage(name string, page http.Handler) http.Handler {
	if s.audit == nil {
		return page
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.noteCaller(r, name, callerOf(r)); err != nil {
			s.failed(w, r, err)
			return
		}
		page.ServeHTTP(w, r)
	})
}

// noteCaller notes who may have the page of that name, and returns why he does not get
// it all the same: it could not be written down, and must be.
func (s *Server) noteCaller(r *http.Request, name string, caller access.Caller) error {
	if s.audit == nil {
		return nil
	}
	c := noteOf(r)
	c.Caller = caller
	if c.Identity.IsZero() { // nobody has signed: it was the token
		c.ByToken, c.Identity = true, access.Unverified(caller.Account(), caller.Region())
	}
	return s.audit.Admit(name)
}

// codeOf is the code of a page that answered with that status and said no more.
func codeOf(status int) string {
	switch {
	case status == 0:
		return "NoAnswer" // the client has gone away, or the page has panicked
	case status < http.StatusBadRequest:
		return ""
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return "AccessDenied"
	case status == http.StatusNotFound:
		return "ResourceNotFoundException"
	case status == http.StatusServiceUnavailable:
		return "ServiceUnavailable"
	case status >= http.StatusInternalServerError:
		return "InternalFailure"
	}
	return "ValidationException"
}

// statusWriter remembers the status of an answer, 0 until there is one.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
