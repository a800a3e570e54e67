package wire

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"os"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/eventstream"
	"github.com/freshet/freshet/internal/wire/scratch"
)

// Events are the events of one answer, from first to last. Whoever ranges over
// them does the work of finding them, and waits where there is none yet. An error
// comes last, if at all.
type Events[E any] = iter.Seq2[*E, error]

// Stream makes the route of an operation that answers with a stream of events.
// call begins it: what it refuses is answered as any operation's error. Its input
// is as that of Op, but aliases memory that is used again as soon as call has
// returned. The events are ranged over once, by the request's goroutine, and each
// is sent before the next is asked for. They end when the context does, which is
// when the client leaves or the Mux ends its streams. An error that they end with
// is sent as an exception if the model lists it among the stream's, else as
// InternalFailureException.
//
// It panics if call does not fit op, and if op answers with no stream of events.
func Stream[In, E any](op *awsapi.Operation, call func(context.Context, access.Caller, *In) (Events[E], error)) Route {
	if _, ok := op.NewInput().(*In); !ok {
		panic(fmt.Sprintf("wire: %s takes %T, not %T", op.Name, op.NewInput(), new(In)))
	}
	union, event := eventsOf(op)
	if event == nil {
		panic("wire: " + op.Name + " answers with no stream of events")
	}
	return Route{
		op:       op,
		newInput: func() any { return new(In) },
		union:    union,
		event:    event,
		events: func(ctx context.Context, caller access.Caller, in any) (iter.Seq2[any, error], error) {
			events, err := call(ctx, caller, in.(*In))
			if err != nil {
				return nil, err
			}
			return func(yield func(any, error) bool) {
				events(func(e *E, err error) bool { return yield(e, err) })
			}, nil
		},
	}
}

// eventsOf returns the union of what op's stream may hold, and its one event. They
// are nil if op has no stream.
func eventsOf(op *awsapi.Operation) (union *awsapi.Shape, event *awsapi.Member) {
	if op.Output == nil {
		return nil, nil
	}
	for i := range op.Output.Members {
		union = op.Output.Members[i].Shape
		if !union.EventStream {
			continue
		}
		for j := range union.Members {
			if m := &union.Members[j]; m.Shape.Event {
				return union, m
			}
		}
	}
	return nil, nil
}

// EndStreams ends the streams of events that are open, and those that begin later
// at once. Their clients see an end as any other, and subscribe again elsewhere.
func (m *Mux) EndStreams() { m.endStreams() }

// stream answers with a stream of events. Before it begins the answer can still be
// an error; from then on that is what the stream says last.
func (x *exchange) stream(caller access.Caller, in any) {
	ctx, cancel := context.WithCancel(x.r.Context())
	defer cancel()
	defer context.AfterFunc(x.mux.streams, cancel)()
	events, err := x.route.events(ctx, caller, in)
	switch {
	case err != nil && x.streamsEnded(err):
		events = func(func(any, error) bool) {}
	case err != nil:
		x.fail(err)
		return
	}
	x.record(nil, "", "")
	x.giveBack()
	x.settle(ctx)
	open := x.begin()
	if !open {
		cancel()
	}
	for event, err := range events {
		if !open || !x.next(event, err) {
			return
		}
	}
	if x.r.Context().Err() != nil {
		x.code = codeClientClosed
	}
}

// streamsEnded reports whether err says no more than that the Mux has ended its
// streams. The client may ask again elsewhere.
func (x *exchange) streamsEnded(err error) bool {
	return x.mux.streams.Err() != nil && errors.Is(err, context.Canceled) && x.r.Context().Err() == nil
}

// settled is how long the head of a stream is held back on HTTP/1.
const settled = 5 * time.Millisecond

