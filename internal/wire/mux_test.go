package wire_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/sigv4"
	"github.com/freshet/freshet/internal/wire/wiretest"
)

var itoa = strconv.Itoa

var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// Data-streams.md, section 1.3: every reply has a UUID and an id of 64 to 80 bytes.
func checkIDs(t *testing.T, h http.Header, preflight bool) {
	t.Helper()
	if id := h["x-amzn-RequestId"]; len(id) != 1 || !uuid.MatchString(id[0]) {
		t.Errorf("x-amzn-RequestId: %q", id)
	}
	id2 := h["x-amz-id-2"]
	if preflight {
		if id2 != nil {
			t.Errorf("x-amz-id-2 on a preflight: %q", id2)
		}
		return
	}
	if len(id2) != 1 {
		t.Fatalf("x-amz-id-2: %q", id2)
	}
	if b, err := base64.StdEncoding.DecodeString(id2[0]); err != nil || len(b) < 64 || len(b) > 80 {
		t.Errorf("x-amz-id-2: %q", id2)
	}
}

const (
	accessDeniedXML = "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized</Message>\n</AccessDeniedException>\n"
	unknownXML      = "<UnknownOperationException/>\n"
)

// The rows of data-streams.md, section 1.4, signed and not.
func TestBeforeTheBodyIsUnderstood(t *testing.T) {
	h := serve(echo)
	const known, unknown = "Test_20260101.Do", "Test_20260101.Dont"
	json, cbor := codecs[0], codecs[1]
	for _, auth := range []string{authorization, ""} {
		f := func(method, contentType, target, body string, want reply) {
			t.Helper()
			r := json.call(body, "Content-Type", contentType, "X-Amz-Target", target, "Authorization", auth)
			r.Method = method
			h.check(t, r, want)
		}
		for _, method := range []string{"GET", "PUT", "DELETE", "PATCH", "OPTIONS"} {
			f(method, wire.JSON, known, "{}", reply{403, "", accessDeniedXML})
		}
		serialization, unknownOp := []string{"__type", "SerializationException"}, []string{"__type", "UnknownOperationException"}
		f("POST", wire.JSON, known, "", reply{400, wire.JSON, json.failure(serialization...)})
		f("POST", wire.JSON, unknown, "", reply{400, wire.JSON, json.failure(unknownOp...)})
		f("POST", wire.JSON, "", "", reply{400, wire.JSON, json.failure(unknownOp...)})
		for _, other := range []string{"", wire.CBOR, "application/json", "text/plain"} {
			f("POST", other, known, "", reply{400, wire.CBOR, cbor.failure(serialization...)})
			f("POST", other, unknown, "", reply{400, wire.CBOR, cbor.failure(unknownOp...)})
		}
		for _, none := range []string{"", "text/plain", "application/x-amz-json-1.0", "application/cbor"} {
			for _, half := range []string{"", "Test_20260101", "Test_20260101.", ".Do"} {
				f("POST", none, half, "{}", reply{403, "", accessDeniedXML})
			}
			f("POST", none, known, "{}", reply{404, "", unknownXML})
			f("POST", none, "Some.Thing", "hello", reply{404, "", unknownXML})
		}
		const dead = `{"Output":{"__type":"com.amazon.coral.service#`
		for _, target := range []string{known, unknown, ""} {
			f("POST", "application/json", target, "hello", reply{400, "application/json", dead + `SerializationException"},"Version":"1.0"}`})
			f("POST", "application/json", target, "[]", reply{400, "application/json", dead + `SerializationException"},"Version":"1.0"}`})
			f("POST", "application/json", target, "{}", reply{404, "application/json", dead + `UnknownOperationException"},"Version":"1.0"}`})
		}
	}
}

func TestBodyIsJudgedBeforeOperationAndCredentials(t *testing.T) {
	h := serve(echo)
	inEach(t, func(t *testing.T, c codec) {
		object := c.body(new(wiretest.Everything))
		malformed := reply{400, c.contentType, c.failure("__type", "SerializationException")}
		unknown := reply{400, c.contentType, c.failure("__type", "UnknownOperationException")}
		for _, body := range []string{c.malformed, c.list, object + "x"} {
			h.check(t, c.call(body), malformed)
			h.check(t, c.call(body, "X-Amz-Target", "Test_20260101.Dont"), malformed)
			h.check(t, c.call(body, "Authorization", ""), malformed)
			h.check(t, c.call(body, "Authorization", "X"), malformed)
		}
		for _, target := range []string{"", "Test_20260101", "Test_20260101.", "Test_20260101.Dont", "Kinesis_20131202.Do", "Test_20260101.Do.x"} {
			h.check(t, c.call(object, "X-Amz-Target", target), unknown)
			h.check(t, c.call(object, "X-Amz-Target", target, "Authorization", ""), unknown)
		}
	})
}

