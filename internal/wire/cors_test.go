package wire_test

import (
	"net/http"
	"testing"

	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/wiretest"
)

// Data-streams.md, section 1.6, for origins that are allowed.
func TestPreflight(t *testing.T) {
	h := serve(echo)
	f := func(auth string, asked, want http.Header) {
		t.Helper()
		r := codecs[0].call("", "Authorization", auth, "Origin", "http://localhost:3000")
		r.Method = "OPTIONS"
		for name, v := range asked {
			r.Header[name] = v
		}
		got, header := h.answer(t, r)
		if got != (reply{200, "", ""}) {
			t.Errorf("answer %+v", got)
		}
		want.Set("Access-Control-Allow-Origin", "http://localhost:3000")
		want.Set("Access-Control-Max-Age", "172800")
		for _, name := range []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Headers", "Access-Control-Allow-Methods",
			"Access-Control-Max-Age", "Access-Control-Expose-Headers", "Access-Control-Allow-Credentials"} {
			if header.Get(name) != want.Get(name) {
				t.Errorf("%s: %q, want %q", name, header.Get(name), want.Get(name))
			}
		}
	}
	for _, auth := range []string{authorization, ""} {
		f(auth, nil, http.Header{})
		f(auth, http.Header{"Access-Control-Request-Headers": {"a, b, c"}, "Access-Control-Request-Method": {"POST"}},
			http.Header{"Access-Control-Allow-Headers": {"a, b, c"}, "Access-Control-Allow-Methods": {"POST"}})
	}
}

func TestOtherAnswersAreReadableByAllowedOrigins(t *testing.T) {
	h := serve(echo)
	inEach(t, func(t *testing.T, c codec) {
		for _, body := range []string{c.body(new(wiretest.Everything)), c.malformed, ""} {
			_, header := h.answer(t, c.call(body, "Origin", "http://127.0.0.1:8080"))
			if header.Get("Access-Control-Allow-Origin") != "http://127.0.0.1:8080" || header.Get("Vary") != "Origin" ||
				header.Get("Access-Control-Expose-Headers") != "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date" {
				t.Errorf("headers %v", header)
			}
		}
	})
}

// Unlike AWS: a page from elsewhere may not read what any credentials can read.
func TestForeignOriginsGetNoPermission(t *testing.T) {
	h := serve(echo)
	for _, method := range []string{"OPTIONS", "POST"} {
		r := codecs[0].call("{}", "Origin", "https://example.com")
		r.Method = method
		got, header := h.answer(t, r)
		if got.status != 200 || header.Get("Access-Control-Allow-Origin") != "" || header.Get("Access-Control-Allow-Headers") != "" {
			t.Errorf("%s: %d with %v", method, got.status, header)
		}
	}
	h = serve(echo, func(o *wire.Options) {
		o.AllowOrigin = func(origin string) bool { return origin == "https://example.com" }
	})
	if _, header := h.answer(t, codecs[0].call("{}", "Origin", "https://example.com")); header.Get("Access-Control-Allow-Origin") == "" {
		t.Error("an origin that was configured is not allowed")
	}
}

// Data-streams.md, section 1.6: AWS answers every origin with a star, and says of
// no answer that it depends on the origin.
func TestAnyOriginAsOnAWS(t *testing.T) {
	h := serve(echo, func(o *wire.Options) { o.AnyOrigin = true })
	for _, method := range []string{"OPTIONS", "POST"} {
		r := codecs[0].call("{}", "Origin", "https://example.com")
		r.Method = method
		_, header := h.answer(t, r)
		if header.Get("Access-Control-Allow-Origin") != "*" || header.Get("Vary") != "" || header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: %v", method, header)
		}
	}
}

func TestLoopbackOrigin(t *testing.T) {
	f := func(origin string, want bool) {
		t.Helper()
		if got := wire.LoopbackOrigin(origin); got != want {
			t.Errorf("LoopbackOrigin(%q) = %v", origin, got)
		}
	}
	f("http://localhost", true)
	f("https://LOCALHOST:8443", true)
	f("http://app.localhost:3000", true)
	f("http://127.0.0.1:4566", true)
	f("http://127.9.9.9", true)
	f("http://[::1]:80", true)
	f("http://localhost.example.com", false)
	f("http://notlocalhost", false)
	f("http://127.0.0.1.example.com", false)
	f("http://10.0.0.1", false)
	f("https://example.com", false)
	f("file://localhost", false)
	f("null", false)
	f("", false)
	f("http://%zz", false)
}
