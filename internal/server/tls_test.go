package server

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/certificate"
)

// secureOptions are options with TLS on, and what a client needs.
func secureOptions(t *testing.T, listener net.Listener) (Options, *tls.Config) {
	t.Helper()
	o := options(listener)
	local, err := certificate.NewLocal(certificate.NamesOf("", nil), o.Logger)
	if err != nil {
		t.Fatal(err)
	}
	o.Certificates = local
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(local.AuthorityPEM())
	return o, &tls.Config{RootCAs: roots, ServerName: "localhost"}
}

// serveWith runs a server whose requests handler answers.
func serveWith(t *testing.T, o Options, handler http.Handler) (s *Server, stop func() error) {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	s.handler = handler
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	<-s.Ready()
	return s, func() error { cancel(); return <-ended }
}

// Clients come in every way there is, old Java ones with HTTP/2 that TLS was not
// told of (clients.md, 2.1). All meet on one port.
func TestEveryHTTPVersionInClearAndOverTLS(t *testing.T) {
	o, client := secureOptions(t, nil)
	o.Listen = "127.0.0.1:0"
	s, stop := serveWith(t, o, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tellTLS(r)
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %v %q %v", r.Proto, r.TLS != nil, body, err)
	}))
	f := func(want string, transport http.RoundTripper, scheme string) {
		t.Helper()
		reply, err := transport.RoundTrip(must(t, func() (*http.Request, error) {
			return http.NewRequest("POST", scheme+"://"+s.Address()+"/", strings.NewReader("hello"))
		}))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(reply.Body)
		_ = reply.Body.Close()
		if err != nil || string(body) != want+` "hello" <nil>` {
			t.Errorf("%q, %v; want %s", body, err, want)
		}
	}
	over := func(choose func(*http.Protocols), dial func(addr string) (net.Conn, error), config *tls.Config) http.RoundTripper {
		transport := &http.Transport{Protocols: new(http.Protocols), TLSClientConfig: config, DisableKeepAlives: true}
		choose(transport.Protocols)
		if dial != nil {
			transport.DialContext = func(_ context.Context, _, addr string) (net.Conn, error) { return dial(addr) }
		}
		return transport
	}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		config := client.Clone()
		config.MaxVersion = version
		withoutALPN := func(addr string) (net.Conn, error) { return tls.Dial("tcp", addr, config) }
		f("HTTP/1.1 true", over(func(p *http.Protocols) { p.SetHTTP1(true) }, nil, config.Clone()), "https")
		f("HTTP/2.0 true", over(func(p *http.Protocols) { p.SetHTTP2(true) }, nil, config.Clone()), "https")
		f("HTTP/1.1 true", over(func(p *http.Protocols) { p.SetHTTP1(true) }, withoutALPN, nil), "http")
		f("HTTP/2.0 true", over(func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) }, withoutALPN, nil), "http")
	}
	f("HTTP/1.1 false", over(func(p *http.Protocols) { p.SetHTTP1(true) }, nil, nil), "http")
	f("HTTP/2.0 false", over(func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) }, nil, nil), "http")
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func must[T any](t *testing.T, f func() (T, error)) T {
	t.Helper()
	v, err := f()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestOldTLSIsRefused(t *testing.T) {
	o, client := secureOptions(t, nil)
	o.Listen = "127.0.0.1:0"
	s, stop := start(t, o)
	client.MinVersion, client.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	if _, err := tls.Dial("tcp", s.Address(), client); err == nil || !strings.Contains(err.Error(), "protocol version") {
		t.Errorf("Dial: %v", err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// recorded keeps what a client writes, so that a handshake can be cut off.
type recorded struct {
	net.Conn
	written bytes.Buffer
}

func (r *recorded) Write(p []byte) (int, error) { return r.written.Write(p) }
func (r *recorded) Read([]byte) (int, error)    { return 0, io.EOF }

// clientHello is how a client begins.
func clientHello(config *tls.Config) []byte {
	var r recorded
	_ = tls.Client(&r, config).Handshake() // which fails: nobody answers
	return r.written.Bytes()
}

// Wherever a client stops in its handshake, it is not waited for longer than a
// client that stops in a header.
func TestSlowHandshakesTimeOut(t *testing.T) {
	_, config := secureOptions(t, nil)
	hello := clientHello(config)
	f := func(name string, sent []byte, reads bool) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				listener := newPipes()
				o, _ := secureOptions(t, listener)
				_, stop := start(t, o)
				c := listener.dial(t)
				began := time.Now()
				write(t, c, string(sent))
				if reads {
					_, _ = io.Copy(io.Discard, c) // until the server hangs up
				} else {
					for { // a pipe tells a writer that its reader is gone
						time.Sleep(time.Second)
						if _, err := c.Write(nil); err != nil {
							break
						}
					}
				}
				if took := time.Since(began); took > 12*time.Second {
					t.Errorf("it was waited for %s", took)
				}
				if err := stop(); err != nil {
					t.Error(err)
				}
			})
		})
	}
	f("one byte", hello[:1], true)
	f("a header", hello[:5], true)
	f("half a hello", hello[:len(hello)/2], true)
	f("a hello and no more", hello, true)
	f("a hello and nothing read", hello, false)
}

