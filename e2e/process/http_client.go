package process

import (
	"bytes"
	"io"
	"net/http"
	"time"
)

// HTTPClient returns a client for many AWS calls at once.
func HTTPClient() *http.Client {
	return &http.Client{
		Timeout:   60 * time.Second,
		Transport: ownBody{&http.Transport{MaxIdleConnsPerHost: 64}},
	}
}

// ownBody gives each request a body that nobody else closes. smithy-go closes
// the body of a request as soon as it has the answer. The transport looks, after
// the last byte has gone out, whether there is another; if the body was closed by
// then it gets io.EOF where it takes that for a failure, and closes the
// connection in the middle of the answer. A server that answers at once meets
// this now and then.
type ownBody struct{ http.RoundTripper }

func (o ownBody) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	return o.RoundTripper.RoundTrip(r)
}
