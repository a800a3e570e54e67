package conformance

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
)

// secureEndpoint is the server's URL for clients that speak TLS, "" where none is
// known, and authorities are whom they trust.
var (
	secureEndpoint string
	authorities    *x509.CertPool
)

// knowSecure notes how the server is reached over TLS by clients that trust ca,
// in PEM.
func knowSecure(url string, ca []byte) error {
	authorities = x509.NewCertPool()
	if !authorities.AppendCertsFromPEM(ca) {
		return fmt.Errorf("the authority of %s is no certificate: %.40q", url, ca)
	}
	secureEndpoint = url
	return nil
}

// knowOther notes the same of a server that was there before: it is reached over
// TLS if FRESHET_CA names its authority's file.
func knowOther() error {
	file := os.Getenv("FRESHET_CA")
	if file == "" {
		return nil
	}
	ca, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return knowSecure("https://"+host(), ca)
}

// host is the server's host and port.
func host() string {
	_, rest, _ := strings.Cut(endpoint, "://")
	return rest
}

// way is one of the ways in which clients reach the one port.
type way struct {
	name      string
	proto     string
	protocols func(*http.Protocols)
	tls       bool
	// noALPN says that TLS is not told which HTTP follows.
	noALPN bool
}

// ways are HTTP/1.1, and HTTP/2 with prior knowledge, which the Java and
// JavaScript clients use for every call; over TLS the same, and HTTP/2 without
// ALPN, as Java's client spoke it for years (B; clients.md, 2.1).
func ways() []way {
	all := []way{
		{name: "HTTP/1.1", proto: "HTTP/1.1", protocols: func(p *http.Protocols) { p.SetHTTP1(true) }},
		{name: "HTTP/2.0", proto: "HTTP/2.0", protocols: func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) }},
	}
	if secureEndpoint == "" {
		return all
	}
	return append(all, []way{
		{name: "HTTP/1.1 over TLS", proto: "HTTP/1.1", tls: true, protocols: func(p *http.Protocols) { p.SetHTTP1(true) }},
		overTLS,
		{name: "HTTP/2.0 over TLS without ALPN", proto: "HTTP/2.0", tls: true, noALPN: true, protocols: func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) }},
	}...)
}

// overTLS is HTTP/2 as TLS was told that it comes. A connection that has to may
// fall back to the other.
var overTLS = way{name: "HTTP/2.0 over TLS", proto: "HTTP/2.0", tls: true, protocols: func(p *http.Protocols) { p.SetHTTP1(true); p.SetHTTP2(true) }}

// client returns what takes requests along the way, to url.
func (w way) client() (c *http.Client, url string) {
	t := &http.Transport{Protocols: new(http.Protocols)}
	w.protocols(t.Protocols)
	if !w.tls {
		return &http.Client{Transport: t}, endpoint
	}
	t.TLSClientConfig = &tls.Config{RootCAs: authorities}
	if !w.noALPN {
		return &http.Client{Transport: t}, secureEndpoint
	}
	t.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		return (&tls.Dialer{Config: t.TLSClientConfig}).DialContext(ctx, network, addr)
	}
	return &http.Client{Transport: t}, "http://" + host() // the dialer says otherwise
}

// over runs body in each encoding along each way.
func over(t *testing.T, body func(c *client)) {
	t.Helper()
	for _, w := range ways() {
		t.Run(w.name, func(t *testing.T) {
			h, url := w.client()
			t.Cleanup(h.CloseIdleConnections)
			each(t, func(c *client) {
				c.http, c.url = h, url
				if r := c.must("ListStreams", object{}); r.proto != w.proto {
					c.t.Fatalf("the reply came over %s", r.proto)
				}
				body(c)
			})
		})
	}
}
