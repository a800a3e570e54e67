//go:build e2e

package serve

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/smithy-go"

	"github.com/freshet/freshet/e2e/process"
)

var binary string

func TestMain(m *testing.M) {
	os.Exit(process.WithBinary(func(built string) int {
		binary = built
		return m.Run()
	}))
}

// serve starts freshet serve on a data folder and awaits it.
func serve(t *testing.T, data string, args ...string) *process.Server {
	t.Helper()
	addr, err := process.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	s, err := process.Start(process.Options{Binary: binary, Command: "serve", Data: data, Addr: addr, Args: args})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Kill() }) // after a failure; else it has ended
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	awaitScreen(ctx, t, s)
	return s
}

// awaitScreen waits for the end of the screen, which follows readiness.
func awaitScreen(ctx context.Context, t *testing.T, s *process.Server) {
	t.Helper()
	for !strings.Contains(s.Output(), "Stop with Ctrl-C") {
		select {
		case <-time.After(5 * time.Millisecond): // a process tells by being looked at
		case <-ctx.Done():
			t.Fatalf("no screen:\n%s", s.Output())
		}
	}
}

func stop(t *testing.T, s *process.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// trusting is a client that trusts the server's authority and nobody else.
func trusting(t *testing.T, s *process.Server) *http.Client {
	t.Helper()
	ca, err := os.ReadFile(s.CAFile())
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		t.Fatalf("no certificate: %q", ca)
	}
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// rootKey reads the file that the first start made.
func rootKey(t *testing.T, file string) aws.Credentials {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`aws_access_key_id = (\S+)\naws_secret_access_key = (\S+)\n`).FindSubmatch(text)
	if found == nil {
		t.Fatalf("%s holds no key:\n%s", file, text)
	}
	return aws.Credentials{AccessKeyID: string(found[1]), SecretAccessKey: string(found[2])}
}

// client speaks Kinesis to s with a key.
func client(t *testing.T, s *process.Server, key aws.Credentials, region string) *kinesis.Client {
	t.Helper()
	return kinesis.New(kinesis.Options{
		BaseEndpoint: aws.String(s.Endpoint()), Region: region, HTTPClient: trusting(t, s), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(key.AccessKeyID, key.SecretAccessKey, ""),
	})
}

// wantCode checks the error's code, "" for no error.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var api smithy.APIError
	got := ""
	if err != nil {
		got = err.Error()
	}
	if errors.As(err, &api) {
		got = api.ErrorCode()
	}
	if got != code {
		t.Errorf("the answer is %q, want %q (%v)", got, code, err)
	}
}

// get asks for a page and checks the status.
func get(t *testing.T, c *http.Client, url, token string, want int) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	reply, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	if reply.StatusCode != want {
		t.Errorf("%s: status %d, want %d: %s", url, reply.StatusCode, want, text)
	}
	return string(text)
}

// freshet runs a command to its end, with variables of its environment before it.
func freshet(t *testing.T, args ...string) (output string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var env []string
	for strings.Contains(args[0], "=") {
		env, args = append(env, args[0]), args[1:]
	}
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatalf("%v: %v", args, err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// fresh is the name of a folder that is not there yet.
func fresh(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "data")
}
