package wire

import (
	"context"
	"fmt"
	"iter"
	"net/http"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/fast"
)

// Fast is a hand-written codec for one operation in one encoding.
type Fast = fast.Codec

// Route is an operation and the function that performs it.
type Route struct {
	op       *awsapi.Operation
	newInput func() any
	// One of the two performs it: call, or events if it answers with a stream, and
	// then union is what the stream may hold, and event is its event.
	call   func(ctx context.Context, caller access.Caller, in any) (out any, err error)
	events func(ctx context.Context, caller access.Caller, in any) (iter.Seq2[any, error], error)
	union  *awsapi.Shape
	event  *awsapi.Member
	check  func(caller access.Caller, in any) error // nil for none
	fast   [len(encodings)]Fast
	// prepare, if set, is called before the operation.
	prepare Prepare
}

// Prepare makes the context of an operation, of which the headers may say what
// the model does not know. Its error is answered as the operation's. The operation
// may call idle once it does not look at its input any more, though it is not done:
// the body's memory and its room in the budget are given back then.
type Prepare func(ctx context.Context, h http.Header, idle func()) (context.Context, error)

// WithContext returns the route with a context that prepare makes.
func (r Route) WithContext(prepare Prepare) Route {
	r.prepare = prepare
	return r
}

// Op makes the route of an operation: call performs it. Its input is whole and
// keeps to the constraints of the model. It aliases memory that is used again
// once the answer is encoded, so call copies what it keeps. The context ends
// when the client leaves. The output is nil only if there is an error.
//
// It panics if call does not fit op, and if op answers with a stream of events,
// which one answer cannot hold.
func Op[In, Out any](op *awsapi.Operation, call func(context.Context, access.Caller, *In) (*Out, error)) Route {
	if _, ok := op.NewInput().(*In); !ok {
		panic(fmt.Sprintf("wire: %s takes %T, not %T", op.Name, op.NewInput(), new(In)))
	}
	if op.NewOutput != nil {
		if _, ok := op.NewOutput().(*Out); !ok {
			panic(fmt.Sprintf("wire: %s answers %T, not %T", op.Name, op.NewOutput(), new(Out)))
		}
	}
	if _, event := eventsOf(op); event != nil {
		panic("wire: " + op.Name + " answers with a stream of events")
	}
	return Route{
		op:       op,
		newInput: func() any { return new(In) },
		call: func(ctx context.Context, caller access.Caller, in any) (any, error) {
			out, err := call(ctx, caller, in.(*In))
			return out, err
		},
	}
}

// Before returns the route with a check that its input passes before it is
// performed: an error of check is the answer.
func (r Route) Before(check func(caller access.Caller, in any) error) Route {
	r.check = check
	return r
}

// Operation is the operation's name.
func (r Route) Operation() string { return r.op.Name }

// WithFast returns the route with a hand-written codec for the encoding of that
// content type, JSON or CBOR.
func (r Route) WithFast(contentType string, f Fast) Route {
	enc := encodingOf(contentType)
	if enc == nil {
		panic("wire: no encoding has the content type " + contentType)
	}
	r.fast[enc.index] = f
	return r
}

// target is the value of X-Amz-Target that names the operation.
func (r *Route) target() string { return targetOf(r.op) }

func targetOf(op *awsapi.Operation) string { return op.Service.Target + "." + op.Name }
