package conformance

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"
)

// Every way carries the main flow (B, C).
//
//rule:1.1 *
func TestFlowOverProtocols(t *testing.T) {
	over(t, func(c *client) {
		c.stream("s", 1)
		data := bytes.Repeat([]byte("0123456789abcdef"), 60000)
		c.put("s", "k", data)
		r := c.records(c.iterator("s", "TRIM_HORIZON", nil))
		if !bytes.Equal(r.blob("Records.0.Data"), data) {
			c.t.Error("the data came back changed")
		}
		c.call("DescribeStream", object{"StreamName": "none"}).fails("ResourceNotFoundException", c.notFound("none"))
	})
}

// Many calls at once over one HTTP/2 connection, each with its own answer (B).
//
//rule:1.1 *
func TestManyCallsAtOnce(t *testing.T) {
	over(t, func(c *client) {
		c.stream("s", 4)
		numbers := make([]string, 64)
		var wait sync.WaitGroup
		for i := range numbers {
			wait.Go(func() {
				r := c.call("PutRecord", object{"StreamName": "s", "PartitionKey": fmt.Sprint(i), "Data": fmt.Append(nil, i)})
				if r.status != http.StatusOK {
					c.t.Errorf("call %d: %s", i, r.printable())
					return
				}
				numbers[i], _ = r.out()["SequenceNumber"].(string)
			})
		}
		wait.Wait()
		seen := map[string]bool{}
		for i, n := range numbers {
			if n == "" || seen[n] {
				c.t.Errorf("call %d got number %q", i, n)
			}
			seen[n] = true
		}
	})
}

// A body beyond the ceiling is refused: 413, or the connection closes. The server
// goes on (K).
//
//rule:1.1 *
func TestBodyOfAHundredMiB(t *testing.T) {
	over(t, func(c *client) {
		req := c.request(target+"PutRecords", nil)
		req.Body = io.NopCloser(io.LimitReader(zeros{}, 100<<20))
		req.ContentLength = 100 << 20
		res, err := c.http.Do(req)
		if err == nil {
			res.Body.Close()
			if res.StatusCode != http.StatusRequestEntityTooLarge {
				c.t.Errorf("status %d, want 413", res.StatusCode)
			}
		}
		c.must("ListStreams", object{})
	})
}

// zeros is an endless body.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// A body without a length that never ends is cut off as well.
//
//rule:1.1 *
func TestBodyWithoutEnd(t *testing.T) {
	c := newClient(t, asJSON)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	req := c.request(target+"PutRecords", nil).WithContext(ctx)
	req.Body, req.ContentLength = io.NopCloser(io.LimitReader(zeros{}, 1<<30)), -1
	res, err := c.http.Do(req)
	if err == nil {
		res.Body.Close()
		if res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("status %d, want 413", res.StatusCode)
		}
	}
	if ctx.Err() != nil {
		t.Error("the server read on for a minute")
	}
	c.must("ListStreams", object{})
}

// A client that stops half-way, and many that say nothing, harm nobody.
//
//rule:1.1 *
func TestHalfRequestsAndIdleConnections(t *testing.T) {
	c := newClient(t, asJSON)
	u, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	half := "POST / HTTP/1.1\r\nHost: " + u.Host + "\r\nContent-Type: application/x-amz-json-1.1\r\nX-Amz-Target: " +
		target + "PutRecords\r\nContent-Length: 1000000\r\n\r\n{\"Records\":["
	for i := range 200 {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", u.Host)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		if i%2 == 0 {
			continue // says nothing
		}
		if _, err := io.WriteString(conn, half); err != nil {
			t.Fatal(err)
		}
		if i%4 == 1 {
			conn.Close() // half-way
		}
	}
	c.stream("s", 1)
	c.put("s", "k", []byte("x"))
}

// What is put is read by whoever comes with the other encoding (K).
//
//rule:1.7 *
func TestEncodingsMeet(t *testing.T) {
	j := newClient(t, asJSON)
	b := *j
	b.enc = asCBOR
	j.stream("s", 1)
	j.put("s", "json", []byte{1, 2, 255})
	b.put("s", "cbor", []byte{3, 4, 254})
	for _, c := range []*client{j, &b} {
		r := c.records(c.iterator("s", "TRIM_HORIZON", nil))
		got := r.str("Records.0.PartitionKey") + string(r.blob("Records.0.Data")) + r.str("Records.1.PartitionKey") + string(r.blob("Records.1.Data"))
		if got != "json\x01\x02\xffcbor\x03\x04\xfe" {
			t.Errorf("in %s: %q", c.enc.name, got)
		}
	}
}
