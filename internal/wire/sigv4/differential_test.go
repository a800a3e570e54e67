package sigv4

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// mutations are what may happen to a request on its way, each of which makes it
// another one.
var mutations = []struct {
	name   string
	mutate func(r *http.Request)
}{
	{"the body", func(r *http.Request) { r.Body = io.NopCloser(io.MultiReader(r.Body, strings.NewReader("x"))) }},
	{"the method", func(r *http.Request) { r.Method = "PUT" }},
	{"the path", func(r *http.Request) { r.RequestURI = "/x" + r.RequestURI }},
	{"the host", func(r *http.Request) { r.Host += ".example.com" }},
	{"another parameter", func(r *http.Request) { r.URL.RawQuery += "&zz=" }},
	{"the value of a header", func(r *http.Request) { r.Header.Set("X-Fuzz", r.Header.Get("X-Fuzz")+"x") }},
	{"another value of a header", func(r *http.Request) { r.Header.Add("X-Fuzz", "") }},
	{"a header that is gone", func(r *http.Request) { r.Header.Del("X-Fuzz") }},
	{"a header not signed", func(r *http.Request) { r.Header.Set("X-Amz-Unsigned", "") }},
	{"the date", func(r *http.Request) { r.Header.Set("X-Amz-Date", "20261124T093001Z") }},
	{"the token", func(r *http.Request) { r.Header.Set("X-Amz-Security-Token", r.Header.Get("X-Amz-Security-Token")+"x") }},
	{"the day", credential("/20261124/", "/20261125/")},
	{"the region", credential("/"+region+"/", "/eu-west-2/")},
	{"the service", credential("/"+service+"/", "/firehose/")},
	{"the signature", credential("Signature=", "Signature=0")},
	{"the signed headers", credential("SignedHeaders=", "SignedHeaders=a;")},
	{"the algorithm", credential("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512")},
}

// credential changes a part of the credentials, wherever they are.
func credential(from, to string) func(r *http.Request) {
	return func(r *http.Request) {
		if h := r.Header.Get("Authorization"); h != "" {
			r.Header.Set("Authorization", strings.Replace(h, from, to, 1))
			return
		}
		escape := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "%3D", "=") }
		r.URL.RawQuery = strings.Replace(r.URL.RawQuery, escape(from), escape(to), 1)
	}
}

// What AWS's client for Go signs verifies, and nothing that it has not signed.
func FuzzSignedRequests(f *testing.F) {
	f.Add("/", "", "application/x-amz-json-1.1", "{}", "", false)
	f.Add("/_freshet/api/streams/a%2Fb c", "a=1&b=%20+&a=0&c", ` "a   b"  c `, "", "token//+==", false)
	f.Add("/ሴ/~-_.%7e", "ሴ=bar&%3D=%26&x=a/b&x=a-b", "x, y,,z", strings.Repeat("x", 1000), "token", true)
	f.Add("/!$&'()*+,;=:@", "a=b%00c&=&==;x", "é\t\tx", "\x00\xff", "", true)
	f.Fuzz(func(t *testing.T, path, query, value, body, token string, presign bool) {
		u := endpoint(path, query)
		if u == nil || unsendable(value) || unsendable(token) || strings.Trim(token, " \t") != token {
			return // no such request can be sent
		}
		signed := func() *http.Request {
			r, where := call(t, "X-Fuzz", value), *u
			r.URL = &where
			s := newSigner()
			s.token, s.presign = token, presign
			return s.sign(t, r, body)
		}
		v := newVerifier()
		if err := v.verify(signed()); err != nil {
			t.Fatalf("%v: %+v", err, signed())
		}
		for _, m := range mutations {
			r := signed()
			m.mutate(r)
			if v.verify(r) == nil {
				t.Errorf("%s was changed, and nobody saw: %+v", m.name, r)
			}
		}
		v.secret += "x"
		if v.verify(signed()) == nil {
			t.Error("another key was taken")
		}
	})
}

// endpoint is where a request goes, nil if none can or if the signer cannot sign it
// as others do: it leaves in a path what means nothing there.
func endpoint(path, query string) *url.URL {
	u, err := url.Parse("http://kinesis.eu-west-1.amazonaws.com/" + strings.TrimPrefix(path, "/"))
	if err != nil || u.Fragment != "" || u.RawQuery != "" || u.ForceQuery || strings.ContainsAny(query, "#\x7f") ||
		strings.Contains(u.EscapedPath(), "//") || strings.Contains(u.EscapedPath(), "/.") {
		return nil
	}
	u.RawQuery = query
	for name := range u.Query() {
		if strings.HasPrefix(name, "X-Amz-") || name == "zz" {
			return nil
		}
	}
	return u
}

// unsendable reports whether a header cannot have that value.
func unsendable(value string) bool {
	return strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// Whatever a query holds, it is judged or refused, and says the same to us and to the
// handlers.
func FuzzPresignedQuery(f *testing.F) {
	f.Add("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261124%2Feu-west-1%2Fkinesis%2Faws4_request&X-Amz-Date=20261124T093000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00")
	f.Add("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=%zz;&X-Amz-Date=&X-Amz-Expires=-1&&=&X-Amz-SignedHeaders=;;&X-Amz-Signature=%00")
	f.Fuzz(func(t *testing.T, query string) {
		r := call(t)
		r.Header = http.Header{}
		r.URL.RawQuery, r.RequestURI, r.Body = query, "/?"+query, http.NoBody
		if err := newVerifier().verify(r); err == nil {
			t.Fatalf("nobody signed %q", query)
		} else if asError(t, err).Message == "" {
			t.Fatalf("%q: %v has no text", query, err)
		}
	})
}

func FuzzAuthorizationHeader(f *testing.F) {
	f.Add(whole, "20261124T093000Z", "host")
	f.Add("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/eu-west-1/kinesis/aws4_request SignedHeaders=host Signature=zz", "20261124T093000Z", "")
	f.Fuzz(func(t *testing.T, header, date, name string) {
		r := call(t, "Authorization", header, "X-Amz-Date", date)
		r.Header[name] = []string{""}
		r.Body = http.NoBody
		if err := newVerifier().verify(r); err == nil {
			t.Fatalf("nobody signed %q", header)
		} else if asError(t, err).Message == "" {
			t.Fatalf("%q: %v has no text", header, err)
		}
	})
}
