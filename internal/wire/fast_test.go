package wire_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/wiretest"
)

// diary is a codec that writes down what is asked of it.
type diary struct {
	steps   []string
	decline bool
}

func (d *diary) note(step string) { d.steps = append(d.steps, step) }

func (d *diary) codec() wire.Fast {
	return wire.Fast{
		Decode: func(body []byte) (any, func(), bool) {
			d.note("decode")
			if d.decline {
				return nil, nil, false
			}
			return &wiretest.Everything{Text: new("fast")}, func() { d.note("release") }, true
		},
		Size: func(any) int { d.note("size"); return 10 },
		Append: func(dst []byte, out any) ([]byte, bool) {
			d.note("append")
			return append(dst, "fast"...), !d.decline
		},
	}
}

// serveFast serves do with the diary's codec for JSON.
func serveFast(d *diary, do do) *harness {
	h := serve(do)
	route := operation("Fast", wiretest.Shape)
	h.Handle(wire.Op(route, do).WithFast(wire.JSON, d.codec()))
	return h
}

func TestFastCodec(t *testing.T) {
	f := func(decline bool, fail any, want string, steps ...string) {
		t.Helper()
		d := &diary{decline: decline}
		h := serveFast(d, func(_ context.Context, _ access.Caller, in *wiretest.Everything) (*wiretest.Everything, error) {
			d.note("operation")
			if err, ok := fail.(error); ok {
				return nil, err
			}
			if fail != nil {
				panic(fail)
			}
			return in, nil
		})
		got, _ := h.answer(t, codecs[0].call(`{"Text":"slow"}`, "X-Amz-Target", "Test_20260101.Fast"))
		if got.body != want || !slices.Equal(d.steps, steps) {
			t.Errorf("answer %s after %v; want %s after %v", got.body, d.steps, want, steps)
		}
	}
	f(false, nil, "fast", "decode", "operation", "size", "append", "release")
	f(true, nil, `{"Text":"slow"}`, "decode", "operation", "size", "append")
	f(false, awsapi.Errorf("X", "y"), `{"__type":"X","message":"y"}`, "decode", "operation", "release")
	// The operation may have left something behind that still looks at the input.
	f(false, "boom", `{"__type":"InternalFailure"}`, "decode", "operation")
}

func TestFastCodecIsForItsEncodingAlone(t *testing.T) {
	d := &diary{}
	h := serveFast(d, echo)
	body := codecs[1].body(&wiretest.Everything{Text: new("slow")})
	if got, _ := h.answer(t, codecs[1].call(body, "X-Amz-Target", "Test_20260101.Fast")); got.body != body || len(d.steps) > 0 {
		t.Errorf("answer %q after %v", got.body, d.steps)
	}
}

// The first client's data must never reach the second: what an operation echoes
// aliases the body, and buffers go round among many clients. Under the race
// detector released buffers are overwritten.
func TestBuffersAreNotSharedAmongClients(t *testing.T) {
	alias := wire.Fast{Decode: func(body []byte) (any, func(), bool) {
		in := &wiretest.Everything{Data: body[1 : len(body)-1]}
		return in, func() { in.Data = []byte("released") }, true
	}}
	h := serve(echo)
	h.Handle(wire.Op(operation("Fast", wiretest.Shape), echo).WithFast(wire.JSON, alias))
	address := listen(t, h)
	for _, client := range clients(t) {
		var done sync.WaitGroup
		for i := range 8 {
			done.Go(func() {
				for n := range 30 {
					text := strings.Repeat(fmt.Sprintf("<%d/%d>", i, n), 1+n*400)
					want := codecs[0].body(&wiretest.Everything{Data: []byte(text)})
					r, _ := http.NewRequest("POST", "http://"+address, strings.NewReader("{"+text+"}"))
					r.Header = codecs[0].call("", "X-Amz-Target", "Test_20260101.Fast").Header
					res, err := client.Do(r)
					if err != nil {
						t.Error(err)
						return
					}
					got, err := io.ReadAll(res.Body)
					res.Body.Close()
					if err != nil || string(got) != want {
						t.Errorf("client %d got %.60q, %v; want %.60q", i, got, err, want)
					}
				}
			})
		}
		done.Wait()
	}
}

// brokenWriter takes a part and fails, as a connection that is reset.
type brokenWriter struct {
	*httptest.ResponseRecorder
	kept []byte
}

func (w *brokenWriter) Write(p []byte) (int, error) {
	w.kept = p // as net/http may, until its frame is written
	return 0, io.ErrClosedPipe
}

func TestBufferOfAnAnswerThatWasCutOffIsNotUsedAgain(t *testing.T) {
	h := serve(echo)
	c := codecs[0]
	w := &brokenWriter{ResponseRecorder: httptest.NewRecorder()}
	h.ServeHTTP(w, c.call(c.body(&wiretest.Everything{Names: []string{"first"}})))
	want := bytes.Clone(w.kept)
	for range 100 {
		h.answer(t, c.call(c.body(&wiretest.Everything{Names: []string{"other"}})))
	}
	if !bytes.Equal(w.kept, want) {
		t.Errorf("%q became %q", want, w.kept)
	}
}
