package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/meta/memmeta"
	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/memlog"
)

// options are those of a server in memory, with the root package's defaults.
func options(listener net.Listener) Options {
	return Options{
		Log: memlog.New(), Meta: memmeta.New(), Listener: listener,
		HeaderTimeout: 10 * time.Second, BodyGrace: 20 * time.Second, IdleTimeout: 5 * time.Minute,
		MaxHeaderBytes: 64 << 10, MaxConnections: 20_000, MaxConnectionsPerAddress: 15_000, MaxRequestsPerKey: 10_000, BodyBudget: 256 << 20, Grace: 10 * time.Second, Plaintext: true,
		Version: "test", Metrics: NewMetrics("test"), Logger: slog.New(slog.DiscardHandler),
	}
}

// start runs a server; stop ends it and returns what Run returned.
func start(t *testing.T, o Options) (s *Server, stop func() error) {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	select {
	case <-s.Ready():
	case err := <-ended:
		t.Fatalf("Run: %v", err)
	}
	return s, func() error { cancel(); return <-ended }
}

// pipes is a listener in memory, so that time may be synctest's and connections
// need no descriptors.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 4566} }

func (p *pipes) dial(t *testing.T) net.Conn {
	t.Helper()
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
	case <-p.closed:
		t.Fatal("the listener is closed")
	}
	return ours
}

const listStreams = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.1\r\n" +
	"X-Amz-Target: Kinesis_20131202.ListStreams\r\n" +
	"Authorization: AWS4-HMAC-SHA256 Credential=test/20261124/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0\r\n" +
	"X-Amz-Date: 20261124T090000Z\r\nContent-Length: 2\r\n\r\n"

func readReply(t *testing.T, c net.Conn) (status int, body string) {
	t.Helper()
	reply, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply.StatusCode, string(content)
}

func write(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

func TestRequestsInFlightAreAnsweredWhenStopping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := newPipes()
		_, stop := start(t, options(listener))
		c := listener.dial(t)
		write(t, c, listStreams) // but not its body
		synctest.Wait()
		ended := make(chan error)
		go func() { ended <- stop() }()
		synctest.Wait()
		write(t, c, "{}")
		if status, body := readReply(t, c); status != 200 {
			t.Errorf("status %d: %s", status, body)
		}
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

func TestRequestsAreCutOffAfterTheGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := newPipes()
		_, stop := start(t, options(listener))
		c := listener.dial(t)
		write(t, c, listStreams) // and nothing more
		synctest.Wait()
		began := time.Now()
		if err := stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
		if took := time.Since(began); took < 10*time.Second || took > 12*time.Second {
			t.Errorf("stopping took %s", took)
		}
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("the request was answered")
		}
	})
}

func TestSlowHeadersTimeOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := newPipes()
		_, stop := start(t, options(listener))
		for _, text := range []string{"", "POST / HT", "POST / HTTP/1.1\r\nHost: x\r\n"} {
			c := listener.dial(t)
			if text != "" {
				write(t, c, text)
			}
			began := time.Now()
			_, _ = io.Copy(io.Discard, c) // until the server hangs up
			if took := time.Since(began); took > 11*time.Second {
				t.Errorf("%q was waited for %s", text, took)
			}
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := newPipes()
		_, stop := start(t, options(listener))
		c := listener.dial(t)
		write(t, c, listStreams+"{}")
		if status, body := readReply(t, c); status != 200 {
			t.Fatalf("status %d: %s", status, body)
		}
		began := time.Now()
		_, _ = io.Copy(io.Discard, c)
		if took := time.Since(began); took != 5*time.Minute {
			t.Errorf("closed after %s", took)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// Clients keep pools: ten thousand connections that wait must not cost more than
// a few hundred MiB.
func TestManyIdleConnectionsAreSmall(t *testing.T) {
	const connections = 10_000
	synctest.Test(t, func(t *testing.T) {
		listener := newPipes()
		_, stop := start(t, options(listener))
		before := heapAndStacks()
		all := make([]net.Conn, connections)
		for i := range all {
			all[i] = listener.dial(t)
			write(t, all[i], listStreams+"{}")
			if status, body := readReply(t, all[i]); status != 200 {
				t.Fatalf("status %d: %s", status, body)
			}
		}
		each := (heapAndStacks() - before) / connections
		t.Logf("%d bytes each", each)
		if each > 32<<10 {
			t.Errorf("an idle connection takes %d bytes", each)
		}
		for _, c := range all {
			_ = c.Close()
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func heapAndStacks() int64 {
	for range 2 { // pools give up what they hold with the second
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

// brokenLog fails after it was started, as a log does whose disk failed.
type brokenLog struct {
	shardlog.Log
	fail chan error
}

func (l *brokenLog) Run(ctx context.Context) error { return <-l.fail }

func TestAFailedLogEndsTheServer(t *testing.T) {
	log := &brokenLog{memlog.New(), make(chan error)}
	o := options(newPipes())
	o.Log = log
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Run(t.Context()) }()
	<-s.Ready()
	sync := errors.New("sync failed")
	log.fail <- sync
	if err := <-ended; !errors.Is(err, ErrEngine) || !errors.Is(err, sync) {
		t.Errorf("Run: %v", err)
	}
}

func TestAPortThatIsTakenIsNamed(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	o := options(nil)
	o.Listen = taken.Addr().String()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), o.Listen) || !strings.Contains(err.Error(), "--listen") {
		t.Errorf("Run: %v", err)
	}
}

func TestBothHTTPVersionsOnOnePort(t *testing.T) {
	o := options(nil)
	o.Listen = "127.0.0.1:0"
	s, stop := start(t, o)
	f := func(version int, choose func(*http.Protocols)) {
		t.Helper()
		transport := &http.Transport{Protocols: new(http.Protocols)}
		choose(transport.Protocols)
		defer transport.CloseIdleConnections()
		reply, err := (&http.Client{Transport: transport}).Get(fmt.Sprintf("http://%s/_freshet/healthz", s.Address()))
		if err != nil {
			t.Fatal(err)
		}
		_ = reply.Body.Close()
		if reply.ProtoMajor != version || reply.StatusCode != 200 {
			t.Errorf("status %d over %s", reply.StatusCode, reply.Proto)
		}
	}
	f(1, func(p *http.Protocols) { p.SetHTTP1(true) })
	f(2, func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) })
	if err := stop(); err != nil {
		t.Error(err)
	}
}
