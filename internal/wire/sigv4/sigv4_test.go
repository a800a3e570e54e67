package sigv4

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/awsapi"
)

const testScope = "AKID/20261104/eu-west-1/kinesis/aws4_request"

const whole = Algorithm + " Credential=" + testScope + ", SignedHeaders=host;x-amz-date, Signature=abc"

func request(query string, header ...string) *http.Request {
	r := httptest.NewRequest("POST", "/", nil)
	r.URL.RawQuery = query
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

func refused(t *testing.T, r *http.Request, code, text string) {
	t.Helper()
	_, err := Parse(r)
	e, ok := errors.AsType[*awsapi.Error](err)
	if !ok || e.Code != code || e.Message != text || e.Status != 400 {
		t.Errorf("Parse = %v\nwant %s: %s", err, code, text)
	}
}

// The rows of data-streams.md, section 1.5.
func TestMissingCredentials(t *testing.T) {
	const code, text = "MissingAuthenticationTokenException", "Missing Authentication Token"
	refused(t, request(""), code, text)
	refused(t, request("", "Authorization", ""), code, text)
	refused(t, request("X-Amz-Credential=a&X-Amz-Signature=b&X-Amz-SignedHeaders=c&X-Amz-Date=d"), code, text)
	refused(t, request("x-amz-algorithm=a"), code, text)
}

func TestBothHeaderAndQuery(t *testing.T) {
	refused(t, request("X-Amz-Algorithm", "Authorization", "X"), "InvalidSignatureException",
		"Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
}

func TestIncompleteHeader(t *testing.T) {
	const credential = "Authorization header requires 'Credential' parameter. "
	const signature = "Authorization header requires 'Signature' parameter. "
	const signed = "Authorization header requires 'SignedHeaders' parameter. "
	const date = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
	f := func(header, want string, more ...string) {
		t.Helper()
		refused(t, request("X-Amz-Algorith", append(more, "Authorization", header)...),
			"IncompleteSignatureException", want+"Authorization="+header)
	}
	f("X", credential+signature+signed+date)
	f("AWS4- Signature=b Credential=a", signed, "Date", "a")
	f("AWS4- Signature=b,Credential=a", signed, "Date", "a")
	f("AWS4- Signature=b, Credential=a", signed, "X-Amz-Date", "a")
	f("AWS4- Signature=,Credential", credential+signature+signed, "Date", "a")
	f("Credential=a Signature=b SignedHeaders=c", credential, "Date", "a")
	f(whole, date)
	f("AWS AKID:signature", credential+signature+signed, "Date", "a")
}

func TestIncompleteQuery(t *testing.T) {
	f := func(query string, missing ...string) {
		t.Helper()
		want := ""
		for _, m := range missing {
			want += "AWS query-string parameters must include '" + m + "'. "
		}
		refused(t, request(query), "IncompleteSignatureException", want+"Re-examine the query-string parameters.")
	}
	f("X-Amz-Algorithm", "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")
	f("X-Amz-Algorithm=a", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")
	f("X-Amz-Algorithm=a&X-Amz-Signature=b&X-Amz-Date=c", "X-Amz-Credential", "X-Amz-SignedHeaders")
}

// Security-and-ops.md, section 1.2, rule 1: hard failure on anything unknown,
// doubled or malformed. The texts are ours where no source has AWS's.
func TestMalformedCredentials(t *testing.T) {
	f := func(header string) {
		t.Helper()
		_, err := Parse(request("", "Authorization", header, "X-Amz-Date", "a"))
		if e, ok := errors.AsType[*awsapi.Error](err); !ok || e.Code != "IncompleteSignatureException" {
			t.Errorf("Parse(%s) = %v", header, err)
		}
	}
	f("AWS4-HMAC-SHA512 " + strings.TrimPrefix(whole, Algorithm+" "))
	f(whole + ", Signature=abc")
	f(whole + ", Extra=1")
	f(whole + ", extra")
	for _, c := range []string{"a", "AKID/20261104/eu-west-1/kinesis", "/20261104/eu-west-1/kinesis/aws4_request",
		"x/" + testScope, "AKID/20261104/eu-west-1//aws4_request", "AKID/2026-11-04/eu-west-1/kinesis/aws4_request",
		"AKID/2026110a/eu-west-1/kinesis/aws4_request", "AKID/20261104/eu-west-1/kinesis/aws4"} {
		f(strings.Replace(whole, testScope, c, 1))
	}
	r := request("", "Authorization", whole, "Authorization", whole, "X-Amz-Date", "a")
	if _, err := Parse(r); err == nil {
		t.Error("two Authorization headers were taken")
	}
	q := url.Values{"X-Amz-Algorithm": {Algorithm}, "X-Amz-Credential": {testScope}, "X-Amz-Signature": {"a", "b"},
		"X-Amz-SignedHeaders": {"host"}, "X-Amz-Date": {"d"}}
	if _, err := Parse(request(q.Encode())); err == nil {
		t.Error("two signatures were taken")
	}
	q.Del("X-Amz-Signature")
	q.Set("X-Amz-Signature", "a")
	q.Set("X-Amz-Algorithm", "AWS3")
	if _, err := Parse(request(q.Encode())); err == nil {
		t.Error("another algorithm was taken")
	}
}

// The region becomes part of keys and ARNs, so that nothing may stand in it that
// means something there. A presigned query can bring any byte.
func TestScopeOutsideItsAlphabetIsRefused(t *testing.T) {
	f := func(key, region string, taken bool) {
		t.Helper()
		q := url.Values{"X-Amz-Algorithm": {Algorithm}, "X-Amz-Credential": {key + "/20261104/" + region + "/kinesis/aws4_request"},
			"X-Amz-Signature": {"a"}, "X-Amz-SignedHeaders": {"host"}, "X-Amz-Date": {"d"}}
		c, err := Parse(request(q.Encode()))
		if e, ok := errors.AsType[*awsapi.Error](err); ok != !taken || ok && e.Code != "IncompleteSignatureException" {
			t.Errorf("key %q, region %q: %v, want taken: %v", key, region, err, taken)
		}
		if taken && (c.AccessKeyID != key || c.Region != region) {
			t.Errorf("key %q, region %q: %+v", key, region, c)
		}
	}
	f("AKID", "", true)
	f("123456789012", "us-gov-WEST-1", true)
	f("my_test-key", "local", true)
	f("AKID", strings.Repeat("a", 64), true)
	f(strings.Repeat("K", 128), "local", true)
	f("AKID", strings.Repeat("a", 65), false)
	f(strings.Repeat("K", 129), "local", false)
	for _, bad := range []string{"a\x00b", "a b", "a:b", "a*b", "a\nb", "a%b", "é", "a\xffb", "a.b", "a/b"} {
		f("AKID", bad, false)
		f(bad, "eu-west-1", false)
	}
	f("AKID", "eu_west_1", false)
}

func TestParse(t *testing.T) {
	want := Credentials{AccessKeyID: "AKID", Date: "20261104", Region: "eu-west-1", Service: "kinesis",
		SignedHeaders: "host;x-amz-date", Signature: "abc", Time: "20261104T000000Z", SessionToken: "token"}
	r := request("", "Authorization", whole, "X-Amz-Date", want.Time, "Date", "other", "X-Amz-Security-Token", "token")
	if c, err := Parse(r); err != nil || c != want {
		t.Errorf("header: %+v, %v; want %+v", c, err, want)
	}
	r.Header.Set("Authorization", strings.ReplaceAll(whole, ", ", ","))
	if c, err := Parse(r); err != nil || c != want {
		t.Errorf("header with commas alone: %+v, %v", c, err)
	}
	q := url.Values{"X-Amz-Algorithm": {Algorithm}, "X-Amz-Credential": {testScope}, "X-Amz-Signature": {want.Signature},
		"X-Amz-SignedHeaders": {want.SignedHeaders}, "X-Amz-Date": {want.Time}, "X-Amz-Security-Token": {"token"}}
	want.InQuery = true
	if c, err := Parse(request(q.Encode())); err != nil || c != want {
		t.Errorf("query: %+v, %v; want %+v", c, err, want)
	}
}

func TestCheckService(t *testing.T) {
	c := Credentials{Service: "kinesis"}
	if err := c.CheckService("kinesis"); err != nil {
		t.Error(err)
	}
	if e, ok := errors.AsType[*awsapi.Error](c.CheckService("dynamodb")); !ok || e.Code != "InvalidSignatureException" {
		t.Errorf("CheckService = %v", e)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(whole, "20261104T000000Z", "")
	f.Add("X", "", "X-Amz-Algorithm=&X-Amz-Date")
	f.Add("", "", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2fb/c/d/aws4_request&X-Amz-Signature=;%zz")
	f.Fuzz(func(t *testing.T, header, date, query string) {
		r := request(query, "Authorization", header, "X-Amz-Date", date)
		c, err := Parse(r)
		if err != nil {
			if _, ok := errors.AsType[*awsapi.Error](err); !ok {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		if !within(c.AccessKeyID, maxKeyID, isKeyByte) || !within(c.Region, maxRegion, isRegionByte) {
			t.Fatalf("Parse(%q, %q, %q) = %+v", header, date, query, c)
		}
		if c.AccessKeyID == "" || len(c.Date) != 8 || c.Service == "" || c.Signature == "" || c.SignedHeaders == "" || c.Time == "" {
			t.Fatalf("Parse(%q, %q, %q) = %+v", header, date, query, c)
		}
	})
}
