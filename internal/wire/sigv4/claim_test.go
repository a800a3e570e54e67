package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The points of security-and-ops.md, section 1.2, in its order, those that Parse
// keeps apart.

const body = `{"Limit":10}`

// resign puts a signature on r as it stands, whose SignedHeaders are names, so that
// nothing but what a test is about can be wrong.
func resign(t *testing.T, r *http.Request, stamp, names string, payload string) *http.Request {
	t.Helper()
	day, _, _ := strings.Cut(stamp, "T")
	c := Credentials{AccessKeyID: keyID, Date: day, Region: region, Service: service, SignedHeaders: names}
	claim := Claim{Credentials: &c, r: r, stamp: stamp}
	key := derive(secret, scope{keyID, day, region, service})
	r.Header.Set("Authorization", Algorithm+" Credential="+keyID+"/"+day+"/"+region+"/"+service+"/"+terminator+
		", SignedHeaders="+names+", Signature="+signature(&claim, &key, payload))
	return r
}

func signature(c *Claim, key *[sha256.Size]byte, payload string) string {
	sum := c.mac(key, payload)
	return hex.EncodeToString(sum[:])
}

func TestAnotherServicesOrRegionsScope(t *testing.T) {
	s, v := newSigner(), newVerifier()
	s.service = "dynamodb"
	v.refuses(t, s.sign(t, call(t), body), "InvalidSignatureException", "Credential should be scoped to correct service: 'kinesis'.")
	s.service = service
	r := s.sign(t, call(t), body)
	v.accepts(t, r) // any region
	v.Regions = []string{"us-east-1", region}
	v.accepts(t, r)
	v.Regions = []string{"us-east-1"}
	v.refuses(t, r, "InvalidSignatureException", "Credential should be scoped to a valid region, not 'eu-west-1'.")
	s.region, v.Regions = "", nil
	v.refuses(t, s.sign(t, call(t), body), "InvalidSignatureException", "Credential should be scoped to a valid region, not ''.")
}

