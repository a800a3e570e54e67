package server

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"sync/atomic"
	"syscall"
	"time"
)

// errTLS is what a handshake on the plaintext port is logged with.
var errTLS = errors.New("a client began a TLS handshake, but this port speaks plaintext: use http:// in its endpoint")

// sniffingListener gives out connections that notice a TLS handshake.
type sniffingListener struct {
	net.Listener
	logger *slog.Logger
	logged atomic.Int64 // when the last handshake was logged, in Unix seconds
}

func (l *sniffingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &sniffedConn{Conn: c, listener: l}, nil
}

// sniffedConn looks at the first byte that arrives. It does so in the Read that
// the HTTP server makes anyway, under its deadline, so that it costs no
// goroutine and no buffer.
type sniffedConn struct {
	net.Conn
	listener *sniffingListener
	sniffed  bool // only the connection's own reader touches it
	// bounded says that who writes has set a deadline of its own.
	bounded atomic.Bool
}

// Write takes no longer than writeTimeout, unless there is a deadline that
// another has set. It is for what is flushed when nobody looks any more: small
// answers, and the end of large ones.
func (c *sniffedConn) Write(p []byte) (int, error) {
	if !c.bounded.Load() {
		_ = c.Conn.SetWriteDeadline(time.Now().Add(writeTimeout)) // fails if it is closed, as the Write will
	}
	return c.Conn.Write(p)
}

func (c *sniffedConn) SetWriteDeadline(t time.Time) error {
	c.bounded.Store(!t.IsZero())
	return c.Conn.SetWriteDeadline(t)
}

func (c *sniffedConn) SetDeadline(t time.Time) error {
	c.bounded.Store(!t.IsZero())
	return c.Conn.SetDeadline(t)
}

const recordHandshake = 0x16

// alertHandshakeFailure is a fatal alert in a record of TLS 1.0, which every
// version reads (RFC 8446, 5.1 and 6).
var alertHandshakeFailure = []byte{0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 40}

func (c *sniffedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.sniffed || n == 0 {
		return n, err
	}
	c.sniffed = true
	if p[0] != recordHandshake {
		return n, err
	}
	_, _ = c.Write(alertHandshakeFailure) // a client that is gone needs none
	c.listener.logTLS(c.RemoteAddr())
	return 0, io.EOF
}

// CloseWrite lets the HTTP server end a connection without cutting off a reply
// that is under way; it looks for the method.
func (c *sniffedConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// logTLS writes a line at most every ten seconds: such clients try again.
func (l *sniffingListener) logTLS(from net.Addr) {
	now := time.Now().Unix()
	last := l.logged.Load()
	if now-last >= 10 && l.logged.CompareAndSwap(last, now) {
		l.logger.Warn("connection refused", "from", from, "err", errTLS)
	}
}

// listenError says what to do about a port that cannot be had.
func listenError(addr string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return &net.OpError{Op: "listen", Net: "tcp", Err: errors.New(addr +
			" is in use by another program, perhaps another freshet or LocalStack: stop it, or choose another address with --listen")}
	}
	return err
}
