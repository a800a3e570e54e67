package server

import (
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"
)

// Frames of HTTP/2 by hand (RFC 9113, 6): a client library does not send what no
// client should.
const (
	frameData         = 0
	frameHeaders      = 1
	frameReset        = 3
	frameSettings     = 4
	framePing         = 6
	frameGoAway       = 7
	frameWindow       = 8
	frameContinuation = 9

	endStream  = 1
	ack        = 1
	endHeaders = 4
)

// Codes of errors (RFC 9113, 7).
const (
	errProtocol      = 1
	errFlowControl   = 3
	errStreamClosed  = 5
	errFrameSize     = 6
	errRefused       = 7
	errCompression   = 9
	errEnhanceCalm   = 11
	preface          = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	settingStreams   = 3
	settingWindow    = 4
	settingFrameSize = 5
)

func frame(kind, flags byte, stream uint32, payload string) string {
	head := []byte{byte(len(payload) >> 16), byte(len(payload) >> 8), byte(len(payload)), kind, flags, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(head[5:], stream)
	return string(head) + payload
}

func uint32Of(n uint32) string { return string(binary.BigEndian.AppendUint32(nil, n)) }

func setting(id uint16, value uint32) string {
	return string(binary.BigEndian.AppendUint16(nil, id)) + uint32Of(value)
}

// block is a header block of literals, which nothing remembers (RFC 7541, 6.2.2).
func block(names ...string) string {
	var b strings.Builder
	text := func(s string) {
		if len(s) < 127 {
			b.WriteByte(byte(len(s)))
		} else {
			b.WriteByte(127)
			b.Write(binary.AppendUvarint(nil, uint64(len(s)-127)))
		}
		b.WriteString(s)
	}
	for i := 0; i+1 < len(names); i += 2 {
		b.WriteByte(0)
		text(names[i])
		text(names[i+1])
	}
	return b.String()
}

// call2 is the header of a ListStreams, with more.
func call2(more ...string) string {
	return block(append([]string{
		":method", "POST", ":scheme", "http", ":authority", "localhost", ":path", "/",
		"content-type", "application/x-amz-json-1.1", "x-amz-target", "Kinesis_20131202.ListStreams", "x-amz-date", "20261124T090000Z",
		"authorization", "AWS4-HMAC-SHA256 Credential=test/20261124/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0",
	}, more...)...)
}

// wholeCall2 is a ListStreams on a stream.
func wholeCall2(stream uint32) string {
	return frame(frameHeaders, endHeaders, stream, call2("content-length", "2")) + frame(frameData, endStream, stream, "{}")
}

// got is a frame that came.
type got struct {
	kind, flags byte
	stream      uint32
	payload     string
}

func (g got) uint32() uint32 { return binary.BigEndian.Uint32([]byte(g.payload)) }

// code is the code of an error that a reset or a farewell names.
func (g got) code() uint32 {
	if g.kind == frameGoAway {
		return binary.BigEndian.Uint32([]byte(g.payload[4:])) // after the last stream
	}
	return g.uint32()
}

// connection2 is a connection on which both ends have begun. What comes is read
// by a goroutine of its own, so that neither end waits for the other, until the
// server hangs up; then frames is closed.
type connection2 struct {
	net.Conn
	t      *testing.T
	frames chan got
}

func begin2(t *testing.T, c net.Conn, settings string) *connection2 {
	t.Helper()
	c2 := &connection2{c, t, make(chan got, 1<<16)}
	go c2.read()
	c2.send(preface + frame(frameSettings, 0, 0, settings) + frame(frameSettings, ack, 0, ""))
	return c2
}

func (c *connection2) read() {
	defer close(c.frames)
	for {
		var head [9]byte
		if _, err := io.ReadFull(c, head[:]); err != nil {
			return
		}
		payload := make([]byte, int(head[0])<<16|int(head[1])<<8|int(head[2]))
		if _, err := io.ReadFull(c, payload); err != nil {
			return
		}
		c.frames <- got{head[3], head[4], binary.BigEndian.Uint32(head[5:]) & (1<<31 - 1), string(payload)}
	}
}

// send writes frames; the server may hang up in the middle.
func (c *connection2) send(frames string) { _, _ = io.WriteString(c, frames) }

// next returns the next frame of one of these kinds; ok is false if the server
// hung up before.
func (c *connection2) next(kinds ...byte) (g got, ok bool) {
	for g := range c.frames {
		if strings.IndexByte(string(kinds), g.kind) >= 0 {
			return g, true
		}
	}
	return got{}, false
}

// answered reports whether a call on stream is answered with 200. A first header
// of 0x88 is that (RFC 7541, appendix A).
func (c *connection2) answered(stream uint32) bool {
	for {
		g, ok := c.next(frameHeaders, frameReset, frameGoAway)
		if !ok || g.kind == frameGoAway || g.kind == frameReset && g.stream == stream {
			return false
		}
		if g.stream == stream {
			return g.payload[0] == 0x88
		}
	}
}
