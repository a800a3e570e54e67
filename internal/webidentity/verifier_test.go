package webidentity

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// issuing is an issuer of the tests, at this machine.
type issuing struct {
	*httptest.Server
	key  *rsa.PrivateKey
	next *ecdsa.PrivateKey // published once rotated
	// rotated says that next is published, and down that nothing is answered.
	rotated, down  atomic.Bool
	asked          atomic.Int64 // for keys
	answer, target atomic.Value // what is answered instead of keys; where the keys are said to be
}

func newIssuing(t *testing.T) *issuing {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	next, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuing{key: key, next: next}
	i.Server = httptest.NewServer(i)
	t.Cleanup(i.Close)
	return i
}

func (i *issuing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if i.down.Load() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		keys := i.URL + "/keys"
		if other, ok := i.target.Load().(string); ok {
			keys = other
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": i.URL, "jwks_uri": keys, "authorization_endpoint": i.URL, "token_endpoint": i.URL})
	case "/keys":
		i.asked.Add(1)
		if answer, ok := i.answer.Load().(string); ok {
			_, _ = w.Write([]byte(answer))
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": i.keys()})
	case "/elsewhere":
		http.Redirect(w, r, i.URL+"/keys", http.StatusFound)
	}
}

func (i *issuing) keys() []map[string]string {
	text := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }
	all := []map[string]string{{"kty": "RSA", "kid": "one", "use": "sig", "alg": "RS256", "n": text(i.key.N), "e": "AQAB"}}
	if i.rotated.Load() {
		point, err := i.next.PublicKey.Bytes()
		if err != nil {
			panic(err)
		}
		all = append(all, map[string]string{"kty": "EC", "kid": "two", "use": "sig", "crv": "P-256",
			"x": base64.RawURLEncoding.EncodeToString(point[1:33]), "y": base64.RawURLEncoding.EncodeToString(point[33:])})
	}
	return all
}

