package wire_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/wiretest"
)

type idleKey struct{}

// prepared serves do with idle in its context, if the header Idle says so.
func prepared(do do, budget int64) *harness {
	h := &harness{}
	h.Mux = wire.New(wire.Options{
		Authenticate: anyone, Authorize: anything,
		Logger:  slog.New(slog.NewTextHandler(&h.log, nil)),
		Observe: h.observe,
		MaxBody: 64 << 10, BodyBudget: budget,
	})
	h.Handle(wire.Op(opDo, do).WithContext(func(ctx context.Context, header http.Header, idle func()) (context.Context, error) {
		switch header.Get("Idle") {
		case "wrong":
			return nil, awsapi.Errorf("InvalidArgumentException", "no such idleness")
		case "broken":
			return nil, errors.New("broken")
		}
		return context.WithValue(ctx, idleKey{}, idle), nil
	}))
	return h
}

// An operation that waits holds none of the room for bodies.
func TestIdleOperationsHoldNoRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const calls = 5
		proceed := make(chan struct{})
		var waiting atomic.Int32
		h := prepared(func(ctx context.Context, _ access.Caller, in *wiretest.Everything) (*wiretest.Everything, error) {
			out := &wiretest.Everything{Text: new(strings.Clone(*in.Text))}
			ctx.Value(idleKey{}).(func())()
			waiting.Add(1)
			<-proceed
			return out, nil
		}, 64<<10) // one body's
		for range calls {
			go func() {
				body := `{"Text":"hello"` + strings.Repeat(" ", 60_000) + `}`
				h.check(t, codecs[0].call(body), reply{200, wire.JSON, `{"Text":"hello"}`})
			}()
		}
		synctest.Wait()
		if n := waiting.Load(); n != calls {
			t.Errorf("%d of %d operations wait", n, calls)
		}
		close(proceed)
		synctest.Wait()
	})
}

// A panic after that finds nothing to give back.
func TestAnIdleOperationPanics(t *testing.T) {
	h := prepared(func(ctx context.Context, _ access.Caller, _ *wiretest.Everything) (*wiretest.Everything, error) {
		ctx.Value(idleKey{}).(func())()
		panic("BUG: idle")
	}, 64<<10)
	for range 3 {
		h.check(t, codecs[0].call(`{"Text":"hello"`+strings.Repeat(" ", 60_000)+`}`), reply{500, wire.JSON, `{"__type":"InternalFailure"}`})
	}
}

func TestPrepareMayRefuse(t *testing.T) {
	h := prepared(echo, 64<<10)
	inEach(t, func(t *testing.T, c codec) {
		body := c.body(&wiretest.Everything{Text: new("hello")})
		h.check(t, c.call(body, "Idle", "wrong"), reply{400, c.contentType, c.failure("__type", "InvalidArgumentException", "message", "no such idleness")})
		h.check(t, c.call(body, "Idle", "broken"), reply{500, c.contentType, c.failure("__type", "InternalFailure")})
		h.check(t, c.call(body), reply{200, c.contentType, body})
	})
}
