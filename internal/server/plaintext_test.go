package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Who forgot the s of https is told so in words that his client shows.
func TestPlaintextIsToldToComeByTLS(t *testing.T) {
	o := options(nil)
	o.Plaintext = false
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	f := func(contentType, want string) {
		t.Helper()
		r := httptest.NewRequest("POST", "http://localhost:4566/", strings.NewReader("{}"))
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("X-Amz-Target", "Kinesis_20131202.ListStreams")
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), want) || w.Header()["x-amzn-RequestId"] == nil || w.Header().Get("Connection") != "close" {
			t.Errorf("%s: status %d, %v: %q", contentType, w.Code, w.Header(), w.Body)
		}
	}
	f("application/x-amz-json-1.1", `{"__type":"SecureTransportRequired","message":"This server answers over TLS only: write https://`)
	f("application/x-amz-cbor-1.1", "f__typewSecureTransportRequired")
	f("text/plain", `{"__type":"SecureTransportRequired"`)
	for path, want := range map[string]int{
		healthPath: 200, readyPath: 503, metricsPath: 400, "/_freshet/api/streams": 400, "/_localstack/health": 400, "/_freshet/healthz/": 400,
	} {
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest("GET", "http://localhost:4566"+path, nil))
		if w.Code != want {
			t.Errorf("%s: status %d, want %d", path, w.Code, want)
		}
	}
}
