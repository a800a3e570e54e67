package conformance

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
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
	rec := httptest.NewRecorder()
	req.Host = req.URL.Host
	req.RequestURI = req.URL.RequestURI()
	d.handler.ServeHTTP(rec, req)
	res := rec.Result()
	res.ContentLength = int64(rec.Body.Len())
	header := http.Header{}
	for name, values := range res.Header { // as reading from a connection does
		for _, v := range values {
			header.Add(name, v)
		}
	}
	res.Header = header
	return res, nil
}
