//go:build e2e

package clients

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/freshet/freshet/e2e/process"
)

// signing says how a request is signed, and what happens to it afterwards.
type signing struct {
	keyID, secret, token string
	region, service      string
	at                   time.Time
	before, after        func(*http.Request)
	body                 string // sent in the place of the one that was signed
}

// signed is a ListStreams as p's key signs it, changed by change.
func signed(t *testing.T, p place, change func(*signing)) *http.Request {
	t.Helper()
	how := signing{keyID: p.keyID, secret: p.secret, region: "us-east-1", service: "kinesis", at: time.Now(), body: "{}"}
	change(&how)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.endpoint+"/", strings.NewReader(how.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Kinesis_20131202.ListStreams")
	if how.before != nil {
		how.before(r)
	}
	sum := sha256.Sum256([]byte("{}"))
	credentials := aws.Credentials{AccessKeyID: how.keyID, SecretAccessKey: how.secret, SessionToken: how.token}
	if err := v4.NewSigner().SignHTTP(t.Context(), credentials, r, hex.EncodeToString(sum[:]), how.service, how.region, how.at); err != nil {
		t.Fatal(err)
	}
	if how.after != nil {
		how.after(r)
	}
	return r
}

// trusts makes an HTTP client that trusts p's authority.
func trusts(t *testing.T, p place) *http.Client {
	t.Helper()
	roots := x509.NewCertPool()
	if pem, err := os.ReadFile(p.ca); err != nil || !roots.AppendCertsFromPEM(pem) {
		t.Fatalf("%s: %v", p.ca, err)
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
}

// answered sends a request as p's key signs it, changed by change, and checks what comes
// back.
func answered(t *testing.T, client *http.Client, p place, name string, status int, code, message string, change func(*signing)) {
	t.Helper()
	res, err := client.Do(signed(t, p, change))
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	var got struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}
	if err := json.Unmarshal(bytes.TrimSpace(text), &got); err != nil || res.StatusCode != status || got.Type != code || !strings.HasPrefix(got.Message, message) {
		t.Errorf("%s: %d %s, want %d %s %s", name, res.StatusCode, text, status, code, message)
	}
	t.Logf("%-28s %d %s: %s", name, res.StatusCode, got.Type, got.Message)
}

// TestWhatIsNotSignedRightly: each gets AWS's error, and one that is signed rightly its
// answer.
func TestWhatIsNotSignedRightly(t *testing.T) {
	binary, err := process.Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s, root := startServe(t, binary)
	client := trusts(t, root)
	f := func(name string, status int, code, message string, change func(*signing)) {
		t.Helper()
		answered(t, client, root, name, status, code, message, change)
	}
	const mismatch = "The request signature we calculated does not match the signature you provided."

	f("signed rightly", 200, "", "", func(*signing) {})
	f("wrong secret", 400, "InvalidSignatureException", mismatch, func(s *signing) { s.secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" })
	f("unknown key", 400, "UnrecognizedClientException", "The security token included in the request is invalid.", func(s *signing) { s.keyID = "AKIAIOSFODNN7EXAMPLE" })
	f("signed 20 minutes ago", 400, "InvalidSignatureException", "Signature expired: ", func(s *signing) { s.at = s.at.Add(-20 * time.Minute) })
	f("signed in 20 minutes", 400, "InvalidSignatureException", "Signature not yet current: ", func(s *signing) { s.at = s.at.Add(20 * time.Minute) })
	f("changed body", 400, "InvalidSignatureException", mismatch, func(s *signing) { s.body = `{"Limit":1}` })
	f("changed header", 400, "InvalidSignatureException", mismatch, func(s *signing) {
		s.before = func(r *http.Request) { r.Header.Set("X-Amz-Meta", "a") }
		s.after = func(r *http.Request) { r.Header.Set("X-Amz-Meta", "b") }
	})
	f("header not signed", 400, "InvalidSignatureException", "", func(s *signing) {
		s.after = func(r *http.Request) { r.Header.Set("X-Amz-Meta", "b") }
	})
	f("scope of another region", 400, "InvalidSignatureException", "Credential should be scoped to a valid region", func(s *signing) { s.region = "ap-south-1" })
	f("scope of another service", 400, "InvalidSignatureException", "Credential should be scoped to correct service: 'kinesis'.", func(s *signing) { s.service = "sts" })
	f("token of no session", 400, "UnrecognizedClientException", "The security token included in the request is invalid.", func(s *signing) { s.token = "made up" })
	f("no signature", 400, "MissingAuthenticationTokenException", "Missing Authentication Token", func(s *signing) {
		s.after = func(r *http.Request) { r.Header.Del("Authorization") }
	})
	stop(t, s)
}

// TestWhoIsNotKnownAnyMore: from the next request on nobody comes in by a key or a session
// that was ended, whichever way; other keys of the same user do.
func TestWhoIsNotKnownAnyMore(t *testing.T) {
	h, user := withWriter(t)
	client := trusts(t, h.root)
	asIs := func(*signing) {}
	known := func(name string, p place) {
		t.Helper()
		answered(t, client, p, name, 200, "", "", func(s *signing) { s.token = p.token })
	}
	unknown := func(name string, p place, change func(*signing)) {
		t.Helper()
		answered(t, client, p, name, 400, "UnrecognizedClientException", "The security token included in the request is invalid.",
			func(s *signing) { s.token = p.token; change(s) })
	}
	one, two := session(t, user, "one"), session(t, user, "two")
	known("a user", user)
	known("a session", one)
	unknown("its token left out", one, func(s *signing) { s.token = "" })
	unknown("another session's token", one, func(s *signing) { s.token = two.token })
	unknown("a lasting key, a token", user, func(s *signing) { s.token = one.token })
	answered(t, client, one, "another session's secret", 400, "InvalidSignatureException", "The request signature we calculated does not match",
		func(s *signing) { s.token, s.secret = one.token, two.secret })

	other := h.key("till")
	h.run("key", "disable", user.keyID)
	unknown("a disabled key", user, asIs)
	unknown("a session of that key", one, asIs)
	known("the user's other key", other)
	h.run("key", "enable", user.keyID)
	known("the key enabled", user)
	known("its session", one)
	h.run("key", "delete", user.keyID)
	unknown("a deleted key", user, asIs)
	unknown("its session", one, asIs)

	three := session(t, other, "three")
	known("a session of the other key", three)
	h.run("role", "delete", "writer", "--with-all")
	unknown("a session, its role deleted", three, asIs)
	h.run("key", "delete", other.keyID)
	h.run("user", "delete", "till", "--with-all")
	unknown("a deleted user's key", other, asIs)
	known("the root", h.root)
	stop(t, h.Server)
}
