package wire

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
)

// Recorded is what Options.Record is told. Input and Output alias memory that is used
// again once it has returned.
type Recorded struct {
	Operation *awsapi.Operation
	RequestID string
	// KeyID and Region are what the credentials claim. Identity is zero if they were not
	// good, Caller if the operation was not allowed.
	KeyID, Region string
	Identity      access.Identity
	Caller        access.Caller
	// Context is the operation's, nil if it was not called.
	Context context.Context
	// Input is nil if it was not decoded, or was not right. Output is nil if there
	// was an error, or a stream of events.
	Input, Output any
	// Code and Message are those of the error that is answered, if any. Codes of
	// Observation are among them.
	Code, Message string
	BytesIn       int64
	Took          time.Duration
}

// beginRecord is called when it is known which operation is asked for.
func (x *exchange) beginRecord() {
	if op := x.asked(); op != nil && x.mux.options.Record != nil {
		x.recorded = &Recorded{Operation: op, RequestID: x.requestID, BytesIn: x.bytesIn}
	}
}

// record tells of the request, once.
func (x *exchange) record(out any, code, message string) {
	r := x.recorded
	if r == nil {
		return
	}
	x.recorded = nil
	r.Output, r.Code, r.Message = out, code, message
	r.Took = time.Since(x.start)
	x.mux.options.Record(x.r, r)
}

// letGo gives back what the operation does not look at any more, although it is not
// done. What is recorded at its end needs an input of its own then.
func (x *exchange) letGo() {
	if x.recorded != nil {
		x.recorded.Input = x.copyOf(x.recorded.Input)
	}
	x.giveBack()
}

// copyOf is an input once more, nil if it cannot be had.
func (x *exchange) copyOf(in any) any {
	if x.encoding == queryEncoding {
		return in // it does not alias the body
	}
	text, err := x.encoding.append(nil, x.route.op.Input, in)
	if err != nil {
		return nil
	}
	fresh := x.route.newInput()
	if err := x.encoding.decode(text, x.route.op.Input, fresh); err != nil {
		return nil
	}
	return fresh
}
