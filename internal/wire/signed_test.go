package wire_test

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/sigv4"
	"github.com/freshet/freshet/internal/wire/wiretest"
)

const mismatch = "The request signature we calculated does not match the signature you provided. " +
	"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."

// Every way to be let in, and every way to be kept out.
func TestSignaturesAreVerified(t *testing.T) {
	k := new(keyring)
	var caller access.Caller
	h := verified(k, func(_ context.Context, c access.Caller, in *wiretest.Everything) (*wiretest.Everything, error) {
		caller = c
		return in, nil
	}, func(o *wire.Options) { o.Regions = []string{"eu-west-1", "us-east-1"} })
	inEach(t, func(t *testing.T, c codec) {
		body := c.body(&wiretest.Everything{Text: new("hi")})
		let := func(s signature) {
			t.Helper()
			caller = access.Caller{}
			before := k.signed.Load()
			h.check(t, c.signed(t, s, body), reply{200, c.contentType, body})
			if caller.Principal() != root.ARN || caller.KeyID() != s.keyID || caller.Region() != s.region || k.signed.Load() != before+1 {
				t.Errorf("caller %+v", caller)
			}
		}
		keep := func(r *http.Request, code, text string) {
			t.Helper()
			caller = access.Caller{}
			before := k.signed.Load()
			h.check(t, r, reply{400, c.contentType, c.failure("__type", code, "message", text)})
			if !caller.IsZero() || k.signed.Load() != before {
				t.Errorf("%s, but the operation was performed", code)
			}
		}
		s := lasting()
		let(s)
		s.presign = true
		let(s)
		s = signature{keyID: tempID, secret: tempSecret, token: token, region: "us-east-1", service: "test"}
		let(s)
		s.presign = true
		let(s)

		const invalid, unrecognized, noToken = "InvalidSignatureException", "UnrecognizedClientException", "The security token included in the request is invalid."
		s = lasting()
		s.secret = "wrong"
		keep(c.signed(t, s, body), invalid, mismatch)
		s = lasting()
		s.keyID = "AKIDUNKNOWN"
		keep(c.signed(t, s, body), unrecognized, noToken)
		s = lasting()
		s.token = token // of another key
		keep(c.signed(t, s, body), unrecognized, noToken)
		s = signature{keyID: tempID, secret: tempSecret, region: "eu-west-1", service: "test"}
		keep(c.signed(t, s, body), unrecognized, noToken)
		s.token = otherToken
		keep(c.signed(t, s, body), unrecognized, noToken)
		s = signature{keyID: expiredID, secret: "x", token: expiredToken, region: "eu-west-1", service: "test"}
		keep(c.signed(t, s, body), "ExpiredTokenException", "The security token included in the request is expired")
		s = lasting()
		s.region = "eu-west-3"
		keep(c.signed(t, s, body), invalid, "Credential should be scoped to a valid region, not 'eu-west-3'.")
		s = lasting()
		s.service = "kinesis"
		keep(c.signed(t, s, body), invalid, "Credential should be scoped to correct service: 'test'.")

		r := c.signed(t, lasting(), body)
		r.Body = io.NopCloser(strings.NewReader(c.body(&wiretest.Everything{Text: new("ho")})))
		keep(r, invalid, mismatch)
		r = c.signed(t, lasting(), body)
		r.Header.Set("Content-Type", c.contentType+"; charset=utf-8") // which is signed
		keep(r, invalid, mismatch)
		r = c.signed(t, lasting(), body)
		r.Header.Set("X-Amz-Meta", "not signed")
		keep(r, invalid, "'x-amz-meta' must be a 'SignedHeader' in the AWS Authorization.")
		r = c.signed(t, lasting(), body)
		r.Host = "elsewhere"
		keep(r, invalid, mismatch)
		r = c.signed(t, lasting(), body, "Authorization", "")
		r.Header.Del("Authorization")
		keep(r, "MissingAuthenticationTokenException", "Missing Authentication Token")
	})
}

