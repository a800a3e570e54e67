package conformance

import (
	"net/http"
	"net/url"
	"testing"
)

// unsigned is a request without credentials that is good otherwise.
func (c *client) unsigned() *http.Request {
	req := c.request(target+"ListStreams", c.enc.encode(object{}))
	for _, name := range []string{"Authorization", "X-Amz-Date", "X-Amz-Security-Token"} {
		req.Header.Del(name)
	}
	return req
}

// answer sends req and checks what holds for every reply.
func (c *client) answer(req *http.Request) *reply {
	c.t.Helper()
	r := c.do(req)
	r.wellFormed(c.enc.contentType)
	return r
}

// Neither header nor X-Amz-Algorithm in the query: MissingAuthenticationToken (K).
// All the other parameters without it are the same.
//
//rule:1.5 *
func TestNoCredentials(t *testing.T) {
	each(t, func(c *client) {
		c.answer(c.unsigned()).fails("MissingAuthenticationTokenException", "Missing Authentication Token")
		req := c.unsigned()
		req.URL.RawQuery = "X-Amz-Credential=a&X-Amz-Signature=b&X-Amz-SignedHeaders=c&X-Amz-Date=d"
		c.answer(req).fails("MissingAuthenticationTokenException", "Missing Authentication Token")
	})
}

