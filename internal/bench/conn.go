package bench

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// conn is one HTTP/1.1 connection that is driven by hand: a client library would
// cost as much as the server that is measured.
type conn struct {
	net.Conn
	r    *bufio.Reader
	body []byte // the last reply, reused
}

// replyTimeout is longer than any reply takes, so that a run cannot hang.
const replyTimeout = 30 * time.Second

func dial(ctx context.Context, t Target) (*conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", t.address)
	if err != nil {
		return nil, err
	}
	if t.secure {
		host, _, _ := net.SplitHostPort(t.address)
		c = tls.Client(c, &tls.Config{ServerName: host, RootCAs: t.roots})
	}
	return &conn{Conn: c, r: bufio.NewReaderSize(c, 64<<10)}, nil
}

func (c *conn) close() { _ = c.Close() } // nothing is lost with it

// roundTrip writes request and returns the body of the reply, which is valid
// until the next call.
func (c *conn) roundTrip(request []byte) ([]byte, error) {
	if err := c.SetDeadline(time.Now().Add(replyTimeout)); err != nil {
		return nil, err
	}
	if _, err := c.Write(request); err != nil {
		return nil, fmt.Errorf("write request: %w", err)
	}
	status, length, err := c.readHeader()
	if err != nil {
		return nil, fmt.Errorf("read reply: %w", err)
	}
	if cap(c.body) < length {
		c.body = make([]byte, length)
	}
	c.body = c.body[:length]
	if _, err := io.ReadFull(c.r, c.body); err != nil {
		return nil, fmt.Errorf("read reply: %w", err)
	}
	if status != 200 {
		return nil, fmt.Errorf("status %d: %.200s", status, c.body)
	}
	return c.body, nil
}

var (
	contentLength = []byte("content-length:")
	chunkedHeader = []byte("transfer-encoding:")
)

// readHeader reads the status line and the header, of which only the length of
// the body matters.
func (c *conn) readHeader() (status, length int, err error) {
	line, err := c.readLine()
	if err != nil {
		return 0, 0, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, 0, fmt.Errorf("not an HTTP/1.1 reply: %.60q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, 0, fmt.Errorf("not an HTTP/1.1 reply: %.60q", line)
	}
	length = -1
	for {
		if line, err = c.readLine(); err != nil {
			return 0, 0, err
		}
		switch {
		case len(line) == 0 && length < 0:
			return 0, 0, fmt.Errorf("reply of status %d has no Content-Length", status)
		case len(line) == 0:
			return status, length, nil
		case hasPrefixFold(line, contentLength):
			value := bytes.TrimSpace(line[len(contentLength):])
			if length, err = strconv.Atoi(string(value)); err != nil || length < 0 {
				return 0, 0, fmt.Errorf("bad Content-Length %q", value)
			}
		case hasPrefixFold(line, chunkedHeader):
			return 0, 0, fmt.Errorf("reply of status %d has no Content-Length but chunks", status)
		}
	}
}

func (c *conn) readLine() ([]byte, error) {
	line, err := c.r.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	return bytes.TrimRight(line, "\r\n"), nil
}

func hasPrefixFold(line, prefix []byte) bool {
	return len(line) >= len(prefix) && bytes.EqualFold(line[:len(prefix)], prefix)
}
