package wire

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
)

// Identify finds who signed a request that is none of an operation, of any method,
// path and query, for a service of that signing name. Its body has at most so many
// bytes, and can be read again afterwards. Errors are like those of operations.
//
// A request must be signed here even where operations take any credentials.
func (m *Mux) Identify(w http.ResponseWriter, r *http.Request, service string, most int64) (access.Identity, error) {
	var p proof
	m.verifier.begin(&p, r, service, time.Now())
	switch {
	case p.err != nil:
		return access.Identity{}, p.err
	case p.signer.Unverified:
		return access.Identity{}, awsapi.Errorf("UnrecognizedClientException", "Signatures are not verified by this server.")
	}
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	r.Body = io.NopCloser(bytes.NewReader(content))
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return access.Identity{}, &awsapi.Error{Code: codeTooLarge, Message: tooLarge.Error(), Status: http.StatusRequestEntityTooLarge}
	}
	if err != nil {
		return access.Identity{}, &awsapi.Error{Code: codeClientClosed, Message: "The body: " + err.Error(), Status: http.StatusBadRequest}
	}
	return m.verifier.end(&p, hashOf(content))
}