func TestHostMustBeSigned(t *testing.T) {
	f := func(proto int, names string, ok bool) {
		t.Helper()
		v, r := newVerifier(), newSigner().sign(t, call(t), body)
		r.ProtoMajor = proto
		resign(t, r, r.Header.Get("X-Amz-Date"), names, hashOf(body))
		if ok {
			v.accepts(t, r)
			return
		}
		v.refuses(t, r, "InvalidSignatureException", "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
	}
	f(1, "host;x-amz-date;x-amz-target", true)
	f(2, "host;x-amz-date;x-amz-target", true)
	f(2, ":authority;x-amz-date;x-amz-target", true)
	f(1, "content-type;x-amz-date;x-amz-target", false)
	f(2, "content-type;x-amz-date;x-amz-target", false)
}

// HTTP/1 has no such header, whatever a client of it signs.
func TestAuthorityIsOfHTTP2Alone(t *testing.T) {
	r := newSigner().sign(t, call(t), body)
	resign(t, r, r.Header.Get("X-Amz-Date"), ":authority;x-amz-date;x-amz-target", hashOf(body))
	newVerifier().refuses(t, r, "InvalidSignatureException", "':authority' is a 'SignedHeader'")
}

func TestEveryAmzHeaderMustBeSigned(t *testing.T) {
	v := newVerifier()
	for _, name := range []string{"X-Amz-Target", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Anything"} {
		r := newSigner().sign(t, call(t, "X-Amz-Security-Token", "token", "X-Amz-Anything", "v"), body)
		all := []string{"host", "x-amz-anything", "x-amz-date", "x-amz-security-token", "x-amz-target"}
		stamp := r.Header.Get("X-Amz-Date")
		v.accepts(t, resign(t, r, stamp, strings.Join(all, ";"), hashOf(body)))
		var but []string
		for _, n := range all {
			if !strings.EqualFold(n, name) {
				but = append(but, n)
			}
		}
		v.refuses(t, resign(t, r, stamp, strings.Join(but, ";"), hashOf(body)), "InvalidSignatureException",
			"'"+strings.ToLower(name)+"' must be a 'SignedHeader' in the AWS Authorization.")
	}
	r := newSigner().sign(t, call(t), body)
	r.Header.Set("X-Amzn-Trace-Id", "a proxy's")
	r.Header.Set("X-Amz-Content-Sha256", hashOf(body)) // is the payload's line anyway
	v.accepts(t, r)
	r.Header.Set("X-Amz-Target", "Kinesis_20131202.DeleteStream")
	v.refuses(t, r, mismatchCode, mismatchText)
	r = newSigner().sign(t, call(t), body)
	r.Header["x-AMZ-extra"] = []string{"as no server spells it"}
	v.refuses(t, r, "InvalidSignatureException", "'x-amz-extra' must be a 'SignedHeader'")
}

func TestSignedHeadersMustBeThereAndInOrder(t *testing.T) {
	f := func(names, code, text string) {
		t.Helper()
		r := newSigner().sign(t, call(t), body)
		newVerifier().refuses(t, resign(t, r, r.Header.Get("X-Amz-Date"), names, hashOf(body)), code, text)
	}
	f("host;x-absent;x-amz-date;x-amz-target", "InvalidSignatureException", "'x-absent' is a 'SignedHeader'")
	const order = "SignedHeaders must be in lower case and sorted, each once."
	f("x-amz-date;host;x-amz-target", "IncompleteSignatureException", order)
	f("host;host;x-amz-date;x-amz-target", "IncompleteSignatureException", order)
	f("Host;x-amz-date;x-amz-target", "IncompleteSignatureException", order)
	f(";host;x-amz-date;x-amz-target", "IncompleteSignatureException", order)
	f("host;x-amz-date;x-amz-target;", "IncompleteSignatureException", order)
	many := "host"
	for i := range maxSignedHeaders {
		many += ";x" + strings.Repeat("x", i)
	}
	r := newSigner().sign(t, call(t), body)
	for name := range strings.SplitSeq(many, ";") {
		r.Header.Set(name, "v")
	}
	newVerifier().refuses(t, resign(t, r, r.Header.Get("X-Amz-Date"), many, hashOf(body)), "IncompleteSignatureException", "There may be at most 100")
}

func TestClocks(t *testing.T) {
	f := func(since time.Duration, text string) {
		t.Helper()
		v := newVerifier()
		v.now = signedAt.Add(since).In(time.FixedZone("", 3600))
		r := newSigner().sign(t, call(t), body)
		if text == "" {
			v.accepts(t, r)
		} else {
			v.refuses(t, r, "InvalidSignatureException", text)
		}
	}
	f(0, "")
	f(15*time.Minute, "")
	f(15*time.Minute+999*time.Millisecond, "")
	f(-15*time.Minute, "")
	f(15*time.Minute+time.Second, "Signature expired: 20261124T093000Z is now earlier than 20261124T093001Z (20261124T094501Z - 15 min.)")
	f(24*time.Hour, "Signature expired: 20261124T093000Z is now earlier than ")
	f(-15*time.Minute-time.Second, "Signature not yet current: 20261124T093000Z is still later than 20261124T092959Z (20261124T091459Z + 15 min.)")
}

func TestTheScopesDayIsTheDatesDay(t *testing.T) {
	v := newVerifier()
	v.now = time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	s := newSigner()
	s.at = v.now.Add(-time.Second)
	v.accepts(t, s.sign(t, call(t), body))
	r := s.sign(t, call(t), body)
	r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "/20261124/", "/20261125/", 1))
	v.refuses(t, r, "InvalidSignatureException", "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "+
		"'20261125' != '20261124', from '20261124T235959Z'.")
}

func TestTheDateHeaderIsTheFallback(t *testing.T) {
	stamp := signedAt.Format(stampLayout)
	for _, date := range []string{stamp, signedAt.Format(http.TimeFormat), signedAt.Format(time.RFC1123Z), signedAt.In(time.FixedZone("", 7200)).Format(time.RFC1123Z)} {
		r := newSigner().sign(t, call(t), body)
		r.Header.Del("X-Amz-Date")
		r.Header.Set("Date", date)
		newVerifier().accepts(t, resign(t, r, stamp, "date;host;x-amz-target", hashOf(body)))
		newVerifier().accepts(t, resign(t, r, stamp, "host;x-amz-target", hashOf(body))) // the stamp is signed
		r.Header.Set("Date", signedAt.Add(time.Minute).Format(http.TimeFormat))
		newVerifier().refuses(t, r, mismatchCode, mismatchText)
	}
	for _, date := range []string{"20261124T093000", "20261124T093000.5Z", "2026-11-24T09:30:00Z", "20261324T093000Z", "yesterday"} {
		r := newSigner().sign(t, call(t), body)
		r.Header.Set("X-Amz-Date", date)
		newVerifier().refuses(t, r, "IncompleteSignatureException", "Date must be in ISO-8601 'basic format'. Got '"+date+"'.")
	}
}

