package freshet

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestUnsafeCombinationsAreRefused(t *testing.T) {
	f := func(o Options, want error) {
		t.Helper()
		if err := o.Validate(); !errors.Is(err, want) {
			t.Errorf("%+v: %v, want %v", o, err, want)
		}
	}
	f(Options{Production: true, InsecureOpen: true}, ErrInsecureOpen)
	f(Options{Production: true, TLS: TLSOff}, ErrNoTLS)
	f(Options{Production: true, TLS: TLSOff, Plaintext: PlaintextAllow}, nil)
	f(Options{Production: true, AllowedOrigins: []string{"*"}}, ErrEveryOrigin)
	f(Options{AllowedOrigins: []string{"*"}}, ErrEveryOrigin)
	f(Options{Production: true, Listen: "0.0.0.0:4566"}, nil)
}

// A folder is opened by the kind of server that made it, and a refusal changes
// nothing in it.
func TestAFolderBelongsToDevelopmentOrToProduction(t *testing.T) {
	open := func(o Options) error {
		t.Helper()
		s, err := New(o)
		if err == nil {
			err = s.Close()
		}
		return err
	}
	f := func(dir string, production bool, account string, want error) {
		t.Helper()
		before, _ := os.ReadFile(filepath.Join(dir, formatName))
		if err := open(Options{DataDir: dir, Production: production, Account: account}); !errors.Is(err, want) {
			t.Errorf("production %v: %v, want %v", production, err, want)
		}
		if want == nil {
			return
		}
		if after, _ := os.ReadFile(filepath.Join(dir, formatName)); string(after) != string(before) {
			t.Errorf("the mark was %q and is %q", before, after)
		}
	}
	dev, serve := filepath.Join(t.TempDir(), "dev"), filepath.Join(t.TempDir(), "serve")
	f(dev, false, "", nil)
	f(dev, true, "", ErrNotServed)
	f(dev, true, "123456789012", ErrNotServed)
	f(serve, true, "", nil)
	f(serve, true, "", nil)
	f(serve, false, "", ErrServed)
	f(dev, true, DevAccount, nil) // from here on it is Production's
	f(dev, true, "", nil)
	f(dev, false, "", ErrServed)
	for dir, want := range map[string]bool{dev: true, serve: true, t.TempDir(): false, filepath.Join(dev, "none"): false} {
		if got, err := Served(dir); got != want || err != nil {
			t.Errorf("Served(%s) = %v, %v", dir, got, err)
		}
	}
}

func TestPlaintextIsRefusedInProduction(t *testing.T) {
	s := run(t, Options{DataDir: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0", Production: true})
	if !strings.HasPrefix(s.Endpoint(), "https://") {
		t.Errorf("the endpoint is %s", s.Endpoint())
	}
	plain := "http" + strings.TrimPrefix(s.Endpoint(), "https")
	for path, want := range map[string]int{
		"/_freshet/readyz": 200, "/_freshet/healthz": 200,
		"/_freshet/metrics": 400, "/_freshet/ca.pem": 400, "/_freshet/api/streams": 400, "/": 400, "/_localstack/health": 400,
	} {
		reply, err := http.Get(plain + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = reply.Body.Close()
		if reply.StatusCode != want {
			t.Errorf("%s: status %d, want %d", path, reply.StatusCode, want)
		}
	}
	ask(t, trusting(t, s.CA()), s.Endpoint())
	s.stop(t)
}
