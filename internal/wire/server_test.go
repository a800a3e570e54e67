package wire_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/wiretest"
)

// listen serves h on a port of the kernel's choosing, over HTTP/1.1 and over
// HTTP/2 in clear with prior knowledge.
func listen(t *testing.T, h http.Handler) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := server(h)
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return l.Addr().String()
}

// server speaks either protocol.
func server(h http.Handler) *http.Server {
	s := &http.Server{Handler: h, Protocols: new(http.Protocols)}
	s.Protocols.SetHTTP1(true)
	s.Protocols.SetUnencryptedHTTP2(true)
	return s
}

// clients are an HTTP/1.1 and an HTTP/2 client.
func clients(t *testing.T) map[string]*http.Client {
	one, two := &http.Transport{}, &http.Transport{Protocols: new(http.Protocols)}
	two.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(one.CloseIdleConnections)
	t.Cleanup(two.CloseIdleConnections)
	return map[string]*http.Client{"HTTP/1.1": {Transport: one}, "HTTP/2.0": {Transport: two}}
}

func post(t *testing.T, client *http.Client, c codec, address string, body io.Reader) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest("POST", "http://"+address+"/any/path", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = c.call("").Header
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(got)
}

// hidden keeps http.NewRequest from learning the length.
type hidden struct{ io.Reader }

func TestBodiesOfManySizesOverEitherProtocol(t *testing.T) {
	h := serve(echo, func(o *wire.Options) { o.MaxBody = 3 << 20 })
	address := listen(t, h)
	for protocol, client := range clients(t) {
		inEach(t, func(t *testing.T, c codec) {
			for _, n := range []int{0, 100, 4000, 50_000, 70_000, 200_000, 1_100_000, 2_000_000} {
				data := bytes.Repeat([]byte("freshet!"), n/8)
				body := c.body(&wiretest.Everything{Data: data})
				for _, reader := range []io.Reader{strings.NewReader(body), hidden{strings.NewReader(body)}} {
					res, got := post(t, client, c, address, reader)
					if res.StatusCode != 200 || got != body || res.Proto != protocol {
						t.Errorf("%s: %d bytes came back as %d, status %d, %s", protocol, len(body), len(got), res.StatusCode, res.Proto)
					}
				}
			}
		})
	}
}

// A body's length may be a buffer's, or the largest, to the byte.
func TestBodyOfExactLength(t *testing.T) {
	const largest = 256 << 10
	h := serve(echo, func(o *wire.Options) { o.MaxBody = largest })
	address := listen(t, h)
	c := codecs[0]
	for protocol, client := range clients(t) {
		for _, n := range []int{4096, 64 << 10, 64<<10 + 1, 128 << 10, largest - 1, largest, largest + 1} {
			body := "{" + strings.Repeat(" ", n-2) + "}"
			for _, reader := range []io.Reader{strings.NewReader(body), hidden{strings.NewReader(body)}} {
				want := http.StatusOK
				if n > largest {
					want = http.StatusRequestEntityTooLarge
				}
				res, got := post(t, client, c, address, reader)
				if res.StatusCode != want || want != 200 && got != "" {
					t.Errorf("%s, %d bytes: status %d, body %.60q", protocol, n, res.StatusCode, got)
				}
			}
		}
	}
	if o := h.last(t); o.Code != "RequestTooLarge" || o.Operation != "" {
		t.Errorf("observed %+v", o)
	}
}

// pipes is a listener whose connections are pipes, so that it lives in a bubble.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// dial connects to the handler inside the bubble of a test.
func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	p.conns <- server
	return client
}

func inBubble(t *testing.T, h http.Handler, f func(p *pipes)) {
	p := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	s := server(h)
	served := make(chan struct{})
	go func() { s.Serve(p); close(served) }()
	f(p)
	s.Close()
	<-served
}

const half = "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: " + wire.JSON + "\r\nX-Amz-Target: Test_20260101.Do\r\nX-Amz-Date: x\r\n" +
	"Authorization: " + authorization + "\r\nContent-Length: %d\r\n\r\n%s"

func TestClientThatStopsHalfwayIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := serve(echo)
		inBubble(t, h, func(p *pipes) {
			begin := time.Now()
			conn := p.dial()
			defer conn.Close()
			fmt.Fprintf(conn, half, 100_000, `{"Text":`)
			in := bufio.NewReader(conn)
			res, err := http.ReadResponse(in, nil)
			if err != nil {
				t.Fatal(err)
			}
			if res.StatusCode != http.StatusRequestTimeout || !res.Close {
				t.Errorf("status %d, close %v", res.StatusCode, res.Close)
			}
			// The grace of 20 s, and the time that a buffer of 4 KiB takes at 64 KiB/s.
			if waited := time.Since(begin); waited != 20*time.Second+time.Second/16 {
				t.Errorf("cut off after %v", waited)
			}
			if _, err := in.ReadByte(); err != io.EOF {
				t.Errorf("the connection is still there: %v", err)
			}
			if o := h.last(t); o.Code != "RequestTimeout" || o.BytesIn != 8 {
				t.Errorf("observed %+v", o)
			}
		})
	})
}

