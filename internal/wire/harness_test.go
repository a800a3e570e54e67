package wire_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/awscbor"
	"github.com/freshet/freshet/internal/wire/awsjson"
	"github.com/freshet/freshet/internal/wire/sigv4"
	"github.com/freshet/freshet/internal/wire/wiretest"
)

// service has one operation, Do, whose behaviour each test chooses, and Hush,
// which answers an empty body.
var service = &awsapi.Service{ID: "Test", Target: "Test_20260101", SigningName: "test"}

var (
	opDo   = operation("Do", wiretest.Shape)
	opHush = operation("Hush", nil)
)

func operation(name string, output *awsapi.Shape) *awsapi.Operation {
	op := &awsapi.Operation{Service: service, Name: name, Input: bounded(), Output: output,
		NewInput: func() any { return new(wiretest.Everything) }}
	if output != nil {
		op.NewOutput = op.NewInput
	}
	return op
}

// bounded is the shape of Everything with a bound that can be broken.
func bounded() *awsapi.Shape {
	s := *wiretest.Shape
	s.Members = append([]awsapi.Member(nil), s.Members...)
	text := *s.Members[0].Shape
	text.Max = new(int64(5))
	s.Members[0].Shape = &text
	return &s
}

const authorization = sigv4.Algorithm + " Credential=123456789012/20260101/eu-west-1/test/aws4_request, SignedHeaders=host, Signature=abc"

type do = func(ctx context.Context, caller access.Caller, in *wiretest.Everything) (*wiretest.Everything, error)

// harness is a Mux and what it said.
type harness struct {
	*wire.Mux
	log bytes.Buffer
	mu  sync.Mutex
	// seen are the observations, in order.
	seen []wire.Observation
}

func (h *harness) observe(o wire.Observation) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen = append(h.seen, o)
}

// last returns what was observed last.
func (h *harness) last(t *testing.T) wire.Observation {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.seen) == 0 {
		t.Fatal("nothing was observed")
	}
	return h.seen[len(h.seen)-1]
}

// serve makes a Mux whose operation is do; options change what is ordinary.
func serve(do do, options ...func(*wire.Options)) *harness {
	h := &harness{}
	o := wire.Options{
		Authenticate: anyone, Authorize: anything,
		Logger:  slog.New(slog.NewTextHandler(&h.log, nil)),
		Observe: h.observe,
	}
	for _, option := range options {
		option(&o)
	}
	h.Mux = wire.New(o)
	h.Handle(wire.Op(opDo, do), wire.Op(opHush, do))
	return h
}

// echo answers its input.
func echo(_ context.Context, _ access.Caller, in *wiretest.Everything) (*wiretest.Everything, error) {
	return in, nil
}

// codec is one of the two encodings as a client has it.
type codec struct {
	name        string
	contentType string
	// body encodes a value; malformed is a body that does not parse, and list
	// one that is no object.
	body            func(v *wiretest.Everything) string
	malformed, list string
	// mismatch is a body whose Text is a boolean.
	mismatch string
	// failure is the body of an error: names and values take turns.
	failure func(pairs ...string) string
}

var codecs = []codec{
	{
		name: "JSON", contentType: wire.JSON, malformed: "hello", list: "[]", mismatch: `{"Text":true}`,
		body: func(v *wiretest.Everything) string {
			b, _ := awsjson.Append(nil, wiretest.Shape, v)
			return string(b)
		},
		failure: func(pairs ...string) string {
			var fields []string
			for i := 0; i < len(pairs); i += 2 {
				fields = append(fields, `"`+pairs[i]+`":`+string(awsjson.AppendString(nil, pairs[i+1])))
			}
			return "{" + strings.Join(fields, ",") + "}"
		},
	},
	{
		name: "CBOR", contentType: wire.CBOR, malformed: "\xa1", list: "\x80", mismatch: "\xa1\x64Text\xf5",
		body: func(v *wiretest.Everything) string {
			b, _ := awscbor.Append(nil, wiretest.Shape, v)
			return string(b)
		},
		failure: func(pairs ...string) string {
			b := []byte{0xbf}
			for _, text := range pairs {
				b = awscbor.AppendString(b, text)
			}
			return string(b) + "\xff"
		},
	},
}

// inEach runs a test in either encoding.
func inEach(t *testing.T, f func(t *testing.T, c codec)) {
	for _, c := range codecs {
		t.Run(c.name, func(t *testing.T) { f(t, c) })
	}
}

// call makes a signed request for the operation Do; headers replace the ordinary
// ones, and an empty value takes one away.
func (c codec) call(body string, headers ...string) *http.Request {
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.Header.Set("Content-Type", c.contentType)
	r.Header.Set("X-Amz-Target", "Test_20260101.Do")
	r.Header.Set("Authorization", authorization)
	r.Header.Set("X-Amz-Date", "20260101T000000Z")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		}
	}
	return r
}

// reply is an answer as the client sees it.
type reply struct {
	status      int
	contentType string
	body        string
}

// answer serves r and checks what holds for every answer.
func (h *harness) answer(t *testing.T, r *http.Request) (reply, http.Header) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	res := w.Result()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	checkIDs(t, w.Header(), r.Method == "OPTIONS" && r.Header.Get("Origin") != "")
	if got := w.Header().Get("Content-Length"); got != itoa(len(body)) {
		t.Errorf("Content-Length: %q for %d bytes", got, len(body))
	}
	if o := h.last(t); o.Status != res.StatusCode || o.BytesOut != int64(len(body)) {
		t.Errorf("observed %+v for an answer with status %d and %d bytes", o, res.StatusCode, len(body))
	}
	return reply{res.StatusCode, res.Header.Get("Content-Type"), string(body)}, w.Header()
}

// check compares an answer with what is wanted.
func (h *harness) check(t *testing.T, r *http.Request, want reply) {
	t.Helper()
	if got, _ := h.answer(t, r); got != want {
		t.Errorf("%s %s, target %q, type %q:\n got %d %q %q\nwant %d %q %q", r.Method, r.URL, r.Header.Get("X-Amz-Target"),
			r.Header.Get("Content-Type"), got.status, got.contentType, got.body, want.status, want.contentType, want.body)
	}
}

// anyone takes a request's credentials as they come.
func anyone(_ *http.Request, c *sigv4.Credentials) (wire.Signer, error) {
	return wire.Signer{Identity: access.Unverified(c.AccessKeyID, c.Region), Unverified: true}, nil
}

// anything lets everybody do it. Like the server's, it does not look at what is touched
// by who is not verified: benchmarks measure what development pays.
func anything(_ context.Context, i access.Identity, op *awsapi.Operation, _ any) (access.Caller, error) {
	if i.Principal() == nil {
		return access.AuthorizeRequest(i, access.Request{})
	}
	return access.Authorize(i, "test:"+op.Name, access.Resource{ARN: "*"})
}