func TestContentTypeParametersAreTolerated(t *testing.T) {
	h := serve(echo)
	inEach(t, func(t *testing.T, c codec) {
		body := c.body(&wiretest.Everything{Count: new(int32(1))})
		for _, contentType := range []string{c.contentType + "; charset=utf-8", " " + c.contentType + " ;x", c.contentType + ";"} {
			h.check(t, c.call(body, "Content-Type", contentType), reply{200, c.contentType, body})
		}
	})
}

// The rows of data-streams.md, section 1.5; their texts are sigv4's to test.
func TestCredentials(t *testing.T) {
	called := false
	h := serve(func(_ context.Context, c access.Caller, in *wiretest.Everything) (*wiretest.Everything, error) {
		called = true
		if c != access.Dev("123456789012", "eu-west-1") {
			t.Errorf("caller %+v", c)
		}
		return in, nil
	})
	inEach(t, func(t *testing.T, c codec) {
		called = false
		f := func(code, text string, r *http.Request) {
			t.Helper()
			h.check(t, r, reply{400, c.contentType, c.failure("__type", code, "message", text)})
		}
		// A mismatch, so that credentials are seen to come before types.
		f("MissingAuthenticationTokenException", "Missing Authentication Token", c.call(c.mismatch, "Authorization", ""))
		f("IncompleteSignatureException", "Authorization header requires 'Credential' parameter. "+
			"Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. "+
			"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=X",
			c.call(c.mismatch, "Authorization", "X", "X-Amz-Date", ""))
		r := c.call(c.mismatch)
		r.URL.RawQuery = "X-Amz-Algorithm"
		f("InvalidSignatureException", "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.", r)
		r = c.call(c.mismatch, "Authorization", "")
		r.URL.RawQuery = "X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Signature=c&X-Amz-SignedHeaders=d"
		f("IncompleteSignatureException", "AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.", r)
		f("InvalidSignatureException", "Credential should be scoped to correct service: 'test'.",
			c.call(c.mismatch, "Authorization", strings.Replace(authorization, "/test/", "/dynamodb/", 1)))
		if called {
			t.Error("the operation was called without credentials")
		}
		body := c.body(new(wiretest.Everything))
		h.check(t, c.call(body), reply{200, c.contentType, body})
		if !called {
			t.Error("the operation was not called")
		}
	})
}

func TestTypesComeBeforeConstraintsBeforeTheOperation(t *testing.T) {
	h := serve(func(context.Context, access.Caller, *wiretest.Everything) (*wiretest.Everything, error) {
		return nil, awsapi.Errorf("ResourceNotFoundException", "no such <thing> %q", "é")
	})
	inEach(t, func(t *testing.T, c codec) {
		h.check(t, c.call(c.mismatch), reply{400, c.contentType, c.failure("__type", "SerializationException",
			"Message", "class java.lang.Boolean can not be converted to an String")})
		h.check(t, c.call(c.body(&wiretest.Everything{Text: new("123456")})), reply{400, c.contentType, c.failure("__type", "ValidationException",
			"message", "1 validation error detected: Value '123456' at 'text' failed to satisfy constraint: Member must have length less than or equal to 5")})
		h.check(t, c.call(c.body(&wiretest.Everything{Text: new("12345")})), reply{400, c.contentType, c.failure("__type", "ResourceNotFoundException",
			"message", `no such <thing> "é"`)})
		if o := h.last(t); o.Service != "Test" || o.Operation != "Do" || o.Code != "ResourceNotFoundException" || o.BytesIn == 0 {
			t.Errorf("observed %+v", o)
		}
	})
}

