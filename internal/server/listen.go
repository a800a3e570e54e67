package server

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"sync/atomic"
	"syscall"
	"time"
)

// portListener gives out connections that speak plaintext or TLS, as the client
// begins.
type portListener struct {
	net.Listener
	// tls is nil where TLS is refused.
	tls *tls.Config
	// headerTimeout is how long a client has for its first request after a
	// handshake.
	headerTimeout time.Duration
	crowd         *crowd
	logger        *slog.Logger
	logged        atomic.Int64 // when seldom last allowed a line, in Unix seconds
}

// Accept must not wait for a client: all that a connection begins with happens in
// its first Read. One for which there is no place is closed without an answer, which
// would want time.
func (l *portListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from := origin(c.RemoteAddr())
		refusal := l.crowd.enter(from)
		if refusal == "" {
			return &portConn{accepted: accepted{Conn: c}, port: l, from: from}, nil
		}
		_ = c.Close() // of a connection that nobody has used
		if l.seldom() {
			l.logger.Warn("too many connections: one was closed", "from", c.RemoteAddr(), "bound", refusal,
				"max_connections", l.crowd.most, "max_connections_per_address", l.crowd.mostEach)
		}
	}
}

// seldom reports whether a line about a client may be written: at most every ten
// seconds, for such clients try again.
func (l *portListener) seldom() bool {
	now := time.Now().Unix()
	last := l.logged.Load()
	return now-last >= 10 && l.logged.CompareAndSwap(last, now)
}

// listenError says what to do about a port that cannot be had.
func listenError(addr string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return &net.OpError{Op: "listen", Net: "tcp", Err: errors.New(addr +
			" is in use by another program, perhaps another freshet or LocalStack: stop it, or choose another address with --listen")}
	}
	return err
}
