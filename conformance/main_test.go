package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet"
)

// endpoint is the server's URL, without a slash at the end.
var endpoint = os.Getenv("FRESHET_ENDPOINT")

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(code)
}

// run starts a server in memory unless there is one, runs the tests, and waits
// for the server's end.
func run(m *testing.M) (code int, err error) {
	if endpoint != "" {
		if err := knowOther(); err != nil {
			return 0, err
		}
		return m.Run(), nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	endpoint = "http://" + l.Addr().String()
	s, err := freshet.New(freshet.Options{Durability: freshet.DurabilityMemory, Listener: l})
	if err != nil {
		return 0, err
	}
	end, err := serve(s)
	if err == nil {
		err = knowSecure(s.TLSEndpoint(), s.CA())
	}
	if err == nil {
		code = m.Run()
	}
	return code, errors.Join(err, end())
}

// serve runs s until end is called, which waits for it. It returns when s is
// ready, or has failed.
func serve(s *freshet.Server) (end func() error, err error) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	end = func() error { cancel(); return errors.Join(<-ended, s.Close()) }
	select {
	case <-s.Ready():
		return end, nil
	case err := <-ended:
		ended <- nil
		return end, err
	}
}

// ahead runs body in JSON and in CBOR against a server in memory of its own, in a
// bubble whose clock runs ahead when everything waits: see pass. It tries rules
// of minutes and hours, and statuses that pass in an instant elsewhere.
func ahead(t *testing.T, o freshet.Options, body func(c *client)) {
	t.Helper()
	for _, e := range []encoding{asJSON, asCBOR} {
		t.Run(e.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { inBubble(t, o, e, body) })
		})
	}
}

func inBubble(t *testing.T, o freshet.Options, e encoding, body func(c *client)) {
	o.Durability, o.Listen = freshet.DurabilityMemory, freshet.NoListener
	s, err := freshet.New(o)
	if err != nil {
		t.Fatal(err)
	}
	end, err := serve(s)
	defer func() {
		if err := end(); err != nil {
			t.Error(err)
		}
	}()
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, e)
	c.url = "http://localhost"
	c.http = &http.Client{Transport: direct{s.Handler()}}
	body(c)
}

// pass lets d go by on the clock of the bubble, which costs no time, and returns
// when the server has done what fell due.
func (c *client) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// direct hands requests to a handler without a connection, which no bubble can
// see through.
type direct struct{ handler http.Handler }

func (d direct) RoundTrip(req *http.Request) (*http.Response, error) {
	req.Host = req.URL.Host
	req.RequestURI = req.URL.RequestURI()
	w := &answer{header: http.Header{}, begun: make(chan *http.Response, 1)}
	w.more.L = &w.mu
	go func() {
		defer w.end()
		d.handler.ServeHTTP(w, req)
		w.WriteHeader(http.StatusOK) // unless there was another
	}()
	return <-w.begun, nil
}

// answer is what a handler writes and a client reads, which may be slower: there is
// room for all of it.
type answer struct {
	header http.Header
	begun  chan *http.Response // gets the response when it has begun
	status int                 // the handler's own

	mu    sync.Mutex
	more  sync.Cond
	body  bytes.Buffer
	ended bool
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status != 0 {
		return
	}
	a.status = status
	res := &http.Response{StatusCode: status, Proto: "HTTP/1.1", Header: http.Header{}, Body: a, ContentLength: -1}
	for name, values := range a.header { // as reading from a connection does
		for _, v := range values {
			res.Header.Add(name, v)
		}
	}
	if n, err := strconv.ParseInt(res.Header.Get("Content-Length"), 10, 64); err == nil {
		res.ContentLength = n
	}
	a.begun <- res
}

func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.more.Broadcast()
	return a.body.Write(p)
}

func (a *answer) Flush() {}

func (a *answer) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ended = true
	a.more.Broadcast()
}

func (a *answer) Read(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.body.Len() == 0 && !a.ended {
		a.more.Wait()
	}
	return a.body.Read(p)
}

func (a *answer) Close() error { return nil }