// A check comes after the constraints and before the operation.
func TestACheckComesBeforeTheOperation(t *testing.T) {
	performed := 0
	do := func(_ context.Context, _ access.Caller, in *wiretest.Everything) (*wiretest.Everything, error) {
		performed++
		return in, nil
	}
	h := serve(echo)
	h.Handle(wire.Op(operation("Checked", nil), do).Before(func(_ access.Caller, in any) error {
		if in.(*wiretest.Everything).Text == nil {
			return awsapi.Errorf("LimitExceededException", "Rate exceeded.")
		}
		return nil
	}))
	inEach(t, func(t *testing.T, c codec) {
		performed = 0
		call := func(in *wiretest.Everything) *http.Request {
			return c.call(c.body(in), "X-Amz-Target", "Test_20260101.Checked")
		}
		h.check(t, call(&wiretest.Everything{}), reply{400, c.contentType, c.failure("__type", "LimitExceededException", "message", "Rate exceeded.")})
		if o, _ := h.answer(t, call(&wiretest.Everything{Text: new("123456")})); o.status != 400 || performed != 0 {
			t.Errorf("%+v, performed %d times", o, performed)
		}
		if h.check(t, call(&wiretest.Everything{Text: new("12345")}), reply{200, c.contentType, ""}); performed != 1 {
			t.Errorf("performed %d times", performed)
		}
	})
}

func TestOperationWithoutOutputAnswersAnEmptyBody(t *testing.T) {
	h := serve(echo)
	inEach(t, func(t *testing.T, c codec) {
		h.check(t, c.call(c.body(new(wiretest.Everything)), "X-Amz-Target", "Test_20260101.Hush"), reply{200, c.contentType, ""})
		if o := h.last(t); o.Operation != "Hush" || o.Code != "" {
			t.Errorf("observed %+v", o)
		}
	})
}

func TestOtherErrorsAreLoggedOnceAndHidden(t *testing.T) {
	var err error
	h := serve(func(context.Context, access.Caller, *wiretest.Everything) (*wiretest.Everything, error) {
		return nil, err
	})
	inEach(t, func(t *testing.T, c codec) {
		f := func(e error, logged int, want reply) {
			t.Helper()
			err = e
			h.log.Reset()
			got, header := h.answer(t, c.call(c.body(new(wiretest.Everything))))
			if got != want {
				t.Errorf("%v: got %+v, want %+v", e, got, want)
			}
			if n := strings.Count(h.log.String(), "level=ERROR"); n != logged {
				t.Errorf("%v: %d lines in the log, want %d: %s", e, n, logged, &h.log)
			}
			if logged > 0 && (!strings.Contains(h.log.String(), header["x-amzn-RequestId"][0]) || !strings.Contains(h.log.String(), "secret")) {
				t.Errorf("the log lacks the request id or the cause: %s", &h.log)
			}
		}
		f(errors.New("secret"), 1, reply{500, c.contentType, c.failure("__type", "InternalFailure")})
		f(&awsapi.Error{Code: "KMSDisabledException", Message: "sorry", Status: 500, Cause: errors.New("secret")}, 1,
			reply{500, c.contentType, c.failure("__type", "KMSDisabledException", "message", "sorry")})
		f(&awsapi.Error{Code: "LimitExceededException"}, 0, reply{400, c.contentType, c.failure("__type", "LimitExceededException")})
		f(errors.Join(errors.New("x"), awsapi.Errorf("LimitExceededException", "slow")), 0,
			reply{400, c.contentType, c.failure("__type", "LimitExceededException", "message", "slow")})
	})
}

func TestPanicIsAnInternalFailure(t *testing.T) {
	h := serve(func(context.Context, access.Caller, *wiretest.Everything) (*wiretest.Everything, error) {
		panic("shard 7 vanished")
	})
	inEach(t, func(t *testing.T, c codec) {
		h.log.Reset()
		h.check(t, c.call(c.body(new(wiretest.Everything))), reply{500, c.contentType, c.failure("__type", "InternalFailure")})
		for _, want := range []string{"shard 7 vanished", "mux_test.go", "request_id", "operation=Do"} {
			if !strings.Contains(h.log.String(), want) {
				t.Errorf("the log lacks %q: %s", want, &h.log)
			}
		}
		if o := h.last(t); o.Code != "InternalFailure" || o.Operation != "Do" {
			t.Errorf("observed %+v", o)
		}
	})
}