func presignedFor(t *testing.T, expires string) *http.Request {
	t.Helper()
	s := newSigner()
	s.presign = true
	r := call(t)
	if expires != "" {
		r.URL.RawQuery = "X-Amz-Expires=" + expires
	}
	return s.sign(t, r, body)
}

func TestPresignedRequestsLastAsLongAsTheySay(t *testing.T) {
	f := func(expires string, since time.Duration, code, text string) {
		t.Helper()
		v := newVerifier()
		v.now = signedAt.Add(since)
		if code == "" {
			v.accepts(t, presignedFor(t, expires))
		} else {
			v.refuses(t, presignedFor(t, expires), code, text)
		}
	}
	f("299", 299*time.Second, "", "")
	f("299", 300*time.Second, "InvalidSignatureException",
		"Signature expired: 20261124T093000Z is now earlier than 20261124T093001Z (20261124T093500Z - 299 sec.)")
	f("604800", 7*24*time.Hour, "", "")
	f("604800", -15*time.Minute, "", "")
	f("604800", -16*time.Minute, "InvalidSignatureException", "Signature not yet current: ")
	f("", 15*time.Minute, "", "")
	f("", 16*time.Minute, "InvalidSignatureException", "Signature expired: ")
	for _, bad := range []string{"604801", "0", "-1", "1.5", "x", "99999999999999999999"} {
		f(bad, 0, "IncompleteSignatureException", "X-Amz-Expires must be a number of seconds from 1 to 604800, a week, not '"+bad+"'.")
	}
	r := presignedFor(t, "60")
	r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "X-Amz-Expires=60", "X-Amz-Expires=600", 1)
	newVerifier().refuses(t, r, mismatchCode, mismatchText)
	r = presignedFor(t, "60")
	r.Header.Set("X-Amz-Target", "Kinesis_20131202.DeleteStream") // not signed
	newVerifier().refuses(t, r, "InvalidSignatureException", "'x-amz-target' must be a 'SignedHeader'")
	r = presignedFor(t, "60")
	r.URL.RawQuery += "&a=%zz" // handlers would not see it
	newVerifier().refuses(t, r, "IncompleteSignatureException", "The query string does not parse")
}

func TestTheBodyIsWhatWasSigned(t *testing.T) {
	f := func(said string, rules Rules, code, text string) {
		t.Helper()
		v := newVerifier()
		v.Rules = rules
		r := newSigner().sign(t, call(t, "X-Amz-Content-Sha256", said), body)
		if code == "" {
			v.accepts(t, r)
		} else {
			v.refuses(t, r, code, text)
		}
	}
	f(hashOf(body), Rules{}, "", "")
	f(strings.ToUpper(hashOf(body)), Rules{}, "", "")
	f(hashOf("another"), Rules{}, mismatchCode, mismatchText)
	f("UNSIGNED-PAYLOAD", Rules{}, "InvalidSignatureException", "The body must be signed: UNSIGNED-PAYLOAD is not taken here.")
	f("UNSIGNED-PAYLOAD", Rules{UnsignedPayload: true}, "", "")
	f("unsigned-payload", Rules{UnsignedPayload: true}, mismatchCode, mismatchText)
	for _, mode := range []string{"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "STREAMING-AWS4-HMAC-SHA256-EVENTS"} {
		f(mode, Rules{UnsignedPayload: true}, "InvalidSignatureException", "The body must be signed as a whole: "+mode+" is not taken here.")
	}
	v := newVerifier()
	r := newSigner().sign(t, call(t, "X-Amz-Content-Sha256", hashOf(body)), body)
	r.Header.Add("X-Amz-Content-Sha256", hashOf(body))
	v.refuses(t, r, "IncompleteSignatureException", "X-Amz-Content-Sha256 must be given once.")
	r.Header["X-Amz-Content-Sha256"] = []string{""}
	v.refuses(t, r, "IncompleteSignatureException", "X-Amz-Content-Sha256 must not be empty.")
}

// Rule 6, and that a signature is one: 64 hexadecimal digits, no more and no less.
func TestSignaturesThatAreNone(t *testing.T) {
	v := newVerifier()
	r := newSigner().sign(t, call(t), body)
	before, signature, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
	v.accepts(t, r)
	for _, bad := range []string{"0", signature[:62], signature[:63], signature + "0", signature + "00", strings.Repeat("0", 64), strings.Repeat("g", 64), "x" + signature[1:],
		signature[:63] + "é"} {
		r.Header.Set("Authorization", before+"Signature="+bad)
		v.refuses(t, r, mismatchCode, mismatchText)
	}
}

