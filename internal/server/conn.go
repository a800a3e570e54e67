package server

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"
)

// accepted is a connection below TLS, if there is any. What is written to it, by
// TLS itself too, takes no longer than writeTimeout, unless there is a deadline
// that another has set. It is for what is flushed when nobody looks any more:
// small answers, the end of large ones, and what TLS has to say.
type accepted struct {
	net.Conn
	// bounded says that who writes has set a deadline of its own.
	bounded atomic.Bool
	// head was read before TLS began, and is what TLS begins with. Only the
	// connection's own reader touches it.
	head []byte
}

func (c *accepted) Read(p []byte) (int, error) {
	if len(c.head) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.head)
	if c.head = c.head[n:]; len(c.head) == 0 {
		c.head = nil
	}
	return n, nil
}

func (c *accepted) Write(p []byte) (int, error) {
	if !c.bounded.Load() {
		_ = c.Conn.SetWriteDeadline(time.Now().Add(writeTimeout)) // fails if it is closed, as the Write will
	}
	return c.Conn.Write(p)
}

func (c *accepted) SetWriteDeadline(t time.Time) error {
	c.bounded.Store(!t.IsZero())
	return c.Conn.SetWriteDeadline(t)
}

func (c *accepted) SetDeadline(t time.Time) error {
	c.bounded.Store(!t.IsZero())
	return c.Conn.SetDeadline(t)
}

// portConn is what the HTTP server sees: the client's bytes, after TLS if that is
// what it began with. The first byte tells. It is looked at in the Read that the
// HTTP server makes anyway, in the connection's own goroutine and under the
// deadline of a header, so that it costs no goroutine and no buffer.
//
// It is no *tls.Conn and does not say that it has one (ConnectionState): the HTTP
// server then finds out itself which version is spoken, by the preface of HTTP/2,
// and takes that with ALPN, without it, and without TLS.
type portConn struct {
	accepted
	port    *portListener
	from    netip.Prefix // whose place in the crowd it takes
	left    atomic.Bool  // it gave that back
	sniffed bool         // only the connection's own reader touches it
	refused bool         // the same
	// secure is set when the handshake is over.
	secure atomic.Pointer[secure]
}

// secure is a connection after its handshake.
type secure struct {
	*tls.Conn
	state tls.ConnectionState
}

// recordHandshake is how TLS begins (RFC 8446, 5.1); no method of HTTP does.
const recordHandshake = 0x16

func (c *portConn) Read(p []byte) (int, error) {
	if s := c.secure.Load(); s != nil {
		return s.Read(p)
	}
	if c.refused {
		return 0, io.EOF
	}
	n, err := c.accepted.Read(p)
	if c.sniffed || n == 0 {
		return n, err
	}
	c.sniffed = true
	if p[0] != recordHandshake {
		return n, err
	}
	if !c.startTLS(p[:n]) {
		c.refused = true // what else it sends is no request
		return 0, io.EOF
	}
	return c.secure.Load().Read(p)
}

// startTLS makes the handshake that begins with head, and reports whether the
// connection is good for requests.
func (c *portConn) startTLS(head []byte) bool {
	if c.port.tls == nil {
		_, _ = c.accepted.Write(alertHandshakeFailure) // a client that is gone needs none
		if c.port.seldom() {
			c.port.logger.Warn("connection refused", "from", c.RemoteAddr(), "err", errTLSOff)
		}
		return false
	}
	c.head = bytes.Clone(head) // who reads owns it
	_ = c.accepted.SetDeadline(time.Now().Add(handshakeTimeout))
	conn := tls.Server(&c.accepted, c.port.tls)
	if err := conn.HandshakeContext(context.Background()); err != nil { // what ends the server closes connections
		c.port.logHandshake(c.RemoteAddr(), err)
		return false
	}
	// The header of the first request has its time from here.
	_ = c.SetReadDeadline(time.Now().Add(c.port.headerTimeout))
	_ = c.SetWriteDeadline(time.Time{})
	c.secure.Store(&secure{conn, conn.ConnectionState()})
	return true
}

func (c *portConn) Write(p []byte) (int, error) {
	if s := c.secure.Load(); s != nil {
		return s.Write(p)
	}
	return c.accepted.Write(p)
}

// Close tells a client that speaks TLS that this is the end, and no accident.
func (c *portConn) Close() error {
	if c.left.CompareAndSwap(false, true) {
		defer c.port.crowd.leave(c.from)
	}
	if s := c.secure.Load(); s != nil {
		return s.Close()
	}
	return c.accepted.Close()
}

// CloseWrite lets the HTTP server end a connection without cutting off a reply
// that is under way; it looks for the method.
func (c *portConn) CloseWrite() error {
	if s := c.secure.Load(); s != nil {
		if err := s.CloseWrite(); err != nil {
			return err
		}
	}
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// connKey is the key of a request's context for the portConn that it came by.
type connKey struct{}

func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// tellTLS sets r.TLS if r came by TLS: the HTTP server does not know.
func tellTLS(r *http.Request) {
	c, ok := r.Context().Value(connKey{}).(*portConn)
	if !ok || r.TLS != nil {
		return
	}
	if s := c.secure.Load(); s != nil {
		r.TLS = &s.state
	}
}
