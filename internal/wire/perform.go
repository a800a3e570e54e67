package wire

import (
	"net/http"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/wire/awsquery"
	"github.com/freshet/freshet/internal/wire/scratch"
)

// perform decodes the input, asks whether the operation is allowed, calls it and
// answers. That an input is judged before the right to give it is not documented.
func (x *exchange) perform(identity access.Identity) {
	if x.recorded != nil {
		x.recorded.Identity = identity
	}
	in, err := x.input()
	if err != nil {
		x.fail(err)
		return
	}
	if x.recorded != nil {
		x.recorded.Input = in
	}
	caller, err := x.mux.options.Authorize(x.r.Context(), identity, x.route.op, in)
	if err != nil {
		x.fail(err)
		return
	}
	if caller.IsZero() {
		panic("BUG: wire: Options.Authorize returned no caller and no error")
	}
	if x.recorded != nil {
		x.recorded.Caller, x.recorded.Context = caller, x.r.Context()
	}
	if x.route.check != nil {
		if err := x.route.check(caller, in); err != nil {
			x.fail(err)
			return
		}
	}
	ctx := x.r.Context()
	if x.route.events != nil {
		x.stream(caller, in)
		return
	}
	if x.route.prepare != nil {
		if ctx, err = x.route.prepare(ctx, x.r.Header, x.letGo); err != nil {
			x.fail(err)
			return
		}
		if x.recorded != nil {
			x.recorded.Context = ctx
		}
	}
	out, err := x.route.call(ctx, caller, in)
	if err != nil {
		x.fail(err)
		return
	}
	x.answer(out)
}

// input decodes and validates the body. A fast codec does both at once, or
// declines.
func (x *exchange) input() (any, error) {
	if x.encoding == queryEncoding {
		return x.queryInput()
	}
	if decode := x.route.fast[x.encoding.index].Decode; decode != nil {
		if in, release, ok := decode(x.body.buf.B); ok {
			x.release = release
			return in, nil
		}
	}
	in, shape := x.route.newInput(), x.route.op.Input
	if err := x.encoding.decode(x.body.buf.B, shape, in); err != nil {
		return nil, err
	}
	if e := Validate(shape, in); e != nil {
		return nil, e
	}
	return in, nil
}

// answer encodes what the operation returned. From the moment it is encoded
// nothing looks at the body any more, so that it need not wait for a client that
// reads slowly.
func (x *exchange) answer(out any) {
	if x.route.op.Output == nil && x.encoding != queryEncoding {
		x.record(out, "", "")
		x.giveBack()
		x.reply(http.StatusOK, x.encoding.contentType, nil)
		return
	}
	var buf scratch.Buffer
	if err := x.encode(&buf, out); err != nil {
		buf.Release()
		x.fail(err)
		return
	}
	x.record(out, "", "")
	x.giveBack()
	x.send(http.StatusOK, x.encoding.contentType, &buf)
}

func (x *exchange) encode(buf *scratch.Buffer, out any) (err error) {
	if x.encoding == queryEncoding {
		buf.Get(0)
		buf.B, err = awsquery.AppendAnswer(buf.B[:0], x.route.op, out, x.requestID)
		return err
	}
	codec := &x.route.fast[x.encoding.index]
	size := 0
	if codec.Size != nil {
		size = codec.Size(out)
	}
	buf.Get(size)
	if codec.Append != nil {
		if b, ok := codec.Append(buf.B, out); ok {
			buf.B = b
			return nil
		}
	}
	buf.B, err = x.encoding.append(buf.B[:0], x.route.op.Output, out)
	return err
}
