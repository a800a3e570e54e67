package server

import (
	"testing"
	"testing/synctest"
	"time"
)

// A client that asks and takes not one byte of the answer must not keep its
// connection, whichever version it speaks and however small the answer is.
func TestClientsThatDoNotReadAreCutOff(t *testing.T) {
	f := func(request, more string) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			listener := newPipes()
			_, stop := start(t, options(listener))
			c := listener.dial(t)
			write(t, c, request)
			began := time.Now()
			for { // what else it sends is taken until the connection is cut off
				time.Sleep(time.Second)
				if _, err := c.Write([]byte(more)); err != nil {
					break
				}
			}
			if took := time.Since(began); took < 29*time.Second || took > 33*time.Second {
				t.Errorf("cut off after %s", took)
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
		})
	}
	f(listStreams+"{}", "x")
	f("GET /_freshet/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", "x")
	f("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"+"\x00\x00\x00\x04\x00\x00\x00\x00\x00", // settings
		"\x00\x00\x08\x06\x00\x00\x00\x00\x0012345678") // ping
}
