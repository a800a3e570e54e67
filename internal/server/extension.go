package server

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/audit"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/extapi"
)

// maxRequest bounds the body of a request to the extension API.
const maxRequest = 64 << 10

// page is the page of a method that takes a JSON body, which may be left out if
// nothing in it is required, and answers with one. stream is the name in the
// path, "" if the path has none.
//
// Account and region are query parameters, by default those of credentials that
// name none, and there are no others.
func page[In, Out any](s *Server, method func(ctx context.Context, caller access.Caller, stream string, in *In) (*Out, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in In
		err := checkQuery(r.URL.Query())
		if err == nil {
			err = readJSON(w, r, &in)
		}
		if err != nil {
			refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		noteInput(r, &in)
		answer(s, w, r, func(ctx context.Context) (*Out, error) { return method(ctx, callerOf(r), r.PathValue("stream"), &in) })
	})
}

// answer answers with what method returns. Run waits for it as for an operation.
func answer[Out any](s *Server, w http.ResponseWriter, r *http.Request, method func(context.Context) (*Out, error)) {
	if !s.inflight.enter() {
		refuse(w, http.StatusServiceUnavailable, "The server is stopping.")
		return
	}
	defer s.inflight.leave()
	out, err := method(r.Context())
	if err != nil {
		s.failed(w, r, err)
		return
	}
	noteOf(r).Output = audit.Parameters{Value: out}
	writeJSON(w, http.StatusOK, out)
}

// checkQuery refuses parameters that no page takes, but more.
func checkQuery(query url.Values, more ...string) error {
	for name, values := range query {
		if name != "account" && name != "region" && !slices.Contains(more, name) {
			return fmt.Errorf("there is no query parameter %q here", name)
		}
		if len(values) > 1 {
			return fmt.Errorf("the query parameter %s is given twice", name)
		}
	}
	return nil
}

// readJSON reads a body strictly: one value, no unknown members, a bounded
// length. An empty body leaves into as it is.
func readJSON(w http.ResponseWriter, r *http.Request, into any) error {
	return readJSONWithin(w, r, into, maxRequest)
}

// readJSONWithin is readJSON of a body of at most so many bytes.
func readJSONWithin(w http.ResponseWriter, r *http.Request, into any, most int64) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if err != nil {
		return fmt.Errorf("the body: %w", err)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("the body: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the body: something follows the JSON value")
	}
	return nil
}

// statuses are those of AWS's errors, where they are not 400. AWS answers all
// of its clients' errors with 400 and tells them apart by name; here the status
// tells, too.
var statuses = map[string]int{
	"AccessDeniedException":                  http.StatusForbidden,
	"DeleteConflict":                         http.StatusConflict,
	"EntityAlreadyExists":                    http.StatusConflict,
	"ExpiredTokenException":                  http.StatusUnauthorized,
	"IncompleteSignatureException":           http.StatusUnauthorized,
	"InvalidSignatureException":              http.StatusUnauthorized,
	"LimitExceeded":                          http.StatusConflict,
	"LimitExceededException":                 http.StatusConflict,
	"NoSuchEntity":                           http.StatusNotFound,
	"ProvisionedThroughputExceededException": http.StatusTooManyRequests,
	"ResourceInUseException":                 http.StatusConflict,
	"ResourceNotFoundException":              http.StatusNotFound,
	"UnrecognizedClientException":            http.StatusUnauthorized,
}

// failed answers an error. One that is not the client's to know is logged.
func (s *Server) failed(w http.ResponseWriter, r *http.Request, err error) {
	if e, ok := errors.AsType[*awsapi.Error](err); ok && e.Cause == nil && (e.Status < http.StatusInternalServerError || e.Status == http.StatusServiceUnavailable) {
		note := noteOf(r)
		note.Code, note.Message = e.Code, e.Message
		writeJSON(w, cmp.Or(statuses[e.Code], e.Status, http.StatusBadRequest), extapi.Error{Code: e.Code, Message: e.Message})
		return
	}
	if r.Context().Err() != nil && errors.Is(err, r.Context().Err()) {
		return // the client has gone away
	}
	s.o.Logger.Error("extension failed", "method", r.Method, "path", r.URL.Path, "err", err)
	refuse(w, http.StatusInternalServerError, "An internal failure; the server's log says more.")
}

func refuse(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, extapi.Error{Message: message})
}