// After a handshake the header has its time, and idle connections theirs.
func TestSlowHeadersTimeOutOverTLS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := newPipes()
		o, config := secureOptions(t, listener)
		_, stop := start(t, o)
		f := func(sent string, want time.Duration) {
			t.Helper()
			c := tls.Client(listener.dial(t), config)
			write(t, c, sent)
			if strings.HasSuffix(sent, "}") {
				if status, body := readReply(t, c); status != 200 {
					t.Errorf("status %d: %s", status, body)
				}
			}
			began := time.Now()
			if _, err := io.Copy(io.Discard, c); err != nil {
				t.Errorf("%q: it was not ended in TLS's words: %v", sent, err)
			}
			if took := time.Since(began); took < want || took > want+time.Second {
				t.Errorf("%q was waited for %s, want %s", sent, took, want)
			}
		}
		f("POST / HT", 10*time.Second)
		f("POST / HTTP/1.1\r\nHost: x\r\n", 10*time.Second)
		f(listStreams+"{}", 5*time.Minute)
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestClientsThatDoNotReadAreCutOffOverTLS(t *testing.T) {
	f := func(request, more string) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			listener := newPipes()
			o, config := secureOptions(t, listener)
			_, stop := start(t, o)
			c := tls.Client(listener.dial(t), config)
			write(t, c, request)
			began := time.Now()
			for {
				time.Sleep(time.Second)
				if _, err := c.Write([]byte(more)); err != nil {
					break
				}
			}
			// 30 s for the answer, and 5 s that crypto/tls gives its last words.
			if took := time.Since(began); took < 29*time.Second || took > 40*time.Second {
				t.Errorf("cut off after %s", took)
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
		})
	}
	f(listStreams+"{}", "x")
	f("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"+"\x00\x00\x00\x04\x00\x00\x00\x00\x00", // settings
		"\x00\x00\x08\x06\x00\x00\x00\x00\x0012345678") // ping
}

// What follows a handshake that failed is no request, whatever it says.
func TestNothingIsServedAfterAFailedHandshake(t *testing.T) {
	f := func(name string, head []byte) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				listener := newPipes()
				var log bytes.Buffer
				o, _ := secureOptions(t, listener)
				if name == "TLS is off" {
					o.Certificates = nil
				}
				o.Logger = slog.New(slog.NewTextHandler(&log, nil))
				served := false
				_, stop := serveWith(t, o, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served = true }))
				c := listener.dial(t)
				go func() {
					_, _ = c.Write(head)
					_, _ = c.Write([]byte(listStreams + "{}"))
				}()
				answer, _ := io.ReadAll(c)
				if bytes.Contains(answer, []byte("HTTP")) || served {
					t.Errorf("answered %q", answer)
				}
				_ = c.Close()
				if err := stop(); err != nil {
					t.Error(err)
				}
				if n := strings.Count(log.String(), "level=WARN"); n > 1 {
					t.Errorf("%d lines in the log:\n%s", n, log.String())
				}
			})
		})
	}
	f("garbage", []byte("\x16garbage that is no record of TLS"))
	f("a record that is too long", []byte("\x16\x03\x01\xff\xff"))
	f("a hello that is none", []byte("\x16\x03\x01\x00\x04\x01\x00\x00\x00"))
	f("an alert first", []byte("\x16\x03\x01\x00\x02\x15\x03"))
	f("SSL 3", []byte("\x16\x03\x00\x00\x04\x01\x00\x00\x00"))
	f("TLS is off", []byte("\x16\x03\x01\x00\x04\x01\x00\x00\x00"))
}