func TestAbortedHandlerCutsTheConnection(t *testing.T) {
	h := serve(func(context.Context, access.Caller, *wiretest.Everything) (*wiretest.Everything, error) {
		panic(http.ErrAbortHandler)
	})
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("panicked with %v", p)
		}
		if o := h.last(t); o.Status != 500 {
			t.Errorf("observed %+v", o)
		}
	}()
	h.ServeHTTP(httptest.NewRecorder(), codecs[0].call("{}"))
}

func TestClientThatLeftIsNoFailureOfOurs(t *testing.T) {
	f := func(fail func(ctx context.Context) error, status int, code string, logged bool) {
		t.Helper()
		ctx, cancel := context.WithCancel(context.Background())
		h := serve(func(ctx context.Context, _ access.Caller, _ *wiretest.Everything) (*wiretest.Everything, error) {
			cancel()
			return nil, fail(ctx)
		})
		h.ServeHTTP(httptest.NewRecorder(), codecs[0].call("{}").WithContext(ctx))
		if o := h.last(t); o.Status != status || o.Code != code || (h.log.Len() > 0) != logged {
			t.Errorf("observed %+v, logged %s", o, &h.log)
		}
	}
	f(context.Context.Err, 499, "ClientClosed", false)
	f(func(ctx context.Context) error { return fmt.Errorf("read: %w", ctx.Err()) }, 499, "ClientClosed", false)
	// What fails meanwhile for another reason is not lost.
	f(func(context.Context) error { return errors.New("the disk is gone") }, 500, "InternalFailure", true)
}

func TestErrorsOfAuthentication(t *testing.T) {
	var err error
	h := serve(echo, func(o *wire.Options) {
		o.Authenticate = func(*http.Request, *sigv4.Credentials) (wire.Signer, error) { return wire.Signer{}, err }
	})
	judged(t, h, &err)
}

func TestErrorsOfAuthorization(t *testing.T) {
	var err error
	h := serve(echo, func(o *wire.Options) {
		o.Authorize = func(context.Context, access.Identity, *awsapi.Operation, any) (access.Caller, error) {
			return access.Caller{}, err
		}
	})
	judged(t, h, &err)
}

// judged lets h's requests fail by err, which a function of its options returns
// together with nothing.
func judged(t *testing.T, h *harness, err *error) {
	t.Helper()
	inEach(t, func(t *testing.T, c codec) {
		body := c.body(new(wiretest.Everything))
		*err = awsapi.Errorf("UnrecognizedClientException", "who?")
		h.check(t, c.call(body), reply{400, c.contentType, c.failure("__type", "UnrecognizedClientException", "message", "who?")})
		*err = errors.New("key store is down") // a failure of the key store is a 500, never a refusal
		h.check(t, c.call(body), reply{500, c.contentType, c.failure("__type", "InternalFailure")})
		*err = nil // nobody was let in: the operation must not run
		h.check(t, c.call(body), reply{500, c.contentType, c.failure("__type", "InternalFailure")})
	})
}

func TestObservedDurationAndBytes(t *testing.T) {
	h := serve(echo)
	c := codecs[0]
	body := c.body(&wiretest.Everything{Count: new(int32(5))})
	h.answer(t, c.call(body))
	if o := h.last(t); o.BytesIn != int64(len(body)) || o.BytesOut != int64(len(body)) || o.Duration <= 0 || o.Duration > time.Minute {
		t.Errorf("observed %+v for %d bytes each way", o, len(body))
	}
}

func TestMistakesOfAssemblyPanic(t *testing.T) {
	f := func(name string, mistake func()) {
		t.Helper()
		defer func() {
			if recover() == nil {
				t.Errorf("%s: no panic", name)
			}
		}()
		mistake()
	}
	f("no Authenticate", func() { wire.New(wire.Options{}) })
	f("two routes", func() { serve(echo).Handle(wire.Op(opDo, echo)) })
	f("another input", func() {
		wire.Op(opDo, func(context.Context, access.Caller, *string) (*wiretest.Everything, error) { return nil, nil })
	})
	f("another output", func() {
		wire.Op(opDo, func(context.Context, access.Caller, *wiretest.Everything) (*string, error) { return nil, nil })
	})
	f("a stream of events", func() {
		wire.Op(kinesis.OpSubscribeToShard, func(context.Context, access.Caller, *kinesis.SubscribeToShardInput) (*kinesis.SubscribeToShardOutput, error) {
			return nil, nil
		})
	})
	f("no such encoding", func() { wire.Op(opDo, echo).WithFast("text/plain", wire.Fast{}) })
}