// settle lets a client of HTTP/1 come to the end of its own request. AWS's client
// for Go closes the request's body when it has the head of the answer; if the
// transport below it has not met the body's end by then, it takes the request for
// failed and cuts the stream off. An answer that is whole is not worth the wait: it
// is read by then, or asked for again. A subscription is: it lasts for minutes.
func (x *exchange) settle(ctx context.Context) {
	if x.r.ProtoMajor != 1 {
		return
	}
	select {
	case <-time.After(settled):
	case <-ctx.Done():
	}
}

// begin sends the head of the answer and the message that every stream begins
// with: the output, the stream apart. Clients of AWS for Go and for Python wait
// for it.
func (x *exchange) begin() (sent bool) {
	x.w.Header()["Content-Type"] = []string{eventstream.ContentType}
	x.status = http.StatusOK
	x.w.WriteHeader(x.status)
	return x.message(eventstream.EventType, eventstream.InitialResponse, 0, func(dst []byte) ([]byte, error) {
		return x.encoding.append(dst, x.route.op.Output, x.route.op.NewOutput())
	})
}

// next sends an event, or the error that the stream ends with, and reports whether
// it goes on.
func (x *exchange) next(event any, err error) (open bool) {
	if err != nil {
		x.except(err)
		return false
	}
	codec := &x.route.fast[x.encoding.index]
	size := 0
	if codec.Size != nil {
		size = codec.Size(event)
	}
	return x.message(eventstream.EventType, x.route.event.Name, size, func(dst []byte) ([]byte, error) {
		if codec.Append != nil {
			if b, ok := codec.Append(dst, event); ok {
				return b, nil
			}
		}
		return x.encoding.append(dst, x.route.event.Shape, event)
	})
}

// except ends the stream with err. What is not the client's to know is logged here,
// once.
func (x *exchange) except(err error) {
	e, ok := errors.AsType[*awsapi.Error](err)
	if !ok || e.Cause != nil || x.route.union.Member(e.Code) == nil {
		x.mux.options.Logger.ErrorContext(x.r.Context(), "stream failed",
			"request_id", x.requestID, "operation", x.operation(), "error", err)
		// In a stream it has the name that the model gives it.
		e = &awsapi.Error{Code: "InternalFailureException", Message: "Internal service failure."}
	}
	x.code = e.Code
	x.message(eventstream.ExceptionType, e.Code, len(e.Message), func(dst []byte) ([]byte, error) {
		return x.encoding.pairs(dst, "message", e.Message), nil
	})
}

// messageRoom is more than a message has around its payload.
const messageRoom = 512

// message sends one message, whose payload is what fill appends, about size bytes.
// The header typed says what the message is: name.
func (x *exchange) message(typed, name string, size int, fill func(dst []byte) ([]byte, error)) (sent bool) {
	kind := eventstream.Event
	if typed == eventstream.ExceptionType {
		kind = eventstream.Exception
	}
	var buf scratch.Buffer
	buf.Get(size + messageRoom)
	buf.B = eventstream.Begin(buf.B,
		eventstream.Header{Name: eventstream.MessageType, Value: kind},
		eventstream.Header{Name: typed, Value: name},
		eventstream.Header{Name: eventstream.PayloadType, Value: x.encoding.contentType})
	b, err := fill(buf.B)
	if err != nil {
		buf.Abandon()
		x.except(err) // which has no error to write
		return false
	}
	buf.B = eventstream.End(b, 0)
	if err := x.flush(buf.B); err != nil {
		buf.Abandon() // net/http may still be sending it
		x.code = codeClientClosed
		if errors.Is(err, os.ErrDeadlineExceeded) {
			x.code = codeTimeout
		}
		return false
	}
	buf.Release()
	return true
}

// flush sends b now, and not when more has come together. A client that does not
// read is cut off.
func (x *exchange) flush(b []byte) error {
	defer x.writeDeadline(len(b))()
	n, err := x.w.Write(b)
	x.bytesOut += int64(n)
	if err != nil {
		return err
	}
	return http.NewResponseController(x.w).Flush()
}
