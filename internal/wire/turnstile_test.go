package wire_test

import (
	"context"
	"testing"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/wiretest"
)

// gate lets in as many as most, and counts who is inside.
type gate struct{ most, inside int }

func (g *gate) Enter(access.Identity) error {
	if g.inside >= g.most {
		return awsapi.Errorf("ThrottlingException", "too many")
	}
	g.inside++
	return nil
}

func (g *gate) Leave(access.Identity) { g.inside-- }

// Whoever entered leaves, also if his operation panics; who may not enter gets the
// error and performs nothing.
func TestTurnstile(t *testing.T) {
	g := &gate{}
	performed := 0
	h := serve(func(_ context.Context, _ access.Caller, in *wiretest.Everything) (*wiretest.Everything, error) {
		if performed++; performed%2 == 0 {
			panic("an operation's bug")
		}
		if g.inside != 1 {
			t.Errorf("%d are inside", g.inside)
		}
		return in, nil
	}, func(o *wire.Options) { o.Turnstile = g })
	inEach(t, func(t *testing.T, c codec) {
		body := c.body(new(wiretest.Everything))
		g.most, performed = 0, 0
		h.check(t, c.call(body), reply{400, c.contentType, c.failure("__type", "ThrottlingException", "message", "too many")})
		if performed != 0 {
			t.Error("an operation was performed for who was not let in")
		}
		g.most = 1
		h.answer(t, c.call(body))
		h.check(t, c.call(body), reply{500, c.contentType, c.failure("__type", "InternalFailure")})
		h.answer(t, c.call(body))
		if g.inside != 0 {
			t.Errorf("%d never left", g.inside)
		}
	})
}
