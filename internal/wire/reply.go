package wire

import (
	"net/http"
	"strconv"
	"time"

	"github.com/freshet/freshet/internal/wire/scratch"
)

// slowReply is the length above which an answer gets a deadline, so that a client
// which does not read holds no buffer of ours. What is shorter net/http copies:
// to it Write does not wait for the client. (Over HTTP/2 every answer has one: the
// client may give a stream no credit and read all else, and then net/http waits
// for it, after the handler has returned.)
const slowReply = 2 << 10

// identify gives the answer its ids. Their names are spelled as AWS spells them,
// not in Go's canonical form.
func (x *exchange) identify() {
	id, id2 := newIDs()
	x.requestID = id
	values := &[2]string{id, id2} // one allocation for both headers
	h := x.w.Header()
	h["x-amzn-RequestId"] = values[:1:1]
	if x.r.Method == http.MethodOptions && header(x.r.Header, "Origin") != "" {
		return
	}
	h["x-amz-id-2"] = values[1:]
}

// send writes buf as the answer, and gives it back: to the pool if net/http has
// done with it, else to the collector.
func (x *exchange) send(status int, contentType string, buf *scratch.Buffer) {
	if x.reply(status, contentType, buf.B) {
		buf.Release()
	} else {
		buf.Abandon()
	}
}

// reply writes the answer with one Write and reports whether it was taken whole.
// Without that net/http may still be sending it: an HTTP/2 stream that is reset
// lets its handler go before the frame is written. An empty contentType is none.
func (x *exchange) reply(status int, contentType string, body []byte) (taken bool) {
	h := x.w.Header()
	values := &[2]string{contentType, strconv.Itoa(len(body))}
	if contentType == "" {
		h["Content-Type"] = nil // keeps net/http from guessing one
	} else {
		h["Content-Type"] = values[:1:1]
	}
	h["Content-Length"] = values[1:]
	x.status = status
	x.w.WriteHeader(status)
	if len(body) == 0 {
		return true
	}
	switch {
	case x.r.ProtoMajor == 2:
		x.writeDeadline(len(body)) // not lifted: net/http writes on after the handler
	case len(body) > slowReply:
		defer x.writeDeadline(len(body))()
	}
	n, err := x.w.Write(body)
	x.bytesOut = int64(n)
	return err == nil
}

// writeDeadline bounds how long a client may take over n bytes, and returns what
// lifts the bound: an HTTP/1 connection outlives the answer, and a stream of events
// the message.
func (x *exchange) writeDeadline(n int) (lift func()) {
	rc := http.NewResponseController(x.w)
	pace := x.mux.bodies.pace
	// Where there are no deadlines there is no connection either.
	_ = rc.SetWriteDeadline(time.Now().Add(pace.grace + pace.of(int64(n))))
	return func() { _ = rc.SetWriteDeadline(time.Time{}) }
}
