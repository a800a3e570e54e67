package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// get asks h for a page as curl on this machine would.
func get(h http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://localhost:4566"+path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestHealthPages(t *testing.T) {
	s, err := New(options(nil))
	if err != nil {
		t.Fatal(err)
	}
	f := func(path string, status int, want string) {
		t.Helper()
		w := get(s.Handler(), "GET", path)
		if w.Code != status || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: status %d: %s; want %d: %s", path, w.Code, w.Body, status, want)
		}
	}
	f("/_freshet/healthz", 200, `"ok"`)
	f("/_health/live", 200, `"ok"`)
	for _, path := range []string{"/_freshet/readyz", "/_health", "/_health/ready"} {
		f(path, 503, `"starting"`)
	}
	f("/_localstack/health", 200, `"kinesis":"starting"`)
	f("/", 503, "ServiceUnavailable")

	s, stop := start(t, options(nil))
	for _, path := range []string{"/_freshet/readyz", "/_health", "/_health/ready"} {
		f(path, 200, `"ready"`)
	}
	f("/_localstack/health", 200, `"kinesis":"running"`)
	f("/_localstack/health", 200, `"version":"test"`)
	f("/_freshet/nothing", 404, "")

	if err := stop(); err != nil {
		t.Fatal(err)
	}
	f("/_freshet/healthz", 200, `"ok"`)
	f("/_freshet/readyz", 503, `"stopping"`)
	if w := get(s.Handler(), "POST", "/"); w.Code != 503 {
		t.Errorf("an operation after the end: status %d", w.Code)
	}
}

func TestMetricsCountRequests(t *testing.T) {
	s, stop := start(t, options(nil))
	r := httptest.NewRequest("POST", "http://localhost/", strings.NewReader("{}"))
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Kinesis_20131202.ListStreams")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20261124/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0")
	r.Header.Set("X-Amz-Date", "20261124T090000Z")
	s.Handler().ServeHTTP(httptest.NewRecorder(), r)

	page := get(s.Handler(), "GET", "/_freshet/metrics").Body.String()
	for _, want := range []string{
		`freshet_api_requests_total{code="OK",op="ListStreams",service="Kinesis"} 1`,
		`freshet_api_request_duration_seconds_count{op="ListStreams",service="Kinesis"} 1`,
		`freshet_build_info{`, `version="test"`,
		"go_goroutines", "freshet_wal_fsync_seconds",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestForeignHostsReachNothing(t *testing.T) {
	s, stop := start(t, options(nil))
	for _, path := range []string{"/", "/_freshet/healthz", "/_freshet/metrics"} {
		for _, method := range []string{"GET", "POST", "OPTIONS"} {
			r := httptest.NewRequest(method, "http://evil.example"+path, nil)
			w := httptest.NewRecorder()
			s.Handler().ServeHTTP(w, r)
			if w.Code != http.StatusMisdirectedRequest || !strings.Contains(w.Body.String(), "allowed_hosts") {
				t.Errorf("%s %s: status %d: %s", method, path, w.Code, w.Body)
			}
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestOtherSitesChangeNothing(t *testing.T) {
	s, stop := start(t, options(nil))
	w := get(s.Handler(), "POST", "/_freshet/healthz", "Sec-Fetch-Site", "cross-site")
	if w.Code != http.StatusForbidden {
		t.Errorf("a cross-site POST: status %d", w.Code)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