// An answer before the whole body has come must reach its client: the server
// half-closes and waits a moment, over TLS too.
func TestAnEarlyAnswerIsReadOverTLS(t *testing.T) {
	o, config := secureOptions(t, nil)
	o.Listen = "127.0.0.1:0"
	s, stop := start(t, o)
	c, err := tls.Dial("tcp", s.Address(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	write(t, c, strings.Replace(listStreams, "Content-Length: 2", "Content-Length: 1000000000", 1))
	go func() {
		for { // the client is in the middle of its body
			if _, err := c.Write(make([]byte, 16<<10)); err != nil {
				return
			}
		}
	}()
	reply, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(reply.Body); err != nil || reply.StatusCode != 413 {
		t.Errorf("status %d, %v", reply.StatusCode, err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// Pools of connections over TLS must stay small as well.
func TestManyIdleTLSConnectionsAreSmall(t *testing.T) {
	const connections = 2_000
	synctest.Test(t, func(t *testing.T) {
		listener := newPipes()
		o, config := secureOptions(t, listener)
		_, stop := start(t, o)
		f := func(name string, limit int64, begin func() net.Conn) {
			t.Helper()
			before := heapAndStacks()
			all := make([]net.Conn, connections)
			for i := range all {
				all[i] = begin()
			}
			synctest.Wait()
			each := (heapAndStacks() - before) / connections
			t.Logf("%s: %d bytes each, the client's end in memory included", name, each)
			if each > limit {
				t.Errorf("%s: a connection takes %d bytes", name, each)
			}
			for _, c := range all {
				_ = c.Close()
			}
			synctest.Wait()
		}
		f("idle", 80<<10, func() net.Conn {
			c := tls.Client(listener.dial(t), config)
			write(t, c, listStreams+"{}")
			if status, body := readReply(t, c); status != 200 {
				t.Fatalf("status %d: %s", status, body)
			}
			return c
		})
		hello := clientHello(config)
		f("half a handshake", 32<<10, func() net.Conn {
			c := listener.dial(t)
			write(t, c, string(hello[:len(hello)-1]))
			return c
		})
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestStoppingWithTLSConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := newPipes()
		o, config := secureOptions(t, listener)
		_, stop := start(t, o)
		idle, busy := tls.Client(listener.dial(t), config), tls.Client(listener.dial(t), config)
		write(t, idle, listStreams+"{}")
		if status, body := readReply(t, idle); status != 200 {
			t.Errorf("status %d: %s", status, body)
		}
		write(t, busy, listStreams) // but not its body
		synctest.Wait()
		ended := make(chan error)
		go func() { ended <- stop() }()
		if _, err := io.Copy(io.Discard, idle); err != nil {
			t.Errorf("an idle connection was not ended in TLS's words: %v", err)
		}
		write(t, busy, "{}")
		if status, body := readReply(t, busy); status != 200 {
			t.Errorf("status %d: %s", status, body)
		}
		_, _ = io.Copy(io.Discard, busy)
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

func TestTheAuthorityIsAPage(t *testing.T) {
	o, _ := secureOptions(t, newPipes())
	s := must(t, func() (*Server, error) { return New(o) })
	if w := get(s.Handler(), "GET", "/_freshet/ca.pem"); w.Code != 200 || w.Body.String() != string(o.Certificates.AuthorityPEM()) {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	o.Certificates = nil
	s = must(t, func() (*Server, error) { return New(o) })
	if w := get(s.Handler(), "GET", "/_freshet/ca.pem"); w.Code != 404 {
		t.Errorf("status %d without TLS", w.Code)
	}
}
