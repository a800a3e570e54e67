package freshet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/freshet/freshet/internal/server"
)

// listStreams asks h, signed with c, and returns the status.
func listStreams(t *testing.T, h http.Handler, c Credentials) int {
	t.Helper()
	const body = "{}"
	r := httptest.NewRequest("POST", "https://localhost:4566/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Kinesis_20131202.ListStreams")
	sum := sha256.Sum256([]byte(body))
	err := v4.NewSigner().SignHTTP(t.Context(), aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey},
		r, hex.EncodeToString(sum[:]), "kinesis", "us-east-1", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

// A program that brings its own listener runs production in its process.
func TestProductionInProcess(t *testing.T) {
	s := run(t, Options{Production: true, Durability: DurabilityMemory, Listen: NoListener, Account: "123456789012"})
	root, first := s.RootCredentials()
	if !first || root.Account != "123456789012" || s.Account() != root.Account {
		t.Errorf("%v, first %v, account %s", root, first, s.Account())
	}
	if shown := fmt.Sprintf("%v %+v %#v %s", root, root, root, root); strings.Contains(shown, root.SecretAccessKey) {
		t.Errorf("the secret is shown: %s", shown)
	}
	if got := listStreams(t, s.Handler(), root); got != 200 {
		t.Errorf("the root's key: status %d", got)
	}
	root.SecretAccessKey += "x"
	if got := listStreams(t, s.Handler(), root); got != 400 {
		t.Errorf("a wrong secret: status %d", got)
	}
	if got := listStreams(t, s.Handler(), Credentials{AccessKeyID: "test", SecretAccessKey: "test"}); got != 400 {
		t.Errorf("any key: status %d", got)
	}
	s.stop(t)
}

func TestTheRootsKeyIsKeptAndToldOnce(t *testing.T) {
	o := Options{Production: true, Listen: NoListener, DataDir: filepath.Join(t.TempDir(), "data")}
	s := run(t, o)
	root, first := s.RootCredentials()
	file, err := os.ReadFile(RootCredentialsFile(o.DataDir))
	if err != nil || !first || !strings.Contains(string(file), root.SecretAccessKey) {
		t.Errorf("first %v, %v", first, err)
	}
	s.stop(t)
	s = run(t, o)
	if again, ok := s.RootCredentials(); ok {
		t.Errorf("told again: %v", again)
	}
	if got := listStreams(t, s.Handler(), root); got != 200 {
		t.Errorf("after a restart: status %d", got)
	}
	s.stop(t)

	o.Account = "000000000001"
	other, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Run(t.Context()); !errors.Is(err, server.ErrOtherAccount) {
		t.Errorf("another account: %v", err)
	}
	if err := other.Close(); err != nil {
		t.Error(err)
	}
}

// Streams that are to be there from the start are the server's own, unless they say
// whose they are.
func TestInitialStreamsAreOfTheServersAccount(t *testing.T) {
	s := run(t, Options{Production: true, Durability: DurabilityMemory, Listen: NoListener, InitialStreams: []InitialStream{{Name: "orders"}}})
	root, _ := s.RootCredentials()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	r := httptest.NewRequestWithContext(ctx, "GET", "https://localhost/_freshet/api/streams", nil)
	r.RemoteAddr = "127.0.0.1:5000"
	r.Header.Set("Authorization", "Bearer "+s.Token())
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	if want := "arn:aws:kinesis:us-east-1:" + root.Account + ":stream/orders"; !strings.Contains(w.Body.String(), want) {
		t.Errorf("status %d: %s; want %s", w.Code, w.Body, want)
	}
	s.stop(t)
}
