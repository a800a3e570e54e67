//go:build e2e

package badinput

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// endless reads as n times the byte 'A'.
func endless(n int64) io.Reader { return io.LimitReader(letters{}, n) }

type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'A'
	}
	return len(p), nil
}

// TestBodyOf100MiB: it is refused, whether its length is told or not, and not
// kept.
func TestBodyOf100MiB(t *testing.T) {
	s := serve(t)
	const size = 100 << 20
	for _, told := range []int64{size, -1} {
		body := io.MultiReader(strings.NewReader(`{"StreamName":"orders","PartitionKey":"a","Data":"`), endless(size-51), strings.NewReader(`"}`))
		req := s.request("PutRecord", io.NopCloser(body))
		req.ContentLength = told
		res, err := http.DefaultClient.Do(req)
		// The server may close the connection before all was sent.
		if err != nil {
			t.Logf("length %d: %v", told, err)
			continue
		}
		res.Body.Close()
		t.Logf("length %d: %s", told, res.Status)
		if res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("length %d: %s, want 413", told, res.Status)
		}
	}
	s.stayedBelow(120)
}

// TestManyLargeBodiesAtOnce: bodies in flight share a budget of 256 MiB; who
// comes later waits, and all are answered. The bound holds for any number of
// clients.
func TestManyLargeBodiesAtOnce(t *testing.T) {
	s := serve(t)
	var entries []string
	for i := range 9 {
		entries = append(entries, fmt.Sprintf(`{"PartitionKey":"%d","Data":"%s"}`, i, strings.Repeat("QUFB", 1<<20/3)))
	}
	body := []byte(`{"StreamName":"orders","Records":[` + strings.Join(entries, ",") + `]}`)
	var all sync.WaitGroup
	clients := 160 // of 12 MiB of base64 each
	if testing.Short() {
		clients = 40
	}
	for range clients {
		all.Go(func() {
			res, err := http.DefaultClient.Do(s.request("PutRecords", bytes.NewReader(body)))
			if err != nil {
				t.Error(err)
				return
			}
			defer res.Body.Close()
			out, err := io.ReadAll(res.Body)
			if err != nil || res.StatusCode != http.StatusOK || !bytes.Contains(out, []byte(`"FailedRecordCount":0`)) {
				t.Errorf("%s %.300s, %v", res.Status, out, err)
			}
		})
	}
	all.Wait()
	// The budget, as much again for what was decoded, what the engine has in
	// memory, and the collector lets garbage grow to what lives.
	s.stayedBelow(2048)
}

// TestClientsThatStopHalfWay: whether they close or fall silent, they cost what
// they sent, and others are served meanwhile.
func TestClientsThatStopHalfWay(t *testing.T) {
	s := serve(t)
	head := "POST / HTTP/1.1\r\nHost: freshet\r\nContent-Type: application/x-amz-json-1.1\r\n" +
		"X-Amz-Target: Kinesis_20131202.PutRecord\r\nContent-Length: 10000000\r\n\r\n"
	var silent []net.Conn
	for i := range 200 {
		c := dial(t, s)
		// Some stop within the head, some within the body.
		sent := head[:1+i%len(head)]
		if i%2 == 0 {
			sent = head + `{"StreamName":"orders","PartitionKey":"a","Data":"` + strings.Repeat("QUFB", 20_000)
		}
		if _, err := io.WriteString(c, sent); err != nil {
			t.Fatal(err)
		}
		if i%4 < 2 {
			c.Close()
			continue
		}
		silent = append(silent, c)
	}
	s.works()
	s.stayedBelow(300)

	// Who is silent is not waited for for ever.
	for _, c := range silent {
		if err := c.SetReadDeadline(time.Now().Add(90 * time.Second)); err != nil {
			t.Fatal(err)
		}
		_, err := io.Copy(io.Discard, c)
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			t.Fatalf("a client that fell silent still has its connection: %v", err)
		}
		c.Close()
	}
}

// TestBytesThatAreNoRequest: the connection ends, in HTTP's way or without a word.
func TestBytesThatAreNoRequest(t *testing.T) {
	s := serve(t)
	for _, bytes := range []string{
		"\r\n\r\n\r\n", "nonsense\r\n\r\n", "GET\r\n\r\n", "\x00\x00\x00\x00\x00\x00\x00\x00", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff",
		"\x16\x03\x01\x00\x05hello", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nX-Long: " + strings.Repeat("x", 4<<20) + "\r\n\r\n",
	} {
		c := dial(t, s)
		_, _ = io.WriteString(c, bytes) // the server may hang up first
		_ = c.(*net.TCPConn).CloseWrite()
		if err := c.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(c).ReadString('\n')
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			t.Errorf("%.40q: the connection stays open", bytes)
		}
		if strings.HasPrefix(line, "HTTP/1.1 2") {
			t.Errorf("%.40q: %s", bytes, line)
		}
		c.Close()
	}
	s.stayedBelow(120)
}

// dial opens a connection to the server.
func dial(t *testing.T, s *server) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.Endpoint(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}
