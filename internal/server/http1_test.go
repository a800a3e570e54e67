package server

import (
	"bufio"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// answers sends raw on a new connection and returns the statuses of what comes
// back until the server hangs up, and after how long that was.
func answers(t *testing.T, raw string) (statuses []int, took time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		listener := newPipes()
		_, stop := start(t, options(listener))
		c := listener.dial(t)
		began := time.Now()
		go func() { _, _ = io.WriteString(c, raw) }() // the server may hang up in the middle
		reader := bufio.NewReader(c)
		for {
			reply, err := http.ReadResponse(reader, nil)
			if err != nil {
				break
			}
			_, _ = io.Copy(io.Discard, reply.Body)
			statuses = append(statuses, reply.StatusCode)
		}
		took = time.Since(began)
		_ = c.Close()
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return statuses, took
}

const call = "Content-Type: application/x-amz-json-1.1\r\nX-Amz-Target: Kinesis_20131202.ListStreams\r\n" +
	"Authorization: AWS4-HMAC-SHA256 Credential=test/20261124/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0\r\n" +
	"X-Amz-Date: 20261124T090000Z\r\n"

// post11 is a call with what follows, which says how long its body is.
func post11(rest string) string { return "POST / HTTP/1.1\r\nHost: localhost\r\n" + call + rest }

const chunked = "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"

// Where two programs read one connection differently, the second sees a request
// that the first took for a body (RFC 9112, 11.2). What may be read in two ways is
// refused, or is the last that its connection says.
func TestNoRequestIsSmuggled(t *testing.T) {
	f := func(name, raw string, want ...int) {
		t.Helper()
		got, took := answers(t, raw+listStreams+"{}")
		if !slices.Equal(got, want) || took >= time.Minute {
			t.Errorf("%s: %v, closed after %s; want %v and closed", name, got, took, want)
		}
	}
	f("a length and chunks", post11("Content-Length: 4\r\n"+chunked), 200) // RFC 9112, 6.1: must be closed
	f("chunks", post11(chunked), 200)                                      // net/http tells no difference
	f("chunks in HTTP/1.0", strings.Replace(post11("Connection: keep-alive\r\n"+chunked), "1.1", "1.0", 1), 400)
	f("HTTP/1.0", strings.Replace(post11("Connection: keep-alive\r\nContent-Length: 2\r\n\r\n{}"), "1.1", "1.0", 1), 200)
	f("two lengths", post11("Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"), 400)
	f("a list of lengths", post11("Content-Length: 2, 2\r\n\r\n{}"), 400)
	f("a length with a sign", post11("Content-Length: +2\r\n\r\n{}"), 400)
	f("a length below 0", post11("Content-Length: -2\r\n\r\n{}"), 400)
	f("a hexadecimal length", post11("Content-Length: 0x2\r\n\r\n{}"), 400)
	f("a length beyond 64 bits", post11("Content-Length: 99999999999999999999\r\n\r\n{}"), 400)
	f("an unknown coding", post11(strings.Replace(chunked, "chunked", "xchunked", 1)), 501)
	f("two codings", post11(strings.Replace(chunked, "chunked", "gzip, chunked", 1)), 501)
	f("two headers of codings", post11("Transfer-Encoding: identity\r\n"+chunked), 501)
	f("a coding after a vertical tab", post11(strings.Replace(chunked, " chunked", "\x0bchunked", 1)), 400)
	f("a blank before a colon", post11(strings.Replace(chunked, "Encoding", "Encoding ", 1)), 400)
	f("a folded coding", post11(strings.Replace(chunked, " chunked", "\r\n chunked", 1)), 200)
	f("a chunk's length ended by LF alone", post11("Transfer-Encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n"), 400)
	f("a chunk's length below 0", post11("Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n"), 400)
	f("a chunk's length beyond 64 bits", post11("Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n0\r\n\r\n"), 400)
	f("a chunk that is longer than it says", post11("Transfer-Encoding: chunked\r\n\r\n2\r\n{}x\r\n0\r\n\r\n"), 400)
	f("a header in a trailer", post11("Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nContent-Length: 500\r\nHost: evil.example\r\n\r\n"), 200)
	f("a header behind a CR", post11("A: b\rContent-Length: 500\r\nContent-Length: 2\r\n\r\n{}"), 400)
	f("a header with NUL", post11("A: b\x00c\r\nContent-Length: 2\r\n\r\n{}"), 400)
	f("a name with a blank", post11("A b: c\r\nContent-Length: 2\r\n\r\n{}"), 400)
	f("a first header that is folded", "POST / HTTP/1.1\r\n Host: localhost\r\nHost: localhost\r\n"+call+"Content-Length: 2\r\n\r\n{}", 400)
	f("no host", "POST / HTTP/1.1\r\n"+call+"Content-Length: 2\r\n\r\n{}", 400)
	f("two hosts", post11("Host: localhost\r\nContent-Length: 2\r\n\r\n{}"), 400)
	f("a host with a blank", "POST / HTTP/1.1\r\nHost: local host\r\n"+call+"Content-Length: 2\r\n\r\n{}", 400)
	f("a host with a user", "POST / HTTP/1.1\r\nHost: localhost@evil.example\r\n"+call+"Content-Length: 2\r\n\r\n{}", 400)
	f("another version", strings.Replace(listStreams, "HTTP/1.1", "HTTP/2.0", 1)+"{}", 505)
	f("half a preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", 403)
	f("garbage after a body", listStreams+"{}garbage\r\n\r\n", 200, 400)
	f("a header that is too long", post11("A: "+strings.Repeat("a", 80<<10)+"\r\n\r\n"), 431)
}

// What clients may do, and the connection is good for more.
func TestConnectionsAreKept(t *testing.T) {
	f := func(name, raw string, want ...int) {
		t.Helper()
		got, took := answers(t, raw)
		if !slices.Equal(got, want) || took != 5*time.Minute {
			t.Errorf("%s: %v, closed after %s; want %v and kept", name, got, took, want)
		}
	}
	f("one after the other", listStreams+"{}"+listStreams+"{}"+listStreams+"{}", 200, 200, 200)
	f("an absolute URI", strings.Replace(listStreams, "POST /", "POST http://localhost:4566/", 1)+"{}", 200)
	f("an absolute URI of TLS", strings.Replace(listStreams, "POST /", "POST https://localhost:4566/", 1)+"{}", 200)
	f("an absolute URI with another Host", "POST http://localhost/ HTTP/1.1\r\nHost: evil.example\r\n"+call+"Content-Length: 2\r\n\r\n{}", 200)
	f("the same length twice", post11("Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"), 200)
	f("an upgrade that is not taken", post11("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Length: 2\r\n\r\n{}"), 200)
	f("a body that is waited for", post11("Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}"), 100, 200)
	f("another's host in an absolute URI", strings.Replace(listStreams, "POST /", "POST http://evil.example/", 1)+"{}", 421)
	f("CONNECT", "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost:443\r\n\r\n", 403)
	f("OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", 403)
	f("OPTIONS * for another's host", "OPTIONS * HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421)
}

// A client that asks first is told no before it sends its body, and another
// expectation cannot be met (RFC 9110, 10.1.1).
func TestExpectations(t *testing.T) {
	f := func(raw string, want ...int) {
		t.Helper()
		if got, took := answers(t, raw); !slices.Equal(got, want) || took > 10*time.Second {
			t.Errorf("%q: %v, closed after %s; want %v and closed", raw, got, took, want)
		}
	}
	f(post11("Expect: 100-continue\r\nContent-Length: 1000000000\r\n\r\n"), 413)
	f(strings.Replace(post11("Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"), "POST", "PUT", 1), 403)
	f(post11("Expect: 200-ok\r\nContent-Length: 2\r\n\r\n{}"), 417)
}
