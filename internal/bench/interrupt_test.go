package bench

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"
)

// Who interrupts a run must not wait for its end, nor for a reply.
func TestARunEndsWithItsContext(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	ctx, interrupt := context.WithCancel(t.Context())
	go func() {
		c, err := l.Accept()
		if err == nil {
			_, _ = c.Read(make([]byte, 1))
		}
		interrupt() // and no answer
	}()
	load := Load{Requests: [][]Request{{{Bytes: []byte("POST / HTTP/1.1\r\n\r\n")}}}, Duration: time.Hour}
	began := time.Now()
	_, err = load.Run(ctx, target(t, "http://"+l.Addr().String()))
	if !errors.Is(err, context.Canceled) || time.Since(began) > replyTimeout/2 {
		t.Errorf("Run: %v after %s", err, time.Since(began))
	}
}
