package wire_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/wiretest"
)

// http2Over is an HTTP/2 client whose connections are p's.
func http2Over(p *pipes) *http.Transport {
	tr := &http.Transport{Protocols: new(http.Protocols)}
	tr.Protocols.SetUnencryptedHTTP2(true)
	tr.DialContext = func(context.Context, string, string) (net.Conn, error) { return p.dial(), nil }
	return tr
}

// exchanged sends one request and returns the status, and whether it went over
// a connection that was there before.
func exchanged(t *testing.T, tr *http.Transport, method string, body io.Reader) (status int, reused bool) {
	t.Helper()
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { reused = info.Reused }}
	r, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), method, "http://x/", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = codecs[0].call("").Header
	res, err := tr.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Fatal(err)
	}
	if res.Header.Get("Connection") != "" {
		t.Errorf("%s: a Connection header over HTTP/2", method)
	}
	return res.StatusCode, reused
}

// An HTTP/2 connection carries the other calls of a consumer: what is wrong with
// one request does not end it.
func TestRefusedBodyDoesNotEndTheHTTP2Connection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := serve(echo, func(o *wire.Options) { o.MaxBody = 64 << 10 })
		inBubble(t, h, func(p *pipes) {
			tr := http2Over(p)
			defer tr.CloseIdleConnections()
			f := func(method string, body io.Reader, status int) {
				t.Helper()
				if got, _ := exchanged(t, tr, method, body); got != status {
					t.Errorf("%s: status %d, want %d", method, got, status)
				}
				synctest.Wait()
				if got, reused := exchanged(t, tr, "POST", strings.NewReader("{}")); got != 200 || !reused {
					t.Errorf("after %s with status %d: status %d, the same connection: %v", method, status, got, reused)
				}
			}
			unended := func() io.Reader { // a body that stops and never ends
				r, w := io.Pipe()
				go w.Write([]byte(`{"Text":`))
				t.Cleanup(func() { w.Close() })
				return r
			}
			if got, _ := exchanged(t, tr, "POST", strings.NewReader("{}")); got != 200 {
				t.Fatalf("status %d", got)
			}
			tooLong := strings.Repeat(" ", 100_000)
			f("POST", strings.NewReader(tooLong), http.StatusRequestEntityTooLarge)
			f("POST", hidden{strings.NewReader(tooLong)}, http.StatusRequestEntityTooLarge)
			f("GET", strings.NewReader(tooLong), http.StatusForbidden)
			f("OPTIONS", strings.NewReader(tooLong), http.StatusForbidden)
			f("PUT", unended(), http.StatusForbidden)
			begin := time.Now()
			f("POST", unended(), http.StatusRequestTimeout)
			if waited := time.Since(begin); waited != 20*time.Second+time.Second/16 { // the grace, and 4 KiB at 64 KiB/s
				t.Errorf("cut off after %v", waited)
			}
		})
	})
}

// A stream whose client opens no window holds its answer no longer than a
// connection does, and the connection lives on.
func TestHTTP2ClientThatDoesNotReadIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer := 8 << 20 // more than the client's window
		h := serve(func(context.Context, access.Caller, *wiretest.Everything) (*wiretest.Everything, error) {
			return &wiretest.Everything{Data: make([]byte, answer)}, nil
		})
		inBubble(t, h, func(p *pipes) {
			tr := http2Over(p)
			defer tr.CloseIdleConnections()
			r, err := http.NewRequestWithContext(t.Context(), "POST", "http://x/", strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			r.Header = codecs[0].call("").Header
			res, err := tr.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			time.Sleep(5 * time.Minute) // in the bubble: longer than the patience for 11 MiB
			if o := h.last(t); o.Status != 200 || o.BytesOut > int64(answer) {
				t.Errorf("observed %+v", o)
			}
			if _, err := io.Copy(io.Discard, res.Body); err == nil {
				t.Error("the answer was not cut off")
			}
			answer = 10
			if status, reused := exchanged(t, tr, "POST", strings.NewReader("{}")); status != 200 || !reused {
				t.Errorf("status %d, the same connection: %v", status, reused)
			}
		})
	})
}
