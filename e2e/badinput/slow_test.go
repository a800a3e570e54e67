//go:build e2e

package badinput

import (
	"net"
	"sync"
	"testing"
	"time"
)

// TestTenThousandSlowClients: each sends a byte now and then, half of them of a
// header that never ends, half of a body that claims 10 MB. They cost little memory,
// others are served meanwhile, and each is let go when its time is over, although it
// was never silent.
func TestTenThousandSlowClients(t *testing.T) {
	const slow = 10_000
	openFiles(t, slow+500)
	s := serve(t)
	head := "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.1\r\n" +
		"X-Amz-Target: Kinesis_20131202.PutRecord\r\nContent-Length: 10000000\r\n"
	clients := make([]net.Conn, slow)
	for i := range clients {
		clients[i] = dial(t, s)
		begin := head + "X-Slow: "
		if i%2 == 0 {
			begin = head + "\r\n"
		}
		if _, err := clients[i].Write([]byte(begin)); err != nil {
			t.Fatal(err)
		}
	}

	gone := drip(clients)

	// Others are served meanwhile.
	var slowest time.Duration
	var once sync.Once
	for served := 0; ; served++ {
		select {
		case after := <-gone:
			t.Logf("the last slow client was let go after %v; %d others were served meanwhile, the slowest in %v", after, served, slowest)
			if after > 40*time.Second {
				t.Errorf("the last slow client was let go after %v", after)
			}
			if served < 100 || slowest > 5*time.Second {
				t.Errorf("%d others were served meanwhile, the slowest in %v", served, slowest)
			}
			s.stayedBelow(400)
			return
		default:
		}
		start := time.Now()
		s.works()
		slowest = max(slowest, time.Since(start))
		once.Do(func() { t.Logf("the first other client was served in %v", slowest) })
	}
}

// drip sends another byte over each connection in every round, until the server has
// closed all of them, and then tells how long that took.
func drip(conns []net.Conn) <-chan time.Duration {
	began, gone := time.Now(), make(chan time.Duration, 1)
	go func() {
		for left := conns; len(left) > 0; {
			var still []net.Conn
			for _, c := range left {
				if _, err := c.Write([]byte("A")); err == nil {
					still = append(still, c)
				}
			}
			left = still
		}
		gone <- time.Since(began)
	}()
	return gone
}
