package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/freshet/freshet/internal/extapi"
)

// newAPIRequest asks for a page of the extension API; whoever sends it says who he is.
// in is the body; nil is none.
func newAPIRequest(ctx context.Context, method, url string, in any) (*http.Request, error) {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	return r, nil
}

// readAnswer reads a success into out. What is none is returned as an *apiError.
func readAnswer(reply *http.Response, out any) error {
	decoder := json.NewDecoder(reply.Body)
	if reply.StatusCode == http.StatusOK {
		return decoder.Decode(out)
	}
	failed := &apiError{status: reply.StatusCode}
	if err := decoder.Decode(&failed.said); err != nil || failed.said.Message == "" {
		failed.said.Message = "status " + reply.Status
	}
	return failed
}

// apiError is what the server answered that is no success.
type apiError struct {
	said   extapi.Error
	status int
}

func (e *apiError) Error() string {
	if e.said.Code != "" {
		return e.said.Code + ": " + e.said.Message
	}
	return e.said.Message
}

// authorities are the certificates in a file, PEM.
func authorities(file string) (*x509.CertPool, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(content) {
		return nil, fmt.Errorf("%s: it holds no certificate", file)
	}
	return pool, nil
}

// clientThat speaks TLS as c says.
func clientThat(c *tls.Config) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = c
	return &http.Client{Transport: transport}
}
