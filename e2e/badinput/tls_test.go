//go:build e2e

package badinput

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"testing"
	"time"
)

// trusting is how a client of s speaks TLS: it trusts what s says to trust.
func (s *server) trusting() *tls.Config {
	s.t.Helper()
	res, err := http.Get(s.Endpoint() + "/_freshet/ca.pem")
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	ca, err := io.ReadAll(res.Body)
	roots := x509.NewCertPool()
	if err != nil || !roots.AppendCertsFromPEM(ca) {
		s.t.Fatalf("%s %.100q %v", res.Status, ca, err)
	}
	return &tls.Config{RootCAs: roots, ServerName: "localhost"}
}

// TestAThousandSilentTLSConnections: they cost little memory, others are served
// meanwhile, and each is good for a request afterwards.
func TestAThousandSilentTLSConnections(t *testing.T) {
	s := serve(t)
	config := s.trusting()
	before, _, err := s.Resident()
	if err != nil {
		t.Fatal(err)
	}
	connections := make([]net.Conn, 1000)
	for i := range connections {
		c := tls.Client(dial(t, s), config)
		if err := c.Handshake(); err != nil {
			t.Fatal(err)
		}
		connections[i] = c
	}
	for range 20 {
		s.works()
	}
	after, _, err := s.Resident()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d silent connections over TLS take %d KiB each", len(connections), (after-before)>>10/int64(len(connections)))
	s.stayedBelow(200)
	for i, c := range connections {
		if i%100 == 0 {
			healthy(t, c)
		}
		c.Close()
	}
}

// stopped keeps what a client writes, and nobody answers it.
type stopped struct {
	net.Conn
	bytes.Buffer
}

func (s *stopped) Write(p []byte) (int, error) { return s.Buffer.Write(p) }
func (s *stopped) Read([]byte) (int, error)    { return 0, io.EOF }
func (s *stopped) Close() error                { return nil }

// hello is how a client begins a handshake.
func hello(config *tls.Config) []byte {
	var s stopped
	_ = tls.Client(&s, config).Handshake() // which fails: nobody answers
	return s.Bytes()
}

// TestHandshakesThatStop: a thousand clients that stop at every place of their
// first flight, or after it, are let go soon, and others are served meanwhile.
func TestHandshakesThatStop(t *testing.T) {
	s := serve(t)
	whole := hello(s.trusting())
	connections := make([]net.Conn, 1000)
	began := time.Now()
	for i := range connections {
		connections[i] = dial(t, s)
		if _, err := connections[i].Write(whole[:1+i%len(whole)]); err != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		s.works()
	}
	s.stayedBelow(200)
	for _, c := range connections {
		if err := c.SetReadDeadline(began.Add(40 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal("a client that stopped is waited for")
		}
		c.Close()
	}
	t.Logf("the last was let go after %s", time.Since(began).Round(time.Second))
}

// TestTLSGarbage: what begins like TLS and is not, or is a handshake with bytes
// changed, is hung up on.
func TestTLSGarbage(t *testing.T) {
	s := serve(t)
	whole := hello(s.trusting())
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 2000 {
		sent := bytes.Clone(whole)
		for range 1 + i%20 {
			sent[5+random.IntN(len(sent)-5)] ^= byte(1 + random.IntN(255))
		}
		if i%4 == 0 { // a record of its own, of any length
			sent = []byte{0x16, 3, byte(random.IntN(5)), byte(random.IntN(256)), byte(random.IntN(256))}
			sent = append(sent, make([]byte, random.IntN(1000))...)
		}
		c := dial(t, s)
		if _, err := c.Write(sent); err != nil {
			t.Fatal(err)
		}
		c.Close()
		if i%200 == 0 {
			s.works()
		}
	}
	s.stayedBelow(200)
}