// Rule 1: nothing that the signature depends on can be given twice.
func TestWhatIsGivenTwice(t *testing.T) {
	for _, name := range []string{"X-Amz-Date", "X-Amz-Security-Token"} {
		s := newSigner()
		s.token = "token"
		r := s.sign(t, call(t), body)
		r.Header.Add(name, r.Header.Get(name))
		newVerifier().refuses(t, r, "IncompleteSignatureException", "The header '"+name+"' must be given once.")
	}
	for _, name := range []string{"X-Amz-Expires", "X-Amz-Security-Token"} {
		r := presignedFor(t, "60")
		r.URL.RawQuery += "&" + name + "=1&" + name + "=1"
		newVerifier().refuses(t, r, "IncompleteSignatureException", "AWS query-string parameters may include '"+name+"' once.")
	}
}

// A parameter of that name is one like others where the signature is in a header.
func TestASignatureInTheQueryBesidesOneInTheHeader(t *testing.T) {
	r := call(t)
	r.URL.RawQuery = "X-Amz-Signature=1"
	r = newSigner().sign(t, r, body)
	newVerifier().accepts(t, r)
	r.URL.RawQuery = "X-Amz-Signature=2"
	newVerifier().refuses(t, r, mismatchCode, mismatchText)
}

// Section 1.3: what net/http takes out of the headers, clients sign.
func TestHeadersThatNetHTTPTakesOut(t *testing.T) {
	r := call(t)
	r.TransferEncoding = []string{"chunked"}
	r.Header.Set("Connection", "keep-alive")
	r.Header.Set("User-Agent", "a camera")
	r.Header.Set("X-Amzn-Stream-Name", "front door")
	s := newSigner()
	r = s.sign(t, r, "")
	r.TransferEncoding, r.ContentLength = []string{"chunked"}, -1
	resign(t, r, signedAt.Format(stampLayout), "connection;host;transfer-encoding;user-agent;x-amz-date;x-amz-target;x-amzn-stream-name", hashOf(""))
	newVerifier().accepts(t, r)
	r.TransferEncoding = nil
	newVerifier().refuses(t, r, "InvalidSignatureException", "'transfer-encoding' is a 'SignedHeader'")

	r = s.sign(t, call(t), body)
	r.Header.Del("Content-Length")
	newVerifier().accepts(t, r) // its length is known
	r.ContentLength++
	newVerifier().refuses(t, r, mismatchCode, mismatchText)

	r = s.sign(t, call(t, "Connection", "keep-alive"), body)
	r.ProtoMajor = 2
	newVerifier().accepts(t, resign(t, r, signedAt.Format(stampLayout), "expect;host;x-amz-date;x-amz-target", hashOf(body)))
}

func TestRawPath(t *testing.T) {
	f := func(uri, want string) {
		t.Helper()
		r := &http.Request{RequestURI: uri}
		if got := string(appendPath(nil, rawPath(r))); got != want {
			t.Errorf("path of %q: %q, want %q", uri, got, want)
		}
	}
	f("/", "/")
	f("/?a=b", "/")
	f("/a%20b", "/a%2520b")
	f("/a%2Fb/", "/a%252Fb/")
	f("/%2e%2e/a", "/%252e%252e/a")
	f("/a b", "/a%20b")
	f("http://host:4566/a/b?c", "/a/b")
	f("http://host:4566", "/")
	f("http://host:4566?c", "/")
	f("/http://host/a", "/http%3A/host/a")
	f("/a/..b/c.", "/a/..b/c.")
}

func TestErrorsOfTheQueryProtocol(t *testing.T) {
	f := func(e error, code string, status int) {
		t.Helper()
		got := ForQuery(asError(t, e))
		if got.Code != code || got.Status != status || got.Message != asError(t, e).Message {
			t.Errorf("ForQuery(%v) = %+v", e, got)
		}
	}
	f(errMismatch, "SignatureDoesNotMatch", 403)
	f(UnrecognizedClient(), "InvalidClientTokenId", 403)
	f(ExpiredToken(), "ExpiredToken", 403)
	f(incomplete("x"), "IncompleteSignature", 400)
	_, missing := Parse(request(""))
	f(missing, "MissingAuthenticationToken", 403)
	other := asError(t, missing)
	other.Code = "ValidationError"
	if ForQuery(other) != other {
		t.Error("another error was changed")
	}
}