func part(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// claims are those of a good token; nil takes one away.
func (i *issuing) claims(changed map[string]any) map[string]any {
	now := time.Now().Unix()
	all := map[string]any{"iss": i.URL, "sub": "repo:freshet", "aud": "sts.example", "iat": now, "exp": now + 600}
	for name, value := range changed {
		if all[name] = value; value == nil {
			delete(all, name)
		}
	}
	return all
}

// token is one of the issuer with these claims.
func (i *issuing) token(changed map[string]any) string {
	signed := part(map[string]string{"alg": "RS256", "kid": "one"}) + "." + part(i.claims(changed))
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(nil, i.key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// nextToken is one that is signed with the next key.
func (i *issuing) nextToken() string {
	signed := part(map[string]string{"alg": "ES256", "kid": "two"}) + "." + part(i.claims(nil))
	sum := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, i.next, sum[:])
	if err != nil {
		panic(err)
	}
	var signature [64]byte
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature[:])
}

func (i *issuing) verifier(t *testing.T) *Verifier {
	t.Helper()
	v, err := New([]Issuer{{URL: i.URL, Audiences: []string{"sts.example", "party"}, Private: true}})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVerify(t *testing.T) {
	i := newIssuing(t)
	v := i.verifier(t)
	f := func(changed map[string]any, audience string) {
		t.Helper()
		got, err := v.Verify(t.Context(), i.token(changed))
		if err != nil || got.Subject != "repo:freshet" || got.Audience != audience || got.Provider != i.URL || got.Issuer != strings.TrimPrefix(i.URL, "http://") {
			t.Errorf("%v: %+v, %v", changed, got, err)
		}
	}
	f(nil, "sts.example")
	f(map[string]any{"aud": []string{"sts.example"}}, "sts.example")
	f(map[string]any{"aud": []string{"a", "b"}, "azp": "party"}, "party")
	f(map[string]any{"iat": time.Now().Unix() + 60}, "sts.example") // clocks differ
	if n := i.asked.Load(); n != 1 {
		t.Errorf("the issuer was asked for its keys %d times", n)
	}
}

func TestVerifyRefuses(t *testing.T) {
	i := newIssuing(t)
	v, now := i.verifier(t), time.Now().Unix()
	f := func(what, token string, want error) {
		t.Helper()
		if got, err := v.Verify(t.Context(), token); !errors.Is(err, want) || got.Subject != "" {
			t.Errorf("%s: %+v, %v, want %v", what, got, err, want)
		}
	}
	good := i.token(nil)
	head, rest, _ := strings.Cut(good, ".")
	body, signature, _ := strings.Cut(rest, ".")
	f("nothing", "", ErrMalformed)
	f("two parts", head+"."+body, ErrMalformed)
	f("no JSON", head+".e30x."+signature, ErrMalformed)
	f("no issuer", i.token(map[string]any{"iss": nil}), ErrMalformed)
	f("too long", good+strings.Repeat("x", longestToken), ErrMalformed)
	f("another issuer", i.token(map[string]any{"iss": "https://token.example"}), ErrIssuer)
	f("the issuer with a slash", i.token(map[string]any{"iss": i.URL + "/"}), ErrIssuer)

	f("another's signature", newIssuing(t).token(map[string]any{"iss": i.URL}), ErrSignature)
	f("a changed body", head+"."+part(i.claims(map[string]any{"sub": "root"}))+"."+signature, ErrSignature)
	f("no signature", head+"."+body+".", ErrSignature)
	f("alg none", part(map[string]string{"alg": "none"})+"."+body+".", ErrSignature)
	// The public key as the secret of an HMAC.
	mac := hmac.New(sha256.New, i.key.N.Bytes())
	hs := part(map[string]string{"alg": "HS256", "kid": "one"}) + "." + body
	mac.Write([]byte(hs))
	f("alg HS256", hs+"."+base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), ErrSignature)

	f("another audience", i.token(map[string]any{"aud": "somebody else"}), ErrAudience)
	f("several audiences", i.token(map[string]any{"aud": []string{"sts.example", "b"}}), ErrAudience)
	f("another party", i.token(map[string]any{"azp": "somebody else"}), ErrAudience)
	f("no audience", i.token(map[string]any{"aud": nil}), ErrClaims)
	f("no subject", i.token(map[string]any{"sub": nil}), ErrClaims)
	f("no expiry", i.token(map[string]any{"exp": nil}), ErrClaims)
	f("no time of issue", i.token(map[string]any{"iat": nil}), ErrClaims)
	f("issued tomorrow", i.token(map[string]any{"iat": now + 86400, "exp": now + 90000}), ErrClaims)
	f("not valid yet", i.token(map[string]any{"nbf": now + 3600}), ErrClaims)
	f("expired", i.token(map[string]any{"exp": now - 1}), ErrExpired)
	// What is not signed tells nothing of what would be wrong with it.
	f("expired and not signed", head+"."+part(i.claims(map[string]any{"exp": 1, "aud": "x"}))+"."+signature, ErrSignature)
}

// Tokens of keys that the issuer has not do not make us ask it without end, and one that
// it has since a while is found.
func TestAnIssuerIsAskedSeldom(t *testing.T) {
	i := newIssuing(t)
	v := i.verifier(t)
	if _, err := v.Verify(t.Context(), i.token(nil)); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if _, err := v.Verify(t.Context(), i.nextToken()); !errors.Is(err, ErrSignature) {
			t.Fatalf("a key that the issuer has not: %v", err)
		}
	}
	if n := i.asked.Load(); n != 1 {
		t.Errorf("the issuer was asked %d times", n)
	}
	i.rotated.Store(true)
	s := v.issuers[i.URL]
	s.gate.asked.Store(&lastAsked{i.URL + "/keys", time.Now().Add(-pause)}) // a pause later
	if _, err := v.Verify(t.Context(), i.nextToken()); err != nil {
		t.Errorf("the next key: %v", err)
	}
	if _, err := v.Verify(t.Context(), i.token(nil)); err != nil {
		t.Errorf("the key before it: %v", err)
	}
}

func TestAnIssuerThatIsDown(t *testing.T) {
	i := newIssuing(t)
	v := i.verifier(t)
	i.down.Store(true)
	if _, err := v.Verify(t.Context(), i.token(nil)); !errors.Is(err, ErrUnreachable) {
		t.Errorf("before anything is known: %v", err)
	}
	i.down.Store(false)
	v.issuers[i.URL].current.Store(nil) // a pause later
	v.issuers[i.URL].gate.asked.Store(nil)
	if _, err := v.Verify(t.Context(), i.token(nil)); err != nil {
		t.Fatal(err)
	}
	i.down.Store(true)
	if _, err := v.Verify(t.Context(), i.token(nil)); err != nil {
		t.Errorf("with its keys known: %v", err)
	}
	left, cancel := context.WithCancel(t.Context())
	cancel()
	v.issuers[i.URL].current.Store(nil)
	v.issuers[i.URL].turn <- struct{}{}
	if _, err := v.Verify(left, i.token(nil)); err == nil {
		t.Error("a client that left was waited for")
	}
}