func TestClockSkewIsTold(t *testing.T) {
	h := verified(new(keyring), echo)
	c := codecs[0]
	body := c.body(new(wiretest.Everything))
	f := func(skew time.Duration, text string) {
		t.Helper()
		s := lasting()
		s.skew = skew
		got, _ := h.answer(t, c.signed(t, s, body))
		if got.status != 400 || !strings.Contains(got.body, `{"__type":"InvalidSignatureException","message":"`+text) {
			t.Errorf("skewed by %v: %d %s", skew, got.status, got.body)
		}
	}
	f(-16*time.Minute, "Signature expired: ")
	f(16*time.Minute, "Signature not yet current: ")
}

// AWS's order (data-streams.md, 1.2): what is wrong with the body or the operation is
// told before what is wrong with the credentials, and types and constraints after it.
func TestErrorsOfSignaturesKeepAWSsOrder(t *testing.T) {
	k := new(keyring)
	h := verified(k, echo)
	wrong := lasting()
	wrong.secret = "wrong"
	unknown := lasting()
	unknown.keyID = "AKIDUNKNOWN"
	inEach(t, func(t *testing.T, c codec) {
		for _, s := range []signature{wrong, unknown} {
			h.check(t, c.signed(t, s, ""), reply{400, c.contentType, c.failure("__type", "SerializationException")})
			h.check(t, c.signed(t, s, c.malformed), reply{400, c.contentType, c.failure("__type", "SerializationException")})
			h.check(t, c.signed(t, s, c.list), reply{400, c.contentType, c.failure("__type", "SerializationException")})
			h.check(t, c.signed(t, s, c.body(new(wiretest.Everything)), "X-Amz-Target", "Test_20260101.Nothing"),
				reply{400, c.contentType, c.failure("__type", "UnknownOperationException")})
		}
		h.check(t, c.signed(t, wrong, c.mismatch), reply{400, c.contentType, c.failure("__type", "InvalidSignatureException", "message", mismatch)})
		h.check(t, c.signed(t, lasting(), c.mismatch), reply{400, c.contentType,
			strings.Replace(c.failure("__type", "SerializationException", "message", "class java.lang.Boolean can not be converted to an String"), "message", "Message", 1)})
	})
}

// A failure of the store of keys, or of whoever asks it, lets nobody in, and is no
// fault of the client's.
func TestWhoFailsToFindOutLetsNobodyIn(t *testing.T) {
	c := codecs[0]
	body := c.body(new(wiretest.Everything))
	failure := reply{500, c.contentType, c.failure("__type", "InternalFailure")}
	k := &keyring{down: errStore}
	h := verified(k, echo)
	h.check(t, c.signed(t, lasting(), body), failure)
	if log := h.log.String(); strings.Count(log, errStore.Error()) != 1 {
		t.Errorf("the log: %s", log)
	}
	stale := lasting()
	stale.skew = -time.Hour
	h.check(t, c.signed(t, stale, body), failure) // ours comes first

	returns := func(s wire.Signer) *harness {
		return verified(k, echo, func(o *wire.Options) {
			o.Authenticate = func(*http.Request, *sigv4.Credentials) (wire.Signer, error) { return s, nil }
		})
	}
	identity := access.Verified(root, keyID, "eu-west-1", access.Facts{})
	empty := lasting()
	empty.secret = ""
	returns(wire.Signer{Identity: identity}).check(t, c.signed(t, empty, body), failure)
	returns(wire.Signer{Secret: access.NewSecret(secret)}).check(t, c.signed(t, lasting(), body), failure)
	verified(k, echo, func(o *wire.Options) {
		o.Authenticate = func(*http.Request, *sigv4.Credentials) (wire.Signer, error) { panic("of a verifier") }
	}).check(t, c.signed(t, lasting(), body), failure)
}

