package server

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

// Certificates are what the port shows to clients that speak TLS. The methods are
// called at once.
type Certificates interface {
	// GetCertificate is tls.Config's. It must not wait for a client.
	GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error)
	// AuthorityPEM is the certificate that clients must be told to trust, nil if
	// they know it.
	AuthorityPEM() []byte
}

// handshakeTimeout bounds a handshake, from its first byte to its last. A client
// that sends no byte has Options.HeaderTimeout.
const handshakeTimeout = 10 * time.Second

// errTLSOff is what a handshake on a port without TLS is logged with.
var errTLSOff = errors.New("a client began a TLS handshake, but server.tls is off: use http:// in its endpoint")

// alertHandshakeFailure is a fatal alert in a record of TLS 1.0, which every
// version reads (RFC 8446, 5.1 and 6).
var alertHandshakeFailure = []byte{0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 40}

// tlsConfig is how TLS is spoken, nil if it is not.
func (s *Server) tlsConfig() *tls.Config {
	if s.o.Certificates == nil {
		return nil
	}
	return &tls.Config{
		GetCertificate: s.o.Certificates.GetCertificate,
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
	}
}

// logHandshake tells of a handshake that failed, unless the client was merely
// gone or too slow.
func (l *portListener) logHandshake(from net.Addr, err error) {
	var timeout net.Error
	if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || errors.As(err, &timeout) && timeout.Timeout() {
		return
	}
	if l.seldom() {
		l.logger.Warn("TLS handshake failed", "from", from, "err", err)
	}
}

// authority serves the certificate that clients must be told to trust. It is as
// public as the certificate that every handshake shows.
func (s *Server) authority(w http.ResponseWriter, _ *http.Request) {
	text := s.o.Certificates.AuthorityPEM()
	if text == nil {
		http.Error(w, "This server has a certificate of its user's, and no authority of its own.", http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/x-pem-file")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(text) // a client that is gone needs no answer
}
