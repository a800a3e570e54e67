package bench

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Target is an endpoint and who asks.
type Target struct {
	endpoint    string
	address     string // host:port
	secure      bool
	region      string
	credentials Credentials
	token       string // that the server's metrics want, or empty
	// roots are the authorities that are trusted of a secure endpoint, nil those
	// of the machine.
	roots *x509.CertPool
}

// Trusting returns t, which trusts the authorities in text, PEM, and no others.
func (t Target) Trusting(text []byte) (Target, error) {
	t.roots = x509.NewCertPool()
	if !t.roots.AppendCertsFromPEM(text) {
		return Target{}, errors.New("it holds no certificate")
	}
	return t, nil
}

// Bearing returns t, which shows a token to the server's metrics.
func (t Target) Bearing(token string) Target {
	t.token = token
	return t
}

// Over returns t by another scheme, http or https, on the same port.
func (t Target) Over(scheme string) (Target, error) {
	_, rest, _ := strings.Cut(t.endpoint, "://")
	other, err := NewTarget(scheme+"://"+strings.TrimSuffix(rest, "/"), t.region, t.credentials)
	other.token, other.roots = t.token, t.roots
	return other, err
}

// Secure says whether t is reached over TLS.
func (t Target) Secure() bool { return t.secure }

// client makes the calls that are not measured.
func (t Target) client() *http.Client {
	if t.roots == nil {
		return http.DefaultClient
	}
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: t.roots}}}
}

// NewTarget reads an endpoint like http://127.0.0.1:4566.
func NewTarget(endpoint, region string, credentials Credentials) (Target, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return Target{}, fmt.Errorf("endpoint %q: must be a URL like http://127.0.0.1:4566", endpoint)
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return Target{
		endpoint:    u.Scheme + "://" + u.Host + "/",
		address:     net.JoinHostPort(u.Hostname(), port),
		secure:      u.Scheme == "https",
		region:      region,
		credentials: credentials,
	}, nil
}

func (t Target) String() string { return t.endpoint }

// sign makes the signed request of an operation.
func (t Target) sign(ctx context.Context, operation string, body []byte) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Kinesis_20131202."+operation)
	t.credentials.sign(r, body, t.region, "kinesis", time.Now())
	return r, nil
}

// encode makes the bytes of a signed request, to be written again and again: AWS takes
// a signature for fifteen minutes, and so does a server that verifies it.
func (t Target) encode(ctx context.Context, operation string, body []byte) ([]byte, error) {
	r, err := t.sign(ctx, operation, body)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// call asks the endpoint for something that is not measured.
func (t Target) call(ctx context.Context, operation string, in map[string]any, out any) ([]byte, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	r, err := t.sign(ctx, operation, body)
	if err != nil {
		return nil, err
	}
	reply, err := t.client().Do(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", operation, err)
	}
	content, err := io.ReadAll(reply.Body)
	_ = reply.Body.Close() // it was read whole
	if err != nil {
		return nil, fmt.Errorf("%s: %w", operation, err)
	}
	if reply.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: status %d: %.200s", operation, reply.StatusCode, content)
	}
	if out != nil {
		if err := json.Unmarshal(content, out); err != nil {
			return nil, fmt.Errorf("%s: %w", operation, err)
		}
	}
	return content, nil
}
