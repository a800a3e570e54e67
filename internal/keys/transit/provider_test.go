package transit

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/keys/keystest"
)

func TestContract(t *testing.T) { keystest.Run(t, rig(false)) }

func TestContractOfDerivedKeys(t *testing.T) { keystest.Run(t, rig(true)) }

func TestAnswersMean(t *testing.T) {
	e, p := open(t)
	d, err := p.Generate(t.Context(), keys.DefaultAlias, nil)
	if err != nil {
		t.Fatal(err)
	}
	f := func(want error, status int, said string) {
		t.Helper()
		e.answer = func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			fmt.Fprint(w, said)
		}
		_, err := p.Unwrap(t.Context(), d.Wrapped, nil)
		keystest.Only(t, err, want)
		_, err = p.Describe(t.Context(), keys.DefaultAlias)
		if err == nil {
			t.Errorf("status %d: describes", status)
		}
	}
	f(keys.ErrAccessDenied, 403, `{"errors":["permission denied"]}`)
	f(keys.ErrAccessDenied, 401, ``)
	f(keys.ErrNotFound, 404, `{"errors":["no handler for route"]}`)
	f(keys.ErrNotFound, 400, `{"errors":["encryption key not found"]}`)
	f(keys.ErrInvalidState, 400, `{"errors":["refusing to use soft-deleted key"]}`)
	f(keys.ErrInvalidState, 400, `{"errors":["ciphertext or signature version is disallowed by policy (too old)"]}`)
	f(keys.ErrInvalidState, 400, `{"errors":["something new"]}`)
	f(keys.ErrCiphertext, 400, `{"errors":["cipher: message authentication failed"]}`)
	f(keys.ErrThrottled, 429, `{"errors":["request path \"transit/decrypt\": rate limit quota exceeded"]}`)
	f(keys.ErrUnavailable, 412, `{"errors":["required index state not present"]}`)
	f(keys.ErrUnavailable, 500, `{"errors":["internal error"]}`)
	f(keys.ErrUnavailable, 503, `{"errors":["Vault is sealed"]}`)
	f(keys.ErrUnavailable, 307, ``)
	f(keys.ErrUnavailable, 200, `{`)
	f(keys.ErrUnavailable, 200, `<html>`)
}

// An alias may be anything that a client says; it must stay one part of the path.
func TestKeysCannotLeadElsewhere(t *testing.T) {
	_, p := open(t)
	for _, name := range []string{"../sys/seal", "alias/../x", "a/b", "a?b", "a%2fb", ".", "..", "", "alias/", strings.Repeat("a", 201)} {
		_, err := p.Describe(t.Context(), name)
		keystest.Only(t, err, keys.ErrNotFound)
	}
}

func TestKeysThatCannotBind(t *testing.T) {
	e, p := open(t)
	e.add("rsa", "rsa-4096", false)
	e.add("gone", "aes256-gcm96", false)
	e.mu.keys["gone"].SoftDeleted = true
	for name, state := range map[string]keys.State{"rsa": keys.Unavailable, "gone": keys.PendingDeletion} {
		k, err := p.Describe(t.Context(), name)
		if err != nil || k.State != state {
			t.Errorf("%s is described as %+v, %v", name, k, err)
		}
		_, err = p.Generate(t.Context(), name, nil)
		keystest.Only(t, err, keys.ErrInvalidState)
	}
}

func TestServerThatOverlooksBindingsIsRefused(t *testing.T) {
	e, p := open(t)
	e.overlooks = true
	_, err := p.Generate(t.Context(), keys.DefaultAlias, nil)
	keystest.Only(t, err, keys.ErrInvalidState)
}

func TestServerThatIsNotThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	p, err := New(Options{Address: address, Token: func() (string, error) { return testToken, nil }})
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Describe(t.Context(), keys.DefaultAlias)
	keystest.Only(t, err, keys.ErrUnavailable)
	if strings.Contains(err.Error(), testToken) {
		t.Errorf("error %v has the token", err)
	}
}

func TestServerThatDoesNotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		p, err := New(Options{Address: "http://127.0.0.1:1", Token: func() (string, error) { return testToken, nil }, Timeout: 3 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		p.client.http.Transport = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return near, nil }}
		began := time.Now()
		_, err = p.Describe(t.Context(), keys.DefaultAlias)
		keystest.Only(t, err, keys.ErrUnavailable)
		if took := time.Since(began); took != 3*time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after %s: %v", took, err)
		}
		_ = far.Close()
	})
}

// The token goes to the server that was configured and to no other.
func TestRedirectionIsNotFollowed(t *testing.T) {
	asked := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer other.Close()
	e, p := open(t)
	e.answer = func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	}
	_, err := p.Describe(t.Context(), keys.DefaultAlias)
	keystest.Only(t, err, keys.ErrUnavailable)
	if asked {
		t.Error("the other server was asked")
	}
}

func TestTokenIsNotTold(t *testing.T) {
	e, p := open(t)
	e.answer = func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusForbidden, "bad token "+r.Header.Get("X-Vault-Token"))
	}
	_, err := p.Describe(t.Context(), keys.DefaultAlias)
	keystest.Only(t, err, keys.ErrAccessDenied)
	if strings.Contains(err.Error(), testToken) {
		t.Errorf("error %v has the token", err)
	}
}

func TestTokenFileIsReadAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	token := TokenFile(path)
	f := func(content, want string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := token()
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is token %q, %v", content, got, err)
		}
		if err != nil && strings.Contains(err.Error(), "hvs") {
			t.Errorf("error %v tells what the file holds", err)
		}
	}
	f("hvs.one\n", "hvs.one")
	f("hvs.two", "hvs.two")
	f("\n", "")
	f("hvs.one hvs.two\n", "")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	_, p := open(t)
	p.client.token = token
	_, err := p.Describe(t.Context(), keys.DefaultAlias)
	keystest.Only(t, err, keys.ErrUnavailable)
}

func TestOptionsThatCannotBe(t *testing.T) {
	for _, o := range []Options{
		{Address: "https://a", Mount: "../sys"}, {Address: "https://a", Mount: "/"}, {Address: "https://a", DefaultKey: "a/b"},
		{Address: "https://a", CAFile: "/no/such/file"}, {Address: "http://a"},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}

func TestAuthoritiesOfTheServer(t *testing.T) {
	e, _ := open(t)
	s := httptest.NewTLSServer(e)
	defer s.Close()
	dir := t.TempDir()
	ca, none := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "none.pem")
	content := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := errors.Join(os.WriteFile(ca, content, 0o600), os.WriteFile(none, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	o := Options{Address: s.URL, Namespace: testNamespace, Token: func() (string, error) { return testToken, nil }}
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Describe(t.Context(), keys.DefaultAlias)
	keystest.Only(t, err, keys.ErrUnavailable) // nobody knows its authority
	o.CAFile = ca
	if p, err = New(o); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Describe(t.Context(), keys.DefaultAlias); err != nil {
		t.Error(err)
	}
	o.CAFile = none
	if _, err := New(o); err == nil || !strings.Contains(err.Error(), "no certificate") {
		t.Errorf("a file without a certificate: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("T\x01\x07freshetvault:v1:AAAA"))
	f.Add([]byte("T\x02\x01avault:v12:AAA="))
	f.Add([]byte("F\x01"))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		w, err := decode(sealed)
		if err != nil {
			keystest.Only(t, err, keys.ErrCiphertext)
			return
		}
		if got := w.encode(); string(got) != string(sealed) {
			t.Errorf("%q is read as %+v, which is written %q", sealed, w, got)
		}
	})
}
