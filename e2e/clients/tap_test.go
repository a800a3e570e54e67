//go:build e2e

package clients

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync"
	"testing"
)

// tap is a port before a server's, which hears how a client speaks in clear.
type tap struct {
	addr string
	mu   struct {
		sync.Mutex
		// protocols and encodings are what was heard.
		protocols, encodings map[string]bool
	}
}

// listen opens a tap before the server at addr. It ends with the test.
func listen(t *testing.T, addr string) *tap {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &tap{addr: l.Addr().String()}
	p.mu.protocols, p.mu.encodings = map[string]bool{}, map[string]bool{}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return // the listener was closed
			}
			all.Go(func() { p.carry(t, client, addr) })
		}
	})
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		all.Wait()
	})
	return p
}

// carry carries a connection until either end closes it.
func (p *tap) carry(t *testing.T, client net.Conn, addr string) {
	server, err := (&net.Dialer{}).Dial("tcp", addr)
	if err != nil {
		t.Error(err)
		_ = client.Close()
		return
	}
	end := func() {
		_ = client.Close()
		_ = server.Close()
	}
	defer context.AfterFunc(t.Context(), end)() // after a failure; else the server ends it
	var both sync.WaitGroup
	pass := func(to, from net.Conn, hear func([]byte)) {
		both.Go(func() {
			// An end that goes away ends both ways; the client then says what failed.
			_, _ = io.Copy(to, io.TeeReader(from, listener(hear)))
			end()
		})
	}
	pass(server, client, p.request)
	pass(client, server, p.answer)
	both.Wait()
}

type listener func([]byte)

func (l listener) Write(b []byte) (int, error) { l(b); return len(b), nil }

// request hears how a connection begins, or a request in HTTP/1.1.
func (p *tap) request(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case bytes.HasPrefix(b, []byte("PRI * HTTP/2.0")):
		p.mu.protocols["HTTP/2"] = true
	case bytes.Contains(b, []byte(" HTTP/1.1\r\n")):
		p.mu.protocols["HTTP/1.1"] = true
	}
}

// answer hears the name of a member of DescribeStream's answer.
func (p *tap) answer(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	const member = "StreamDescription"
	switch {
	case bytes.Contains(b, []byte(`"`+member+`"`)):
		p.mu.encodings["JSON"] = true
	case bytes.Contains(b, []byte("\x71"+member)): // a text of 17 bytes
		p.mu.encodings["CBOR"] = true
	}
}

// heard checks that the client spoke so, and not otherwise.
func (p *tap) heard(t *testing.T, protocol, encoding string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.mu.protocols) != 1 || !p.mu.protocols[protocol] || len(p.mu.encodings) != 1 || !p.mu.encodings[encoding] {
		t.Errorf("the client spoke %v with %v, want %s with %s", p.mu.protocols, p.mu.encodings, protocol, encoding)
	}
}
