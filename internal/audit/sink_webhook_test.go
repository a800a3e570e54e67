package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/access"
)

func TestWebhookPostsCloudTrailsFile(t *testing.T) {
	var body []byte
	var header http.Header
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		header = r.Header
		w.WriteHeader(http.StatusAccepted)
	}))
	defer collector.Close()
	s, err := NewWebhook(WebhookOptions{URL: collector.URL + "/events", Token: access.NewSecret("hush"), SigningKey: access.NewSecret("key")})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Write(t.Context(), [][]byte{numbered(1), numbered(2)}); err != nil {
		t.Fatal(err)
	}
	var file struct{ Records []struct{ N int } }
	if err := json.Unmarshal(body, &file); err != nil || len(file.Records) != 2 || file.Records[1].N != 2 {
		t.Errorf("%v in %s", err, body)
	}
	mac := hmac.New(sha256.New, []byte("key"))
	mac.Write([]byte(header.Get(TimestampHeader) + "." + string(body)))
	if want := "sha256=" + hex.EncodeToString(mac.Sum(nil)); header.Get(SignatureHeader) != want || header.Get("Authorization") != "Bearer hush" {
		t.Errorf("%v", header)
	}
}

func TestWebhookGoesNowhereElse(t *testing.T) {
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	t.Setenv("HTTP_PROXY", other.URL)
	collector := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer collector.Close()
	s, err := NewWebhook(WebhookOptions{URL: collector.URL})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Write(t.Context(), [][]byte{numbered(1)}); err == nil || !strings.Contains(err.Error(), "307") {
		t.Errorf("%v", err)
	}
	if elsewhere.Load() != 0 {
		t.Error("a redirection was followed")
	}
}

// The collector fails twice; then everything arrives.
func TestWebhookThatWasDownGetsEverything(t *testing.T) {
	var posts atomic.Int32
	arrived := make(chan int, 10)
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if posts.Add(1) <= 2 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		var file struct{ Records []json.RawMessage }
		if err := json.NewDecoder(r.Body).Decode(&file); err != nil {
			t.Error(err)
		}
		arrived <- len(file.Records)
	}))
	defer collector.Close()
	s, err := NewWebhook(WebhookOptions{URL: collector.URL})
	if err != nil {
		t.Fatal(err)
	}
	r := New(Options{Sinks: []Sink{s}, OnFailure: Refuse})
	for range 3 {
		r.Record(create())
	}
	stop := running(r)
	if n := <-arrived; n != 3 {
		t.Errorf("%d arrived", n)
	}
	if err := r.Admit("CreateStream"); err != nil {
		t.Errorf("refused although the webhook was away for a moment only: %v", err)
	}
	stop()
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestWebhookURLs(t *testing.T) {
	for _, good := range []string{"https://a.example/x?y=z", "http://127.0.0.1:9000/", "http://localhost", "http://[::1]:1"} {
		if err := CheckWebhookURL(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "a.example", "http://a.example", "ftp://a.example", "https://u:p@a.example", "https:///x", "http://127.0.0.1.example"} {
		if CheckWebhookURL(bad) == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestRefuseMindsAWebhookThatStaysAway(t *testing.T) {
	l := lane{sink: &Webhook{}, patience: patience(&Webhook{})}
	now := time.Now()
	l.mu.failing = now
	if !l.able(now.Add(59*time.Second)) || l.able(now.Add(61*time.Second)) {
		t.Error("a webhook may be away for a minute")
	}
}
