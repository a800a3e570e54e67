//go:build e2e

package serve

import (
	"crypto/tls"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
)

// Plaintext is told to come by TLS, in words that an SDK shows; probes are answered.
func TestPlaintext(t *testing.T) {
	s := serve(t, fresh(t))
	plain := "http" + strings.TrimPrefix(s.Endpoint(), "https")
	key := rootKey(t, s.RootCredentials())
	_, err := kinesis.New(kinesis.Options{
		BaseEndpoint: aws.String(plain), Region: "us-east-1", RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(key.AccessKeyID, key.SecretAccessKey, ""),
	}).ListStreams(t.Context(), &kinesis.ListStreamsInput{})
	wantCode(t, err, "SecureTransportRequired")
	if err != nil && !strings.Contains(err.Error(), "write https:// instead of http://") {
		t.Errorf("it does not say what to do: %v", err)
	}
	get(t, http.DefaultClient, plain+"/_freshet/healthz", "", 200)
	get(t, http.DefaultClient, plain+"/_freshet/readyz", "", 200)
	get(t, http.DefaultClient, plain+"/_freshet/metrics", "", 400)
	get(t, http.DefaultClient, plain+"/_freshet/ca.pem", "", 400)
	stop(t, s)

	s = serve(t, fresh(t), "--tls", "off", "--plaintext", "allow")
	key = rootKey(t, s.RootCredentials())
	_, err = kinesis.New(kinesis.Options{
		BaseEndpoint: aws.String("http" + strings.TrimPrefix(s.Endpoint(), "https")), Region: "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider(key.AccessKeyID, key.SecretAccessKey, ""),
	}).ListStreams(t.Context(), &kinesis.ListStreamsInput{})
	wantCode(t, err, "")
	stop(t, s)
}

func TestWhatIsBesidesTheAPIIsClosed(t *testing.T) {
	data := fresh(t)
	secret := filepath.Join(t.TempDir(), "metrics-token")
	if err := os.WriteFile(secret, []byte("what-prometheus-bears\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("FRESHET_SERVER_METRICS_TOKEN_FILE", secret)
	s := serve(t, data)
	c := trusting(t, s)
	content, err := os.ReadFile(filepath.Join(data, "token"))
	if err != nil {
		t.Fatal(err)
	}
	token := strings.TrimSpace(string(content))
	page := func(path string) string { return s.Endpoint() + "/_freshet/" + path }
	get(t, c, page("healthz"), "", 200)
	get(t, c, page("ca.pem"), "", 200)
	get(t, c, page("metrics"), "", 401)
	get(t, c, page("metrics"), "a-guess-of-a-token", 401)
	if text := get(t, c, page("metrics"), "what-prometheus-bears", 200); !strings.Contains(text, "freshet_build_info") {
		t.Errorf("no metrics:\n%s", text)
	}
	get(t, c, page("metrics"), token, 200)
	get(t, c, page("api/streams"), "", 401)
	get(t, c, page("api/streams"), "what-prometheus-bears", 401)
	get(t, c, page("api/streams"), token, 200)
	get(t, c, page("api/reset"), token, 404)
	get(t, c, s.Endpoint()+"/_localstack/health", "", 404)
	if out, code := freshet(t, "healthcheck", "--listen", strings.TrimPrefix(s.Endpoint(), "https://")); code != 0 {
		t.Errorf("healthcheck exits with %d: %s", code, out)
	}
	stop(t, s)
}

// TLS is 1.2 at the least, and brings HTTP/1.1 and HTTP/2.
func TestTLSVersions(t *testing.T) {
	s := serve(t, fresh(t))
	f := func(version uint16, h2, works bool) {
		t.Helper()
		c := trusting(t, s)
		transport := c.Transport.(*http.Transport)
		transport.TLSClientConfig.MinVersion, transport.TLSClientConfig.MaxVersion = version, version
		transport.ForceAttemptHTTP2 = h2
		reply, err := c.Get(s.Endpoint() + "/_freshet/readyz")
		if (err == nil) != works {
			t.Errorf("version %x: %v", version, err)
		}
		if err != nil {
			return
		}
		_ = reply.Body.Close()
		if (reply.ProtoMajor == 2) != h2 || reply.StatusCode != http.StatusOK {
			t.Errorf("version %x: status %d by %s", version, reply.StatusCode, reply.Proto)
		}
	}
	f(tls.VersionTLS10, false, false)
	f(tls.VersionTLS11, false, false)
	f(tls.VersionTLS12, false, true)
	f(tls.VersionTLS12, true, true)
	f(tls.VersionTLS13, false, true)
	f(tls.VersionTLS13, true, true)
	stop(t, s)
}
