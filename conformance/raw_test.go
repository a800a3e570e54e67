package conformance

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// raw runs body on bare connections, in clear and over TLS if that is known.
func raw(t *testing.T, body func(t *testing.T, dial func() net.Conn)) {
	t.Helper()
	f := func(name string, dial func() (net.Conn, error)) {
		t.Run(name, func(t *testing.T) {
			body(t, func() net.Conn {
				t.Helper()
				c, err := dial()
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { c.Close() })
				if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
					t.Fatal(err)
				}
				return c
			})
		})
	}
	d := &net.Dialer{}
	f("in clear", func() (net.Conn, error) { return d.DialContext(t.Context(), "tcp", host()) })
	if secureEndpoint != "" {
		secure := &tls.Dialer{NetDialer: d, Config: &tls.Config{RootCAs: authorities}}
		f("over TLS", func() (net.Conn, error) { return secure.DialContext(t.Context(), "tcp", host()) })
	}
}

// written is a signed ListStreams as it goes over the wire.
func written(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	c := newClient(t, asJSON)
	if err := c.request(target+"ListStreams", c.enc.encode(object{})).Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// statuses sends text and returns the statuses of the replies until there are as
// many as are wanted, or the server hangs up.
func statuses(t *testing.T, c net.Conn, text string, wanted int) (all []int) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	for r := bufio.NewReader(c); len(all) < wanted; {
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			break
		}
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		all = append(all, res.StatusCode)
	}
	return all
}

// HTTP/1.1 as old and simple clients write it: one request after the other without
// waiting, a body that is waited for, the whole URL, the version before (D, RFC
// 9112).
//
//rule:1.1 *
func TestRequestsByHand(t *testing.T) {
	raw(t, func(t *testing.T, dial func() net.Conn) {
		whole := written(t)
		f := func(name, text string, want ...int) {
			t.Helper()
			if got := statuses(t, dial(), text, len(want)); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
		}
		f("three at once", whole+whole+whole, 200, 200, 200)
		f("Expect", strings.Replace(whole, "\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n", 1), 100, 200)
		f("another expectation", strings.Replace(whole, "\r\n\r\n", "\r\nExpect: coffee\r\n\r\n", 1), 417)
		f("the whole URL", strings.Replace(whole, "POST /", "POST "+endpoint+"/", 1), 200)
		f("HTTP/1.0", strings.Replace(whole, "HTTP/1.1", "HTTP/1.0", 1), 200)
		f("what is no request", "\x00\x01\x02 and some more\r\n\r\n", 400)
		f("a request and garbage", whole+"garbage\r\n\r\n", 200, 400)
	})
}

// What begins like TLS and is none is hung up on, and nothing in it is a request.
//
//rule:1.1 *
func TestWhatOnlyBeginsLikeTLS(t *testing.T) {
	whole := written(t)
	for _, head := range []string{"\x16", "\x16\x03\x01", "\x16\x03\x01\xff\xff", "\x16\x03\x01\x00\x04\x01\x00\x00\x00", "\x16\x16\x16\x16\x16\x16"} {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", host())
		if err != nil {
			t.Fatal(err)
		}
		if got := statuses(t, c, head+whole, 1); got != nil {
			t.Errorf("% x is answered with %v", head, got)
		}
		c.Close()
	}
	newClient(t, asJSON).must("ListStreams", object{})
}
