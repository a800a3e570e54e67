package server

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/freshet/freshet/internal/identity"
	"github.com/freshet/freshet/internal/keys/keyfile"
)

const (
	productionAccount = "210987654321"
	productionToken   = "the-token-of-the-folder"
	metricsToken      = "the-token-of-the-metrics"
)

// production runs a server in production, and returns the key of its root.
func production(t *testing.T) (*Server, aws.Credentials) {
	t.Helper()
	var root identity.RootKey
	o := options(nil)
	o.Production, o.Regions, o.Account = true, []string{"us-east-1", "eu-west-1"}, productionAccount
	o.Token, o.MetricsToken = productionToken, metricsToken
	o.Keys = keyfile.New(keyfile.Options{})
	o.KeepRoot = func(k identity.RootKey) error { root = k; return nil }
	s, stop := start(t, o)
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return s, aws.Credentials{AccessKeyID: root.KeyID, SecretAccessKey: root.Secret.Reveal()}
}

// ask is a request to a page, from elsewhere, and what changes it.
type pageRequest struct {
	*http.Request
	body string
}

func pageOf(method, path, body string) pageRequest {
	return pageRequest{httptest.NewRequest(method, "https://localhost:4566"+path, strings.NewReader(body)), body}
}

// signed signs r as a client does.
func (r pageRequest) signed(t *testing.T, c aws.Credentials, service, region string) pageRequest {
	t.Helper()
	sum := sha256.Sum256([]byte(r.body))
	if err := v4.NewSigner().SignHTTP(t.Context(), c, r.Request, hex.EncodeToString(sum[:]), service, region, time.Now()); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r pageRequest) bearing(token string) pageRequest {
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

func (r pageRequest) from(address string, header ...string) pageRequest {
	r.RemoteAddr = address
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func TestInProductionPagesWantASignatureOrTheTokenAtHome(t *testing.T) {
	s, root := production(t)
	f := func(status int, want string, r pageRequest) {
		t.Helper()
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r.Request)
		if w.Code != status || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s %s: status %d: %s; want %d: %s", r.Method, r.URL, w.Code, w.Body, status, want)
		}
	}
	const home, streams, metrics = "127.0.0.1:5000", "/_freshet/api/streams", "/_freshet/metrics"
	other := root
	other.SecretAccessKey = "not it"
	stranger := aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "any"}

	f(200, `{"streams":`, pageOf("GET", streams, "").signed(t, root, "freshet", "us-east-1"))
	f(200, `{"streams":`, pageOf("GET", streams+"?region=eu-west-1&account="+productionAccount, "").signed(t, root, "freshet", "eu-west-1"))
	f(200, "go_goroutines", pageOf("GET", metrics, "").signed(t, root, "freshet", "us-east-1"))
	f(200, `"profile":"aws"`, pageOf("PUT", "/_freshet/api/limits", `{"profile":"aws"}`).signed(t, root, "freshet", "us-east-1"))
	f(404, "no page", pageOf("GET", "/_freshet/api/none", "").signed(t, root, "freshet", "us-east-1"))
	f(404, "ResourceNotFoundException", pageOf("GET", streams+"/orders", "").signed(t, root, "freshet", "us-east-1"))

	f(401, "InvalidSignatureException", pageOf("GET", streams, "").signed(t, other, "freshet", "us-east-1"))
	f(401, "UnrecognizedClientException", pageOf("GET", streams, "").signed(t, stranger, "freshet", "us-east-1"))
	f(401, "InvalidSignatureException", pageOf("GET", streams, "").signed(t, root, "kinesis", "us-east-1"))
	f(401, "InvalidSignatureException", pageOf("GET", streams, "").signed(t, root, "freshet", "ap-south-1"))
	f(400, "signed for, us-east-1", pageOf("GET", streams+"?region=eu-west-1", "").signed(t, root, "freshet", "us-east-1"))
	f(403, "AccessDeniedException", pageOf("GET", streams+"?account=123456789012", "").signed(t, root, "freshet", "us-east-1"))
	f(403, "AccessDeniedException", pageOf("GET", streams+"/orders?account=123456789012", "").signed(t, root, "freshet", "us-east-1"))
	changed := pageOf("PUT", "/_freshet/api/limits", `{"profile":"relaxed"}`).signed(t, root, "freshet", "us-east-1")
	changed.Body = pageOf("PUT", "/", `{"profile":"aws"}`).Body
	f(401, "InvalidSignatureException", changed)

	f(200, `{"streams":`, pageOf("GET", streams, "").bearing(productionToken).from(home))
	f(200, `{"streams":`, pageOf("GET", streams, "").bearing(productionToken).from("[::1]:5000"))
	f(200, "go_goroutines", pageOf("GET", metrics, "").bearing(productionToken).from(home))
	f(403, "own machine", pageOf("GET", streams, "").bearing(productionToken).from("192.0.2.7:5000"))
	f(403, "own machine", pageOf("GET", streams, "").bearing(productionToken).from(home, "X-Forwarded-For", "192.0.2.7"))
	f(403, "own machine", pageOf("GET", streams, "").bearing(productionToken).from(home, "Forwarded", "for=192.0.2.7"))
	f(403, "own machine", pageOf("GET", streams, "").bearing(productionToken).from(home, "X-Forwarded-Host", "freshet.example"))
	hidden := pageOf("GET", streams, "").bearing(productionToken).from(home, "X-Forwarded-For", "")
	f(403, "own machine", hidden)
	hidden.Header.Add("X-Forwarded-For", "192.0.2.7") // as a proxy adds it that leaves what came
	f(403, "own machine", hidden)
	f(401, "wants a signature", pageOf("GET", streams, "").bearing("a-guess-of-the-token").from(home))
	f(401, "wants a signature", pageOf("GET", streams, "").from(home))

	f(200, "go_goroutines", pageOf("GET", metrics, "").bearing(metricsToken).from("192.0.2.7:5000"))
	f(401, "wants a signature", pageOf("GET", streams, "").bearing(metricsToken).from(home))
	f(401, "wants a signature", pageOf("GET", metrics, "").from(home))
	f(401, "wants a signature", pageOf("GET", "/_freshet/api/none", "").from(home))
	f(404, "", pageOf("GET", "/_localstack/health", ""))
	f(405, "takes", pageOf("POST", "/_freshet/api/streams/orders/limits", "").bearing(productionToken).from(home))
	f(404, "no page", pageOf("POST", "/_freshet/api/reset", "").bearing(productionToken).from(home))
	f(404, "no page", pageOf("GET", "/_freshet/api/streams/orders/faults", "").bearing(productionToken).from(home))
	f(200, "ready", pageOf("GET", "/_freshet/readyz", ""))
}