// A body that is not wanted is not waited for without end.
func TestUnwantedBodyIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inBubble(t, serve(echo), func(p *pipes) {
			for _, method := range []string{"GET", "OPTIONS", "PUT"} {
				conn := p.dial()
				fmt.Fprintf(conn, strings.Replace(half, "POST", method, 1), 100, `{`)
				in := bufio.NewReader(conn)
				res, err := http.ReadResponse(in, nil)
				if err != nil || res.StatusCode != 403 || !res.Close {
					t.Fatalf("%s: %v, %v", method, res, err)
				}
				if _, err := io.Copy(io.Discard, in); err != nil {
					t.Errorf("%s: %v", method, err)
				}
			}
		})
	})
}

func TestClientThatLeavesHalfway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := serve(echo)
		inBubble(t, h, func(p *pipes) {
			conn := p.dial()
			fmt.Fprintf(conn, half, 100, `{"Text":`)
			conn.Close()
			synctest.Wait()
			if o := h.last(t); o.Code != "ClientClosed" {
				t.Errorf("observed %+v", o)
			}
		})
	})
}

// The deadline for a body must not end the operation that comes after it.
func TestOperationMayLastLongerThanABody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := serve(func(ctx context.Context, _ access.Caller, in *wiretest.Everything) (*wiretest.Everything, error) {
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(time.Hour):
				return in, nil
			}
		})
		inBubble(t, h, func(p *pipes) {
			conn := p.dial()
			defer conn.Close()
			for range 2 { // and the connection lives on
				fmt.Fprintf(conn, half, 2, `{}`)
				res, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil || res.StatusCode != 200 {
					t.Fatalf("%v, %v", res, err)
				}
				io.Copy(io.Discard, res.Body)
			}
		})
	})
}

// Bodies beyond the budget wait for those before them, however slow, and their
// clients' time does not run meanwhile.
func TestBodiesBeyondTheBudgetWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		proceed := make(chan struct{})
		h := serve(func(_ context.Context, _ access.Caller, in *wiretest.Everything) (*wiretest.Everything, error) {
			<-proceed
			return in, nil
		}, func(o *wire.Options) { o.MaxBody, o.BodyBudget = 64<<10, 128<<10 })
		inBubble(t, h, func(p *pipes) {
			body := "{" + strings.Repeat(" ", 60_000) + "}"
			conns := make([]net.Conn, 4)
			answers := make(chan int, len(conns))
			for i := range conns {
				conns[i] = p.dial()
				go func() {
					fmt.Fprintf(conns[i], half, len(body), body)
					res, err := http.ReadResponse(bufio.NewReader(conns[i]), nil)
					if err != nil {
						t.Error(err)
						return
					}
					answers <- res.StatusCode
				}()
				synctest.Wait()
			}
			time.Sleep(time.Hour) // in the bubble: longer than any patience
			if len(answers) > 0 {
				t.Fatalf("answered %d before the operation", <-answers)
			}
			for range conns {
				proceed <- struct{}{}
				if status := <-answers; status != 200 {
					t.Errorf("status %d", status)
				}
			}
			for _, c := range conns {
				c.Close()
			}
		})
	})
}

// Clients that claim long bodies and send nothing, or little, keep nobody out.
func TestClaimsKeepNobodyOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := serve(echo, func(o *wire.Options) { o.MaxBody, o.BodyBudget = 1<<20, 3<<20 })
		inBubble(t, h, func(p *pipes) {
			var conns []net.Conn
			claim := func(n int, sent string) {
				for range n {
					conns = append(conns, p.dial())
					fmt.Fprintf(conns[len(conns)-1], half, 1<<20, sent)
				}
				synctest.Wait()
			}
			claim(500, "")
			claim(30, `{"Text":`)
			conn := p.dial()
			defer func() {
				for _, c := range append(conns, conn) {
					c.Close()
				}
				time.Sleep(time.Minute) // in the bubble: until the server has ended them
			}()
			begin := time.Now()
			body := `{"Data":"` + strings.Repeat("AAAA", 10_000) + `"}`
			fmt.Fprintf(conn, half, len(body), body)
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil || res.StatusCode != 200 {
				t.Fatalf("%v, %v", res, err)
			}
			if waited := time.Since(begin); waited != 0 {
				t.Errorf("a whole body waited %v for those that only claim one", waited)
			}
		})
	})
}

// A client that does not read its answer holds no buffer for ever.
func TestClientThatDoesNotReadIsCutOff(t *testing.T) {
	for _, size := range []int{2900, 1 << 20} {
		synctest.Test(t, func(t *testing.T) {
			h := serve(func(context.Context, access.Caller, *wiretest.Everything) (*wiretest.Everything, error) {
				return &wiretest.Everything{Data: make([]byte, size)}, nil
			})
			inBubble(t, h, func(p *pipes) {
				conn := p.dial()
				fmt.Fprintf(conn, half, 2, `{}`)
				time.Sleep(time.Minute) // in the bubble: longer than the patience for 1.4 MiB
				if o := h.last(t); o.Status != 200 || o.BytesOut > 10_000 || o.Duration > time.Minute {
					t.Errorf("observed %+v", o)
				}
				conn.Close()
			})
		})
	}
}