// Security-and-ops.md, section 8: SSRF at discovery.
func TestIssuersAreReachedAtPublicAddresses(t *testing.T) {
	for _, a := range []string{"127.0.0.1:80", "[::1]:80", "10.1.2.3:443", "172.16.0.1:443", "192.168.1.1:443", "169.254.169.254:80", "[fe80::1]:80",
		"[fe80::1%eth0]:80", "[fd00::1]:80", "0.0.0.0:80", "[::]:80", "224.0.0.1:80", "[ff02::1]:80", "100.64.0.1:80", "[::ffff:127.0.0.1]:80", "[::ffff:10.0.0.1]:80",
		"[64:ff9b::7f00:1]:80", "[2002:7f00:1::]:80", "[2001:db8::1]:80", "192.0.2.1:80", "198.18.0.1:80", "255.255.255.255:80", "[::127.0.0.1]:80", "[fec0::1]:80", "localhost:80", ""} {
		if err := checkPublic(a); !errors.Is(err, errPrivate) {
			t.Errorf("%s: %v", a, err)
		}
	}
	for _, a := range []string{"140.82.112.3:443", "[2606:4700::1]:443", "8.8.8.8:80"} {
		if err := checkPublic(a); err != nil {
			t.Errorf("%s: %v", a, err)
		}
	}
	// A name that resolves to this machine, and an address that is this machine's.
	i := newIssuing(t)
	client := newClient(false)
	client.Transport.(*bounded).private = true // plain HTTP, so that the address alone is refused
	for _, url := range []string{i.URL, strings.Replace(i.URL, "127.0.0.1", "localhost", 1)} {
		answer, err := client.Get(url + "/keys")
		if err == nil {
			_ = answer.Body.Close()
		}
		if !errors.Is(err, errPrivate) {
			t.Errorf("%s: %v", url, err)
		}
	}
	if i.asked.Load() != 0 {
		t.Error("it was reached")
	}
}

func TestWhatAnIssuerAnswersIsBounded(t *testing.T) {
	f := func(what string, change func(*issuing)) {
		t.Helper()
		i := newIssuing(t)
		change(i)
		if _, err := i.verifier(t).Verify(t.Context(), i.token(nil)); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	f("too much", func(i *issuing) { i.answer.Store(`{"keys":[` + strings.Repeat(" ", mostAnswer) + `]}`) })
	f("no keys", func(i *issuing) { i.answer.Store(`{}`) })
	f("a redirect", func(i *issuing) { i.target.Store(i.URL + "/elsewhere") })
	f("a file", func(i *issuing) { i.target.Store("file:///etc/passwd") })
}

func TestIssuersThatAreRefused(t *testing.T) {
	f := func(url string, private bool, audiences ...string) {
		t.Helper()
		if _, err := New([]Issuer{{URL: url, Audiences: audiences, Private: private}}); err == nil {
			t.Errorf("%s, private %v, for %q was taken", url, private, audiences)
		}
	}
	f("http://token.example", false, "a")
	f("ftp://token.example", true, "a")
	f("https://", false, "a")
	f("https://user@token.example", false, "a")
	f("https://token.example?x=1", false, "a")
	f("https://token.example#x", false, "a")
	f("https://token.example", false)
	f("https://token.example", false, "*")
	f("https://token.example", false, "")
	if _, err := New([]Issuer{{URL: "https://a.example", Audiences: []string{"a"}}, {URL: "https://a.example", Audiences: []string{"b"}}}); err == nil {
		t.Error("an issuer was taken twice")
	}
	if name := (Issuer{URL: "https://a.example/b/"}).Name(); name != "a.example/b" {
		t.Errorf("Name = %s", name)
	}
}

func FuzzIssuerOf(f *testing.F) {
	f.Add("e30." + part(map[string]string{"iss": "https://a.example"}) + ".")
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		if issuer, err := issuerOf(token); err == nil && issuer == "" || err != nil && !errors.Is(err, ErrMalformed) {
			t.Errorf("%q, %v", issuer, err)
		}
	})
}
