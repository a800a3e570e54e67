package server

import (
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// speak2 runs body on a connection of HTTP/2 in a bubble. The server must end
// well, and serve another connection before it does.
func speak2(t *testing.T, settings string, body func(c *connection2)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		listener := newPipes()
		_, stop := start(t, options(listener))
		c := begin2(t, listener.dial(t), settings)
		body(c)
		_ = c.Close()
		other := begin2(t, listener.dial(t), "")
		other.send(wholeCall2(1))
		if !other.answered(1) {
			t.Error("the server serves nobody any more")
		}
		_ = other.Close()
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// KCL asks with a PING whether the connection lives, opens a stream for each
// subscription, and sends bodies of some MiB: there is room for that.
func TestHTTP2SettingsAndPing(t *testing.T) {
	speak2(t, "", func(c *connection2) {
		settings, _ := c.next(frameSettings)
		said := map[byte]uint32{}
		for p := settings.payload; len(p) >= 6; p = p[6:] {
			said[p[1]] = got{payload: p[2:6]}.uint32()
		}
		if said[settingStreams] != maxConcurrentStreams || said[settingWindow] != streamWindow || said[settingFrameSize] < 16<<10 {
			t.Errorf("settings %v", said)
		}
		window, _ := c.next(frameWindow)
		if 65535+window.uint32() != connectionWindow {
			t.Errorf("the connection's window is %d", 65535+window.uint32())
		}
		c.send(frame(framePing, 0, 0, "12345678"))
		if pong, _ := c.next(framePing); pong.flags != ack || pong.payload != "12345678" {
			t.Errorf("a ping is answered with %+v", pong)
		}
	})
}

// A fleet of subscriptions shares a connection; one stream too many ends it, and
// nobody else's.
func TestHTTP2StreamsAreBounded(t *testing.T) {
	speak2(t, "", func(c *connection2) {
		open := func(n uint32) string { return frame(frameHeaders, endHeaders, 2*n+1, call2()) } // no body yet
		for n := range uint32(maxConcurrentStreams) {
			c.send(open(n))
		}
		c.send(frame(frameData, endStream, 2*maxConcurrentStreams-1, "{}"))
		if !c.answered(2*maxConcurrentStreams - 1) {
			t.Fatal("the last stream that there is room for is not served")
		}
		c.send(open(maxConcurrentStreams) + open(maxConcurrentStreams+1))
		if g, ok := c.next(frameReset, frameGoAway); !ok || g.code() != errRefused && g.code() != errProtocol {
			t.Errorf("one stream too many: %+v, %v", g, ok)
		}
	})
}

// A client that gives no credit for an answer, however small, and reads all else
// diligently, keeps no request (CVE-2019-9517).
func TestHTTP2AnswersWithoutCreditAreCutOff(t *testing.T) {
	f := func(name, request string) {
		t.Helper()
		speak2(t, setting(settingWindow, 0), func(c *connection2) {
			c.send(request)
			began := time.Now()
			g, ok := c.next(frameReset, frameGoAway)
			if took := time.Since(began); !ok || took > time.Minute {
				t.Errorf("%s: %+v, %v after %s", name, g, ok, took)
			}
		})
	}
	f("an answer", wholeCall2(1))
	f("an error", frame(frameHeaders, endHeaders, 1, call2())+frame(frameData, endStream, 1, "{"))
	f("a page", frame(frameHeaders, endHeaders|endStream, 1,
		block(":method", "GET", ":scheme", "http", ":authority", "localhost", ":path", "/_freshet/metrics")))
	f("another's host", frame(frameHeaders, endHeaders|endStream, 1,
		block(":method", "GET", ":scheme", "http", ":authority", "evil.example", ":path", "/")))
}

// Streams that are reset as soon as they are opened must not pile up handlers
// (CVE-2023-44487, CVE-2025-8671).
func TestHTTP2RapidReset(t *testing.T) {
	speak2(t, "", func(c *connection2) {
		most := 0
		for n := range uint32(20_000) {
			c.send(frame(frameHeaders, endHeaders, 2*n+1, call2()) + frame(frameReset, 0, 2*n+1, uint32Of(8)))
			if n%1000 == 0 {
				most = max(most, runtime.NumGoroutine())
			}
		}
		if most > maxConcurrentStreams+100 {
			t.Errorf("%d goroutines", most)
		}
	})
}

// Header blocks that do not end cost no more than one that is too long
// (CVE-2023-45288).
func TestHTTP2ContinuationsAreBounded(t *testing.T) {
	speak2(t, "", func(c *connection2) {
		c.send(frame(frameHeaders, endStream, 1, call2()))
		sent := 0
		for range 10_000 {
			more := frame(frameContinuation, 0, 1, block("x-more", strings.Repeat("a", 16_000)))
			if _, err := c.Write([]byte(more)); err != nil {
				break
			}
			sent += len(more)
		}
		if sent > 2<<20 {
			t.Errorf("%d bytes of one header were taken", sent)
		}
	})
}

// Silence in the middle of a frame or of a header is silence.
func TestHTTP2SilenceIsEnded(t *testing.T) {
	f := func(name, sent string) {
		t.Helper()
		speak2(t, "", func(c *connection2) {
			c.send(sent)
			began := time.Now()
			for {
				if _, ok := c.next(); !ok {
					break
				}
			}
			if took := time.Since(began); took > 6*time.Minute {
				t.Errorf("%s: it was waited for %s", name, took)
			}
		})
	}
	f("nothing", "")
	f("half a frame", frame(frameHeaders, endHeaders, 1, call2())[:20])
	f("half a header", frame(frameHeaders, endStream, 1, call2()))
	f("half a body", frame(frameHeaders, endHeaders, 1, call2())+frame(frameData, 0, 1, "{"))
}

// What RFC 9113 calls an error is one, of the stream or of the connection.
func TestHTTP2Errors(t *testing.T) {
	headers := func(more ...string) string { return frame(frameHeaders, endHeaders, 1, call2(more...)) }
	f := func(name, sent string, want ...uint32) {
		t.Helper()
		speak2(t, "", func(c *connection2) {
			c.send(sent)
			g, ok := c.next(frameReset, frameGoAway)
			if !ok || strings.IndexByte(codes(want), byte(g.code())) < 0 {
				t.Errorf("%s: code %d, %+v, %v; want %v", name, g.code(), g, ok, want)
			}
		})
	}
	f("data on no stream", frame(frameData, 0, 0, "{}"), errProtocol)
	f("data on a stream that is not open", frame(frameData, 0, 1, "{}"), errProtocol, errStreamClosed)
	f("data after the end", headers()+frame(frameData, endStream, 1, "{")+frame(frameData, endStream, 1, "{}"), errStreamClosed)
	f("a stream of ours", frame(frameHeaders, endHeaders, 2, call2()), errProtocol)
	f("a stream that was", frame(frameHeaders, endHeaders|endStream, 3, call2())+frame(frameHeaders, endHeaders, 1, call2()), errProtocol)
	f("a continuation of nothing", frame(frameContinuation, endHeaders, 1, call2()), errProtocol)
	f("another frame in a header", frame(frameHeaders, 0, 1, call2())+frame(framePing, 0, 0, "12345678"), errProtocol)
	f("a header that is no block", frame(frameHeaders, endHeaders, 1, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), errCompression)
	f("a ping of 7 bytes", frame(framePing, 0, 0, "1234567"), errFrameSize)
	f("settings of 5 bytes", frame(frameSettings, 0, 0, "12345"), errFrameSize)
	f("a frame that is too long", "\xff\xff\xff\x00\x00\x00\x00\x00\x01", errFrameSize)
	f("a window of 2^31", frame(frameSettings, 0, 0, setting(settingWindow, 1<<31)), errFlowControl)
	f("a frame size of 1", frame(frameSettings, 0, 0, setting(settingFrameSize, 1)), errProtocol)
	f("credit of 0", frame(frameWindow, 0, 0, uint32Of(0)), errProtocol)
	f("credit without end", strings.Repeat(frame(frameWindow, 0, 0, uint32Of(1<<31-1)), 2), errFlowControl)
	f("a name in capitals", headers("Content-Length", "2"), errProtocol)
	f("a body longer than it says", headers("content-length", "1")+frame(frameData, endStream, 1, "{}"), errProtocol, errStreamClosed)
	f("a path that is none", frame(frameHeaders, endHeaders|endStream, 1,
		block(":method", "GET", ":scheme", "http", ":authority", "localhost", ":path", "nowhere")), errProtocol)
	f("a method twice", frame(frameHeaders, endHeaders|endStream, 1,
		block(":method", "GET", ":method", "POST", ":scheme", "http", ":authority", "localhost", ":path", "/")), errProtocol)
}

// Of other requests only the answer says that they are wrong.
func TestHTTP2RequestsThatAreRefused(t *testing.T) {
	f := func(name, sent string) {
		t.Helper()
		speak2(t, "", func(c *connection2) {
			c.send(sent)
			const is400 = 0x8c // RFC 7541, appendix A
			if g, ok := c.next(frameHeaders, frameReset, frameGoAway); !ok || g.kind != frameHeaders || g.payload[0] != is400 {
				t.Errorf("%s: %+v, %v", name, g, ok)
			}
		})
	}
	headers := func(more ...string) string { return frame(frameHeaders, endHeaders, 1, call2(more...)) }
	f("a body shorter than it says", headers("content-length", "3")+frame(frameData, endStream, 1, "{}"))
	f("chunks", headers("transfer-encoding", "chunked"))
	f("a header of the connection", headers("connection", "keep-alive"))
}

func codes(all []uint32) string {
	var b strings.Builder
	for _, c := range all {
		b.WriteByte(byte(c))
	}
	return b.String()
}
