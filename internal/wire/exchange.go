package wire

import (
	"errors"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/awsquery"
	"github.com/freshet/freshet/internal/wire/convert"
)

// exchange is one request on its way to its answer.
type exchange struct {
	mux   *Mux
	w     http.ResponseWriter
	r     *http.Request
	start time.Time

	requestID string
	body      body
	// proof is what the headers say of who signed the request, if they name an
	// operation.
	proof proof
	// cut says that the rest of the body was left unread, since the request is refused
	// anyway.
	cut bool
	// encoding and route are known once the request was understood.
	encoding *encoding
	route    *Route
	// parameters are those of a request of the query protocol.
	parameters awsquery.Parameters
	// unrouted is the operation that was asked for and that no route performs,
	// if its name is known.
	unrouted *awsapi.Operation
	// release gives back what a fast codec borrowed for the input.
	release func()
	// tainted says that something may still look at the body or the input: an
	// operation panicked and may have left goroutines behind.
	tainted bool

	// recorded is what Options.Record will be told, nil where nothing is recorded.
	recorded *Recorded

	// What is known of the answer. status is 0 until it was begun.
	status   int
	code     string
	bytesIn  int64
	bytesOut int64
}

// serve goes through AWS's checks in AWS's order.
func (x *exchange) serve() {
	x.identify()
	preflight := x.cors()
	if !preflight && x.isQuery() {
		x.query()
		return
	}
	if preflight || x.r.Method != http.MethodPost {
		if x.r.ContentLength != 0 { // a body that nobody will read
			x.hangUp()
		}
		if preflight {
			x.reply(http.StatusOK, "", nil)
		} else {
			x.accessDenied()
		}
		return
	}
	x.judge()
}

// judge reads what the request says. Who signed it, the headers tell before the body
// is read, so that a client who may not come in makes us read little; but what is
// wrong with the body is answered first.
func (x *exchange) judge() {
	target := header(x.r.Header, "X-Amz-Target")
	route := x.mux.routes[target]
	contentType := contentTypeOf(x.r.Header)
	x.encoding = encodingOf(contentType)
	x.body.refused = true
	if route != nil && x.encoding != nil {
		x.mux.verifier.begin(&x.proof, x.r, route.op.Service.SigningName, x.start)
		x.body.refused = x.proof.err != nil
	}
	if !x.readBody() {
		return
	}
	switch {
	case len(x.body.buf.B) == 0 && !x.cut:
		x.emptyBody(route)
	case contentType == "application/json":
		x.deadEnd()
	case x.encoding == nil:
		x.noEncoding(target)
	case route == nil:
		x.unrouted = x.mux.known[target]
		x.beginRecord()
		x.refuse(unknownOperation())
	default:
		x.route = route
		x.beginRecord()
		x.authenticate()
	}
	if x.cut {
		x.drain()
	}
}

// readBody reads the body, or as much of it as the request is worth. If it cannot be
// read, that is answered.
func (x *exchange) readBody() (ok bool) {
	if x.proof.wantsHash() {
		x.body.begin()
	}
	err := x.mux.bodies.read(x.w, x.r, &x.body)
	x.bytesIn = int64(len(x.body.buf.B))
	switch {
	case errors.Is(err, errEnough):
		x.cut = true
		x.hangUp()
	case err != nil:
		x.bodyFailed(err)
		return false
	}
	return true
}

// authenticate finds out who calls, and goes on with the operation.
func (x *exchange) authenticate() {
	if x.recorded != nil {
		x.recorded.KeyID, x.recorded.Region = x.proof.credentials.AccessKeyID, x.proof.credentials.Region
	}
	identity, err := x.mux.verifier.end(&x.proof, x.body.sum())
	if err != nil {
		x.refuse(err)
		return
	}
	if t := x.mux.options.Turnstile; t != nil {
		if err := t.Enter(identity); err != nil {
			x.refuse(err)
			return
		}
		defer t.Leave(identity)
	}
	x.perform(identity)
}

// refuse answers an error that was found before the body was decoded. A body
// that does not parse comes first. (Unlike AWS, as far as is known, we do not look for
// that in one of more than maxRefused bytes.)
func (x *exchange) refuse(err error) {
	switch {
	case x.encoding == queryEncoding: // it was parsed to find out what it asks for
		err = forQuery(err)
	case !x.cut && !x.encoding.valid(x.body.buf.B):
		err = convert.Malformed()
	}
	x.fail(err)
}

// end is deferred by ServeHTTP. It answers if the operation panicked, gives back
// what is still borrowed, and reports the request.
func (x *exchange) end() {
	defer func() {
		x.giveBack()
		x.mux.options.Observe(x.observation())
	}()
	if p := recover(); p != nil {
		x.panicked(p)
	}
}

// panicked answers InternalFailure. An answer that was begun is cut off.
func (x *exchange) panicked(p any) {
	x.tainted = true
	err, _ := p.(error)
	aborted := errors.Is(err, http.ErrAbortHandler)
	if !aborted {
		x.mux.options.Logger.ErrorContext(x.r.Context(), "operation panicked",
			"request_id", x.requestID, "operation", x.operation(), "panic", p, "stack", string(debug.Stack()))
	}
	if x.status == 0 && !aborted {
		x.fail(internalFailure())
		return
	}
	x.record(nil, internalFailure().Code, "")
	x.code, x.status = internalFailure().Code, http.StatusInternalServerError
	panic(http.ErrAbortHandler)
}

// giveBack returns the body's room to the budget, and its memory and the input's
// to their pools if nothing can look at them any more.
func (x *exchange) giveBack() {
	x.mux.bodies.budget.giveBack(&x.body.share)
	if x.tainted {
		x.body.buf.Abandon()
		return
	}
	if x.release != nil {
		x.release()
		x.release = nil
	}
	x.body.buf.Release()
}

// asked is the operation that was asked for, or nil if its name is not known.
func (x *exchange) asked() *awsapi.Operation {
	if x.route != nil {
		return x.route.op
	}
	return x.unrouted
}

// operation is the name of the operation, or empty.
func (x *exchange) operation() string {
	if op := x.asked(); op != nil {
		return op.Name
	}
	return ""
}

func (x *exchange) observation() Observation {
	o := Observation{
		Operation: x.operation(),
		Unrouted:  x.unrouted != nil,
		Code:      x.code,
		Status:    x.status,
		Duration:  time.Since(x.start),
		BytesIn:   x.bytesIn,
		BytesOut:  x.bytesOut,
	}
	if op := x.asked(); op != nil {
		o.Service = op.Service.ID
	}
	return o
}

// contentTypeOf returns the content type without its parameters.
func contentTypeOf(h http.Header) string {
	contentType, _, _ := strings.Cut(header(h, "Content-Type"), ";")
	return strings.TrimSpace(contentType)
}

// header returns the first value of a header whose name is in canonical form.
func header(h http.Header, name string) string {
	if v := h[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}
