package wire_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/wiretest"
)

// asking is a service of the query protocol whose signing name is that of the others'.
// Ask needs credentials, Open does not, Lost has no route.
var asking, opAsk, opOpen = func() (*awsapi.Service, *awsapi.Operation, *awsapi.Operation) {
	op := func(name string, unsigned bool) *awsapi.Operation {
		return &awsapi.Operation{
			Name: name, Action: "test:" + name, Input: wiretest.Shape, Output: wiretest.Shape, Unsigned: unsigned,
			NewInput: func() any { return new(wiretest.Everything) }, NewOutput: func() any { return new(wiretest.Everything) },
		}
	}
	ask, open := op("Ask", false), op("Open", true)
	s := awsapi.NewService(awsapi.Service{ID: "Asking", Version: "2020-01-02", Namespace: "urn:asking", SigningName: "test",
		Operations: []*awsapi.Operation{ask, op("Lost", false), open}})
	return s, ask, open
}()

// nobody is who has no credentials.
func nobody(*http.Request) access.Identity { return access.Anonymous("", access.Facts{}) }

// admitting lets in who has no credentials, and everybody else as anything does.
func admitting(ctx context.Context, i access.Identity, op *awsapi.Operation, in any) (access.Caller, error) {
	if i.IsAnonymous() {
		return access.Admit(i), nil
	}
	return anything(ctx, i, op, in)
}

// asked serves the service to whoever has signed with a key of k, or to anyone if k is
// nil.
func asked(k *keyring, do do, options ...func(*wire.Options)) *harness {
	options = append([]func(*wire.Options){func(o *wire.Options) {
		o.Services = []*awsapi.Service{asking}
		o.Anonymous, o.Authorize = nobody, admitting
	}}, options...)
	var h *harness
	if k == nil {
		h = serve(do, options...)
	} else {
		h = verified(k, do, options...)
	}
	h.Handle(wire.Op(opAsk, do), wire.Op(opOpen, do))
	return h
}

