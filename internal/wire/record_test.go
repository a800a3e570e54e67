package wire_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/wiretest"
)

// recordings are what Options.Record was told, with inputs and outputs as text at the
// time it was told.
type recordings struct {
	all     []*wire.Recorded
	in, out []string
	status  []int // of the answer at that time
}

func recording(into *recordings, w **httptest.ResponseRecorder) func(*wire.Options) {
	text := func(v any) string {
		if e, ok := v.(*wiretest.Everything); ok && e != nil && e.Text != nil {
			return strings.Clone(*e.Text)
		}
		return ""
	}
	return func(o *wire.Options) {
		o.Record = func(_ *http.Request, r *wire.Recorded) {
			into.all = append(into.all, r)
			into.in = append(into.in, text(r.Input))
			into.out = append(into.out, text(r.Output))
			into.status = append(into.status, (*w).Body.Len())
		}
	}
}

func callDo(h *harness, w *httptest.ResponseRecorder, c codec, body, auth string) {
	r := c.call(body, "X-Amz-Target", "Test_20260101.Do")
	r.Header.Del("Authorization")
	if auth != "" {
		r.Header.Set("Authorization", auth)
	}
	h.ServeHTTP(w, r)
}

func TestRequestIsRecordedOnceBeforeItIsAnswered(t *testing.T) {
	for _, c := range codecs {
		var got recordings
		w := httptest.NewRecorder()
		h := serve(func(_ context.Context, _ access.Caller, in *wiretest.Everything) (*wiretest.Everything, error) {
			return &wiretest.Everything{Text: new("out")}, nil
		}, recording(&got, &w))
		callDo(h, w, c, c.body(&wiretest.Everything{Text: new("in")}), authorization)
		if len(got.all) != 1 {
			t.Fatalf("%s: recorded %d times", c.name, len(got.all))
		}
		r := got.all[0]
		if got.in[0] != "in" || got.out[0] != "out" || got.status[0] != 0 {
			t.Errorf("%s: input %q, output %q, %d bytes sent before", c.name, got.in[0], got.out[0], got.status[0])
		}
		if r.Operation != opDo || r.RequestID == "" || r.KeyID != "123456789012" || r.Region != "eu-west-1" ||
			r.Identity.IsZero() || r.Caller.Account() != "123456789012" || r.Context == nil || r.Code != "" {
			t.Errorf("%s: %+v", c.name, r)
		}
	}
}

func TestRefusedAndFailedRequestsAreRecordedWithWhatIsKnown(t *testing.T) {
	denied := func(o *wire.Options) {
		o.Authorize = func(context.Context, access.Identity, *awsapi.Operation, any) (access.Caller, error) {
			return access.Caller{}, awsapi.Errorf("AccessDeniedException", "no")
		}
	}
	fails := func(context.Context, access.Caller, *wiretest.Everything) (*wiretest.Everything, error) {
		return nil, awsapi.Errorf("ResourceNotFoundException", "gone")
	}
	panics := func(context.Context, access.Caller, *wiretest.Everything) (*wiretest.Everything, error) { panic("x") }
	f := func(name string, do do, body, auth, code string, identified, allowed bool, options ...func(*wire.Options)) {
		t.Helper()
		var got recordings
		w := httptest.NewRecorder()
		h := serve(do, append(options, recording(&got, &w))...)
		callDo(h, w, codecs[0], body, auth)
		if len(got.all) != 1 {
			t.Fatalf("%s: recorded %d times", name, len(got.all))
		}
		r := got.all[0]
		if r.Code != code || !r.Identity.IsZero() != identified || !r.Caller.IsZero() != allowed {
			t.Errorf("%s: code %s, identity %v, caller %v", name, r.Code, !r.Identity.IsZero(), !r.Caller.IsZero())
		}
	}
	f("no credentials", echo, "{}", "", "MissingAuthenticationTokenException", false, false)
	f("half of them", echo, "{}", strings.Replace(authorization, "Signature=abc", "", 1), "IncompleteSignatureException", false, false)
	f("invalid", echo, `{"Text":"abcdef"}`, authorization, "ValidationException", true, false)
	f("denied", echo, "{}", authorization, "AccessDeniedException", true, false, denied)
	f("fails", fails, "{}", authorization, "ResourceNotFoundException", true, true)
	f("panics", panics, "{}", authorization, "InternalFailure", true, true)
}

// An operation that waits has given its input back; what is recorded in the end is
// what it was given.
func TestInputIsRecordedThoughItWasGivenBack(t *testing.T) {
	for _, c := range codecs {
		var got recordings
		w := httptest.NewRecorder()
		var idle func()
		h := &harness{}
		o := wire.Options{Authenticate: anyone, Authorize: anything}
		recording(&got, &w)(&o)
		h.Mux = wire.New(o)
		h.Handle(wire.Op(opDo, func(_ context.Context, _ access.Caller, in *wiretest.Everything) (*wiretest.Everything, error) {
			idle()
			*in = wiretest.Everything{Text: new("another's")}
			return &wiretest.Everything{}, nil
		}).WithContext(func(ctx context.Context, _ http.Header, letGo func()) (context.Context, error) {
			idle = letGo
			return ctx, nil
		}))
		callDo(h, w, c, c.body(&wiretest.Everything{Text: new("mine")}), authorization)
		if len(got.in) != 1 || got.in[0] != "mine" {
			t.Errorf("%s: recorded %q", c.name, got.in)
		}
	}
}

func TestStreamOfEventsIsRecordedWhenItBegins(t *testing.T) {
	inEach(t, func(t *testing.T, c codec) {
		var got recordings
		w := httptest.NewRecorder()
		h := streaming(always(func(func(*event, error) bool) {
			if len(got.all) != 1 {
				t.Errorf("recorded %d times when the stream begins", len(got.all))
			}
		}), recording(&got, &w))
		h.ServeHTTP(w, c.asked(t.Context(), t, "http://localhost/"))
		if len(got.all) != 1 || got.all[0].Input == nil || got.all[0].Output != nil || got.all[0].Code != "" {
			t.Errorf("recorded %+v", got.all)
		}
	})
}