func TestUnsignedPayloadNeedsTLSAndConsent(t *testing.T) {
	c := codecs[0]
	body := c.body(&wiretest.Everything{Text: new("hi")})
	f := func(consent, secure, ok bool) {
		t.Helper()
		h := verified(new(keyring), echo, func(o *wire.Options) { o.UnsignedPayload = consent })
		s := lasting()
		s.payload = "UNSIGNED-PAYLOAD"
		r := c.signed(t, s, body)
		if secure {
			r.TLS = new(tls.ConnectionState)
		}
		want := reply{200, c.contentType, body}
		if !ok {
			want = reply{400, c.contentType, c.failure("__type", "InvalidSignatureException", "message", "The body must be signed: UNSIGNED-PAYLOAD is not taken here.")}
		}
		h.check(t, r, want)
	}
	f(true, true, true)
	f(true, false, false)
	f(false, true, false)
	f(false, false, false)
}

func TestIdentify(t *testing.T) {
	k := new(keyring)
	h := verified(k, echo, func(o *wire.Options) { o.Signed = nil })
	request := func(method, uri, body string, s signature) *http.Request {
		r := httptest.NewRequest(method, uri, nil)
		s.sign(t, r, body)
		r.RequestURI = r.URL.RequestURI()
		return r
	}
	own := lasting()
	own.service = "freshet"
	for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
		const body = `{"Name":"ada"}`
		r := request(method, "/_freshet/api/users/a%2Fb?account=1&region=x%20y", body, own)
		i, err := h.Identify(httptest.NewRecorder(), r, "freshet", 64<<10)
		if err != nil || i.Principal() != root {
			t.Fatalf("%s: %v, %v", method, i, err)
		}
		if again, err := io.ReadAll(r.Body); err != nil || string(again) != body {
			t.Errorf("%s: the body is %q, %v", method, again, err)
		}
	}
	refuse := func(r *http.Request, want string) {
		t.Helper()
		if i, err := h.Identify(httptest.NewRecorder(), r, "freshet", 64<<10); err == nil || !i.IsZero() || !strings.Contains(err.Error(), want) {
			t.Errorf("Identify = %v, %v, want %s", i, err, want)
		}
	}
	refuse(request("GET", "/", "", lasting()), "Credential should be scoped to correct service: 'freshet'.")
	refuse(request("PUT", "/", strings.Repeat("x", 64<<10+1), own), "RequestTooLarge")
	refuse(httptest.NewRequest("GET", "/", nil), "MissingAuthenticationTokenException")
	r := request("PUT", "/a", "body", own)
	r.Body = io.NopCloser(strings.NewReader("another"))
	refuse(r, mismatch)
	r = request("PUT", "/a", "", own)
	r.RequestURI = "/b"
	refuse(r, mismatch)
	own.secret = "wrong"
	refuse(request("GET", "/", "", own), mismatch)
	k.down = errStore
	refuse(request("GET", "/", "", own), errStore.Error())

	anyone := serve(echo)
	if i, err := anyone.Identify(httptest.NewRecorder(), request("GET", "/", "", own), "freshet", 1); err == nil || !i.IsZero() {
		t.Errorf("credentials that nobody verified are %v", i)
	}
}

// A key that was disabled is refused at once, and what was derived from it is gone.
func TestDisabledKeysAreRefusedAtOnce(t *testing.T) {
	k, keys := new(keyring), new(sigv4.Keys)
	disabled := false
	h := verified(k, echo, func(o *wire.Options) {
		o.Keys = keys
		o.Authenticate = func(r *http.Request, c *sigv4.Credentials) (wire.Signer, error) {
			if disabled {
				return wire.Signer{}, sigv4.UnrecognizedClient()
			}
			return k.authenticate(r, c)
		}
	})
	c := codecs[0]
	body := c.body(new(wiretest.Everything))
	h.check(t, c.signed(t, lasting(), body), reply{200, c.contentType, body})
	disabled = true
	keys.Forget(keyID)
	h.check(t, c.signed(t, lasting(), body), reply{400, c.contentType,
		c.failure("__type", "UnrecognizedClientException", "message", "The security token included in the request is invalid.")})
	disabled = false
	h.check(t, c.signed(t, lasting(), body), reply{200, c.contentType, body})
}