// form is a request of the query protocol, not signed.
func form(body string) *http.Request {
	r := httptest.NewRequest("POST", "http://localhost/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return r
}

// signedForm is the same, signed.
func signedForm(t testing.TB, s signature, body string) *http.Request {
	r := s.sign(t, form(body), body)
	r.RequestURI = r.URL.RequestURI()
	return r
}

// get is a request whose parameters are in its URL.
func get(query string) *http.Request {
	return httptest.NewRequest("GET", "http://localhost/?"+query, nil)
}

// refusedQuery expects an error in XML.
func (h *harness) refusedQuery(t *testing.T, r *http.Request, status int, code, text string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	body := w.Body.String()
	if w.Code != status || w.Header().Get("Content-Type") != "text/xml" || !strings.Contains(body, "<Code>"+code+"</Code>") || !strings.Contains(body, text) ||
		!strings.Contains(body, "<RequestId>"+w.Header()["x-amzn-RequestId"][0]+"</RequestId>") {
		t.Errorf("%s %s: %d %s %s\nwant %d %s: %s", r.Method, r.URL, w.Code, w.Header().Get("Content-Type"), body, status, code, text)
	}
	if seen := h.last(t); seen.Code != code || seen.Status != status {
		t.Errorf("observed %+v", seen)
	}
}

// answeredQuery expects an answer with that text in it.
func (h *harness) answeredQuery(t *testing.T, r *http.Request, op, text string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	want := fmt.Sprintf(`<%sResponse xmlns="urn:asking"><%sResult>`, op, op)
	if body := w.Body.String(); w.Code != 200 || !strings.HasPrefix(body, want) || !strings.Contains(body, text) {
		t.Errorf("%s %s: %d %s", r.Method, r.URL, w.Code, body)
	}
	if seen := h.last(t); seen.Operation != op || seen.Service != "Asking" || seen.Code != "" {
		t.Errorf("observed %+v", seen)
	}
}

const ask = "Action=Ask&Version=2020-01-02&Text=hello"

func TestQuery(t *testing.T) {
	k := new(keyring)
	h := asked(k, echo)
	h.answeredQuery(t, signedForm(t, lasting(), ask), "Ask", "<Text>hello</Text>")
	presigned := lasting()
	presigned.presign = true
	r := presigned.sign(t, get(ask+"&X-Amz-Expires=60"), "")
	r.RequestURI = r.URL.RequestURI()
	h.answeredQuery(t, r, "Ask", "<Text>hello</Text>")
	if k.signed.Load() != 2 {
		t.Errorf("%d were signed", k.signed.Load())
	}
}

// Security-and-ops.md, section 3: the exemption covers the operation that needs it, and
// no content type, method or path.
func TestOnlyOperationsThatSaySoNeedNoCredentials(t *testing.T) {
	called := 0
	do := func(_ context.Context, c access.Caller, in *wiretest.Everything) (*wiretest.Everything, error) {
		if _, ok := c.Facts(); !ok {
			called++
		}
		return in, nil
	}
	h := asked(new(keyring), do)
	open := strings.Replace(ask, "Ask", "Open", 1)
	h.answeredQuery(t, form(open), "Open", "hello")
	h.answeredQuery(t, get(open), "Open", "hello")
	const code, text = "MissingAuthenticationToken", "Missing Authentication Token"
	h.refusedQuery(t, form(ask), 403, code, text)
	h.refusedQuery(t, get(ask), 403, code, text)
	for _, trick := range []func(*http.Request){
		func(r *http.Request) { r.URL.RawQuery = open },
		func(r *http.Request) { r.URL.Path = "/Open" },
		func(r *http.Request) { r.Header.Set("Action", "Open") },
		func(r *http.Request) { r.Header.Set("X-Amz-Security-Token", "t") },
	} {
		r := form(ask)
		trick(r)
		h.refusedQuery(t, r, 403, code, text)
	}
	h.refusedQuery(t, form(ask+"&Action=Open"), 404, "MalformedQueryString", "more than once")
	h.refusedQuery(t, form(ask+"&%41ction=Open"), 404, "MalformedQueryString", "more than once")
	h.refusedQuery(t, form("Action=open&Version=2020-01-02"), 400, "InvalidAction", "")
	if called != 0 {
		t.Errorf("%d calls without credentials", called)
	}
}

func TestQueryRefusesCredentials(t *testing.T) {
	h := asked(new(keyring), echo)
	f := func(change func(*signature), status int, code string) {
		t.Helper()
		s := lasting()
		change(&s)
		h.refusedQuery(t, signedForm(t, s, ask), status, code, "")
	}
	f(func(s *signature) { s.secret = "wrong" }, 403, "SignatureDoesNotMatch")
	f(func(s *signature) { s.keyID = "AKIDUNKNOWN" }, 403, "InvalidClientTokenId")
	f(func(s *signature) { s.service = "kinesis" }, 403, "SignatureDoesNotMatch")
	f(func(s *signature) { s.skew = -16 * 60e9 }, 403, "SignatureDoesNotMatch")
	changed := signedForm(t, lasting(), ask)
	changed.Body = form(strings.Replace(ask, "hello", "jello", 1)).Body
	h.refusedQuery(t, changed, 403, "SignatureDoesNotMatch", "")
	incomplete := form(ask)
	incomplete.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=x")
	h.refusedQuery(t, incomplete, 400, "IncompleteSignature", "")
}

func TestQueryRefusesWhatItCannotRead(t *testing.T) {
	h := asked(nil, echo)
	s := lasting()
	f := func(body string, status int, code, text string) {
		t.Helper()
		h.refusedQuery(t, signedForm(t, s, body), status, code, text)
	}
	f("Action=Nothing&Version=2020-01-02", 400, "InvalidAction", "Could not find operation Nothing for version 2020-01-02")
	f("Action=Lost&Version=2020-01-02", 400, "InvalidAction", "Could not find operation Lost")
	if seen := h.last(t); seen.Operation != "Lost" || !seen.Unrouted {
		t.Errorf("observed %+v", seen)
	}
	f("Action=Ask", 400, "InvalidAction", "Could not find operation Ask for version NO_VERSION_SPECIFIED")
	f("Action=Do&Version=2020-01-02", 400, "InvalidAction", "")
	f("Action="+strings.Repeat("x", 10_000)+"&Version=1", 400, "InvalidAction", "")
	f(ask+"&Count=x", 400, "MalformedInput", "can not be converted to an Integer")
	f(ask+"&x=%", 404, "MalformedQueryString", "")
	// Operations of the other protocols are none of this, and the other way round.
	r := codecs[0].signed(t, s, "{}")
	r.Header.Set("X-Amz-Target", ".Ask")
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code == 200 {
		t.Error("an operation of the query protocol has a target")
	}
}

func TestQueryNamesErrors(t *testing.T) {
	var err error
	h := asked(nil, func(context.Context, access.Caller, *wiretest.Everything) (*wiretest.Everything, error) {
		return nil, err
	})
	f := func(e error, status int, code, text string) {
		t.Helper()
		err = e
		h.refusedQuery(t, signedForm(t, lasting(), ask), status, code, text)
	}
	f(awsapi.Errorf("AccessDeniedException", "no"), 403, "AccessDenied", "<Type>Sender</Type>")
	f(awsapi.Errorf("ExpiredTokenException", "old"), 400, "ExpiredTokenException", "old") // the operation's own
	f(fmt.Errorf("the disk is gone"), 500, "InternalFailure", "<Type>Receiver</Type>")
}

// Forms need no preflight, so that a page of any site could send one.
func TestPagesOfOtherSitesMakeNoQueries(t *testing.T) {
	h := asked(nil, echo)
	f := func(header, value string, may bool) {
		t.Helper()
		for _, r := range []*http.Request{signedForm(t, lasting(), ask), lasting().sign(t, get(ask), "")} {
			r.Header.Set(header, value)
			if may {
				h.answeredQuery(t, r, "Ask", "hello")
			} else {
				h.refusedQuery(t, r, 403, "AccessDenied", "other sites")
			}
		}
	}
	f("Origin", "https://evil.example", false)
	f("Origin", "null", false)
	f("Origin", "http://localhost:3000", true)
	f("Sec-Fetch-Site", "cross-site", false)
	f("Sec-Fetch-Site", "same-site", false)
	f("Sec-Fetch-Site", "none", true)
	f("X-Other", "x", true)
}

// Where nobody serves the protocol, and for forms that name no action, the answers are
// those of data-streams.md, section 1.4.
func TestFormsThatAreNoQueries(t *testing.T) {
	const denied = "<AccessDeniedException>"
	f := func(h *harness, r *http.Request, status int, text string) {
		t.Helper()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != status || !strings.Contains(w.Body.String(), text) {
			t.Errorf("%s %s: %d %s", r.Method, r.URL, w.Code, w.Body)
		}
	}
	without, with := serve(echo), asked(nil, echo)
	for _, h := range []*harness{without, with} {
		f(h, form("hello"), 403, denied)
		f(h, form("Text=Action"), 403, denied)
		f(h, get(""), 403, denied)
		f(h, get("Text=1"), 403, denied)
		f(h, form(""), 400, "UnknownOperationException")
	}
	f(without, form(ask), 403, denied)
	f(without, get(ask), 403, denied)
}

// A request that nobody signed makes us read little.
func TestUnsignedQueriesAreRead(t *testing.T) {
	h := asked(new(keyring), echo)
	open := "Action=Open&Version=2020-01-02&Text="
	h.answeredQuery(t, form(open+strings.Repeat("x", 32<<10)), "Open", "xxx")
	h.refusedQuery(t, form(open+strings.Repeat("x", 128<<10)), 403, "MissingAuthenticationToken", "")
}

func FuzzQuery(f *testing.F) {
	h := asked(nil, echo)
	f.Add("POST", ask, "X-Amz-Algorithm=x")
	f.Add("GET", "", ask)
	f.Add("POST", "Action=Open&Version=2020-01-02&Inners.member.1.Text=a", "")
	f.Fuzz(func(t *testing.T, method, body, query string) {
		if method != "GET" && method != "POST" {
			return
		}
		r := form(body)
		r.Method, r.URL = method, &url.URL{Path: "/", RawQuery: query}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	})
}