// Both forms at once are an InvalidSignatureException (K).
//
//rule:1.5 *
func TestCredentialsTwice(t *testing.T) {
	each(t, func(c *client) {
		for _, query := range []string{"X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Algorithm"} {
			req := c.request(target+"ListStreams", c.enc.encode(object{}))
			req.URL.RawQuery = query
			c.answer(req).fails("InvalidSignatureException",
				"Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
		}
	})
}

// An incomplete header: a sentence per missing part, then the header (K).
// Parameters may be parted by commas or spaces; one without a value is missing.
//
//rule:1.5 *
func TestIncompleteAuthorization(t *testing.T) {
	const (
		credential = "Authorization header requires 'Credential' parameter. "
		signature  = "Authorization header requires 'Signature' parameter. "
		headers    = "Authorization header requires 'SignedHeaders' parameter. "
		date       = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
	)
	each(t, func(c *client) {
		f := func(header, when, want string) {
			c.t.Helper()
			req := c.unsigned()
			req.Header.Set("Authorization", header)
			if when != "" {
				req.Header.Set(when, "20260101T000000Z")
			}
			c.answer(req).fails("IncompleteSignatureException", want+"Authorization="+header)
		}
		f("a", "", credential+signature+headers+date)
		f("a", "X-Amz-Date", credential+signature+headers)
		f("a", "Date", credential+signature+headers)
		f("AWS4-HMAC-SHA256", "X-Amz-Date", credential+signature+headers)
		f("AWS4-HMAC-SHA256 Signature=b, SignedHeaders=c", "X-Amz-Date", credential)
		f("AWS4-HMAC-SHA256 Credential=a, SignedHeaders=c", "X-Amz-Date", signature)
		f("AWS4-HMAC-SHA256 Credential=a Signature=b", "X-Amz-Date", headers)
		f("AWS4-HMAC-SHA256 Credential=a,Signature=b,SignedHeaders=c", "", date)
		f("AWS4-HMAC-SHA256 Credential=, Signature=b, SignedHeaders=c", "X-Amz-Date", credential)
	})
}

// An incomplete query: a sentence per missing part, then a fixed end (K). The
// form counts as present when X-Amz-Algorithm is there at all.
//
//rule:1.5 *
func TestIncompleteQuery(t *testing.T) {
	needs := func(names ...string) string {
		text := ""
		for _, name := range names {
			text += "AWS query-string parameters must include 'X-Amz-" + name + "'. "
		}
		return text + "Re-examine the query-string parameters."
	}
	each(t, func(c *client) {
		f := func(query, want string) {
			c.t.Helper()
			req := c.unsigned()
			req.URL.RawQuery = query
			c.answer(req).fails("IncompleteSignatureException", want)
		}
		f("X-Amz-Algorithm", needs("Algorithm", "Credential", "Signature", "SignedHeaders", "Date"))
		f("X-Amz-Algorithm=a", needs("Credential", "Signature", "SignedHeaders", "Date"))
		f("X-Amz-Algorithm=a&X-Amz-Credential=b", needs("Signature", "SignedHeaders", "Date"))
		f("X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Signature=c&X-Amz-SignedHeaders=d", needs("Date"))
		f("X-Amz-Algorithm=a&X-Amz-Credential=&X-Amz-Signature=c&X-Amz-SignedHeaders=d&X-Amz-Date=e", needs("Credential"))
	})
}

// Credentials come after the operation is known and before the members' types (K).
//
//rule:1.2 *
func TestCredentialsBetweenOperationAndTypes(t *testing.T) {
	each(t, func(c *client) {
		req := c.request(target+"DescribeStream", c.enc.encode(object{"StreamName": 1}))
		req.Header.Del("Authorization")
		c.answer(req).fails("MissingAuthenticationTokenException", "Missing Authentication Token")
		req = c.request(target+"Nothing", c.enc.encode(object{}))
		req.Header.Del("Authorization")
		c.answer(req).fails("UnknownOperationException", "")
	})
}

// State is kept per account and region (D).
//
//rule:1.5 *
func TestAccountsAndRegionsDoNotMeet(t *testing.T) {
	each(t, func(c *client) {
		c.stream("mine", 1)
		for _, other := range []func(*client){
			func(o *client) { o.account = newAccount() },
			func(o *client) { o.region = "us-east-1" },
		} {
			o := *c
			other(&o)
			o.call("DescribeStream", object{"StreamName": "mine"}).fails("ResourceNotFoundException", "Stream mine under account "+o.account+" not found.")
			if names := o.must("ListStreams", object{}).list("StreamNames"); len(names) != 0 {
				c.t.Errorf("another account or region lists %v", names)
			}
		}
	})
}

// An access key that is no account number has one all the same (D: the caller's
// account is in every ARN).
//
//rule:1.5 *
func TestAccountOfAnyKey(t *testing.T) {
	each(t, func(c *client) {
		c.account = "AKIAIOSFODNN7EXAMPLE"
		c.region = "xx-" + newAccount() // this account is everyone's
		c.stream("s", 1)
		arn := c.must("DescribeStream", object{"StreamName": "s"}).str("StreamDescription.StreamARN")
		if want := "arn:aws:kinesis:" + c.region + ":000000000000:stream/s"; arn != want {
			c.t.Errorf("StreamARN %s, want %s", arn, want)
		}
	})
}

// origin is a page of this machine, which may read our answers. AWS allows every
// origin with a star; we name the one that asks, and only if it may: any
// credentials are taken, so every page in a browser could read the streams.
const origin = "http://localhost:3000"

// Another site's page may not read answers; unlike AWS (see origin).
//
//rule:1.6 *
func TestForeignOrigin(t *testing.T) {
	each(t, func(c *client) {
		req := c.request(target+"ListStreams", c.enc.encode(object{}))
		req.Header.Set("Origin", "https://example.com")
		if got := c.do(req).header.Get("Access-Control-Allow-Origin"); got != "" {
			c.t.Errorf("Access-Control-Allow-Origin %q", got)
		}
	})
}

// The CORS replies: OPTIONS with Origin is 200 and empty, signed or not, and
// echoes what was asked for (K).
//
//rule:1.6 *
func TestPreflight(t *testing.T) {
	f := func(header map[string]string, allowed map[string]string) {
		t.Helper()
		header["Origin"] = origin
		r := exchange{http.MethodOptions, header, ""}.make(t)
		if r.status != 200 || len(r.body) != 0 || r.header.Get("Content-Length") != "0" {
			t.Errorf("status %d, Content-Length %q, body %q", r.status, r.header.Get("Content-Length"), r.body)
		}
		if !requestID.MatchString(r.header.Get("X-Amzn-Requestid")) {
			t.Errorf("x-amzn-RequestId %q", r.header.Get("X-Amzn-Requestid"))
		}
		allowed["Access-Control-Allow-Origin"], allowed["Access-Control-Max-Age"] = origin, "172800"
		for _, name := range []string{"Access-Control-Allow-Origin", "Access-Control-Max-Age", "Access-Control-Allow-Headers",
			"Access-Control-Allow-Methods", "Content-Type", "X-Amz-Id-2"} {
			if got := r.header.Get(name); got != allowed[name] {
				t.Errorf("%s %q, want %q", name, got, allowed[name])
			}
		}
	}
	f(map[string]string{}, map[string]string{})
	f(map[string]string{"Authorization": "x"}, map[string]string{})
	f(map[string]string{"Access-Control-Request-Headers": "a,B", "Access-Control-Request-Method": "PUT"},
		map[string]string{"Access-Control-Allow-Headers": "a,B", "Access-Control-Allow-Methods": "PUT"})
}

// Any other request with Origin gets its ordinary reply and two headers (K).
//
//rule:1.6 *
func TestOrigin(t *testing.T) {
	each(t, func(c *client) {
		for _, op := range []string{"ListStreams", "Nothing"} {
			req := c.request(target+op, c.enc.encode(object{}))
			req.Header.Set("Origin", origin)
			r := c.answer(req)
			if got := r.header.Get("Access-Control-Allow-Origin"); got != origin {
				c.t.Errorf("%s: Access-Control-Allow-Origin %q", op, got)
			}
			const exposed = "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date"
			if got := r.header.Get("Access-Control-Expose-Headers"); got != exposed {
				c.t.Errorf("%s: Access-Control-Expose-Headers %q", op, got)
			}
		}
		r := c.call("ListStreams", object{})
		if got := r.header.Get("Access-Control-Allow-Origin"); got != "" {
			c.t.Errorf("without Origin: Access-Control-Allow-Origin %q", got)
		}
	})
}

// Credentials in the query serve as well as the header (D, SigV4).
//
//rule:1.5 *
func TestCredentialsInTheQuery(t *testing.T) {
	each(t, func(c *client) {
		c.stream("q", 1)
		req := c.unsigned()
		req.URL.RawQuery = url.Values{
			"X-Amz-Algorithm":     {"AWS4-HMAC-SHA256"},
			"X-Amz-Credential":    {c.account + "/20260101/" + c.region + "/kinesis/aws4_request"},
			"X-Amz-Date":          {"20260101T000000Z"},
			"X-Amz-SignedHeaders": {"host"},
			"X-Amz-Signature":     {"0000000000000000000000000000000000000000000000000000000000000000"},
		}.Encode()
		r := c.answer(req)
		if r.status != 200 || r.str("StreamNames.0") != "q" {
			c.t.Errorf("status %d, %s; want the caller's stream", r.status, r.printable())
		}
	})
}
