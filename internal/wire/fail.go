package wire

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/scratch"
)

// Codes of Observation for requests that broke off; AWS has none.
const (
	codeTooLarge     = "RequestTooLarge"
	codeTimeout      = "RequestTimeout"
	codeClientClosed = "ClientClosed"

	// statusClientClosed is what proxies log for a client that left; nobody is
	// there to read it.
	statusClientClosed = 499
)

// drainTime is how long a client may go on sending what nobody reads.
const drainTime = 5 * time.Second

// internalFailure is how AWS's wire calls it; the model says
// InternalFailureException (data-streams.md, section 1.3).
func internalFailure() *awsapi.Error {
	return &awsapi.Error{Code: "InternalFailure", Status: http.StatusInternalServerError}
}

func unknownOperation() *awsapi.Error {
	return &awsapi.Error{Code: "UnknownOperationException", Status: http.StatusBadRequest}
}

// fail answers err in the request's encoding. What is not the client's to know
// is logged here, once.
func (x *exchange) fail(err error) {
	e, ok := errors.AsType[*awsapi.Error](err)
	if !ok && x.clientLeft(err) {
		x.code = codeClientClosed
		x.record(nil, x.code, "")
		x.giveBack()
		x.reply(statusClientClosed, "", nil)
		return
	}
	if !ok || e.Cause != nil {
		x.mux.options.Logger.ErrorContext(x.r.Context(), "operation failed",
			"request_id", x.requestID, "operation", x.operation(), "error", err)
	}
	if !ok {
		e = internalFailure()
	}
	if x.encoding == queryEncoding {
		e = namedForQuery(e)
	}
	x.code = e.Code
	x.record(nil, e.Code, e.Message)
	status := e.Status
	if status == 0 {
		status = http.StatusBadRequest
	}
	if x.encoding == nil { // a failure of ours before the request was understood
		x.reply(status, "", nil)
		return
	}
	var buf scratch.Buffer
	buf.Get(len(e.Message))
	buf.B = x.appendError(buf.B, e)
	x.giveBack()
	x.send(status, x.encoding.contentType, &buf)
}

// clientLeft reports whether err says no more than that the client left.
func (x *exchange) clientLeft(err error) bool {
	ended := x.r.Context().Err()
	return ended != nil && errors.Is(err, ended)
}

// bodyFailed answers a request whose body could not be read. An HTTP/1
// connection is of no more use.
func (x *exchange) bodyFailed(err error) {
	x.giveBack()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		x.code = codeTimeout
		x.closeConnection() // its deadline stands: nothing more is read
		x.reply(http.StatusRequestTimeout, "", nil)
		return
	}
	x.hangUp()
	switch {
	case errors.Is(err, errTooLarge):
		x.code = codeTooLarge
		x.reply(http.StatusRequestEntityTooLarge, "", nil)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		x.code = codeClientClosed
		x.reply(statusClientClosed, "", nil)
	default: // the client left, or its chunks were malformed
		x.code = codeClientClosed
		x.reply(http.StatusBadRequest, "", nil)
	}
}

// hangUp ends the connection after the answer. A client that is still sending
// gets a moment to do so, since it could not read the answer otherwise; net/http
// would wait for it without end.
func (x *exchange) hangUp() {
	if x.closeConnection() {
		_ = http.NewResponseController(x.w).SetReadDeadline(time.Now().Add(drainTime))
	}
}

// drain lets a client that sends all before it reads find the answer: if we closed the
// connection on it, it would see that alone, and not why. What it sends takes no memory,
// and it has drainTime for it. (net/http resets a stream of HTTP/2, whose client sees the
// answer. Who waits for 100-continue sends nothing more.)
func (x *exchange) drain() {
	if x.r.ProtoMajor != 1 || header(x.r.Header, "Expect") != "" {
		return
	}
	if err := http.NewResponseController(x.w).Flush(); err != nil {
		return // the client has gone
	}
	_, _ = io.CopyN(io.Discard, x.r.Body, x.mux.bodies.max) // whatever comes of it, the connection ends
}

// closeConnection ends an HTTP/1 connection after the answer. An HTTP/2
// connection carries other requests: there net/http resets the one stream, and
// the header would end them all.
func (x *exchange) closeConnection() bool {
	if x.r.ProtoMajor != 1 {
		return false
	}
	x.w.Header().Set("Connection", "close")
	return true
}
