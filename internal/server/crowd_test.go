package server

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
)

func TestOrigin(t *testing.T) {
	f := func(address, want string) {
		t.Helper()
		if got := origin(net.TCPAddrFromAddrPort(netip.MustParseAddrPort(address))); got.String() != want {
			t.Errorf("origin(%s) = %s, want %s", address, got, want)
		}
	}
	f("192.0.2.7:1234", "192.0.2.7/32")
	f("[::ffff:192.0.2.7]:1234", "192.0.2.7/32")
	f("[2001:db8:1:2:3:4:5:6]:1", "2001:db8:1:2::/64")
	f("[fe80::1%eth0]:1", "fe80::/64")
	f("[::1]:1", "::1/128")
	if got := origin(&net.UnixAddr{Name: "x"}); got.IsValid() {
		t.Errorf("a socket that has no address is %s", got)
	}
}

func TestCrowd(t *testing.T) {
	c := newCrowd(3, 2, newCrowdMetrics())
	a, b := netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("192.0.2.2/32")
	f := func(from netip.Prefix, want string) {
		t.Helper()
		if got := c.enter(from); got != want {
			t.Errorf("enter = %q, want %q", got, want)
		}
	}
	f(a, "")
	f(a, "")
	f(a, tooManyEach)
	f(b, "")
	f(b, tooMany)
	c.leave(a)
	f(b, "")
	f(a, tooMany)
	c.leave(a)
	c.leave(b)
	c.leave(b)
	if len(c.from) != 0 || c.all != 0 {
		t.Errorf("when all have left, %d are there, of %v", c.all, c.from)
	}
}

// One connection too many is closed at once and told of, those that are there go
// on, and a place that was given back is given out again.
func TestTooManyConnections(t *testing.T) {
	var log bytes.Buffer
	o := options(nil)
	o.Listen = "127.0.0.1:0"
	o.MaxConnectionsPerAddress = 2
	o.Logger = slog.New(slog.NewTextHandler(&log, nil))
	s, stop := start(t, o)
	dial := func() net.Conn {
		t.Helper()
		c, err := net.Dial("tcp", s.Address())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first, second := dial(), dial()
	asks(t, first)
	asks(t, second)
	if n, err := dial().Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the third connection read %d bytes, %v", n, err)
	}
	asks(t, first)
	fmt.Fprintf(second, "GET /_freshet/healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	if _, err := io.Copy(io.Discard, second); err != nil {
		t.Error(err)
	}
	for { // the server gives the place back when it has closed the connection, which we may see before
		c := dial()
		if _, err := fmt.Fprintf(c, "GET /_freshet/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
			continue
		}
		if n, _ := c.Read(make([]byte, 1)); n == 1 {
			break
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if n := strings.Count(log.String(), "too many connections"); n != 1 {
		t.Errorf("%d lines in the log:\n%s", n, log.String())
	}
}

// asks makes a request over c and reads its answer.
func asks(t *testing.T, c net.Conn) {
	t.Helper()
	if _, err := fmt.Fprintf(c, "GET /_freshet/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 4096)
	n, err := c.Read(answer)
	if err != nil || !strings.HasPrefix(string(answer[:n]), "HTTP/1.1 200") {
		t.Fatalf("%q, %v", answer[:n], err)
	}
}
