package server

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/wire"
)

// An operation that exists at AWS and not here is answered without words, as AWS
// answers one it does not know; whoever runs the server must learn its name. Of
// Kinesis every operation of the model is here, so the wire's word stands for a request.
// A name of the client's choosing goes nowhere.
func TestMissingOperationsAreNamedOnce(t *testing.T) {
	var log bytes.Buffer
	o := options(nil)
	o.Logger = slog.New(slog.NewTextHandler(&log, nil))
	s, stop := start(t, o)
	for _, operation := range []string{"MakeCoffee", "ListStreams"} {
		r := httptest.NewRequest("POST", "http://localhost/", strings.NewReader("{}"))
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
		r.Header.Set("X-Amz-Target", "Kinesis_20131202."+operation)
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		if operation != "ListStreams" && (w.Code != 400 || w.Body.String() != `{"__type":"UnknownOperationException"}`) {
			t.Errorf("%s: status %d: %s", operation, w.Code, w.Body)
		}
	}
	for range 2 {
		s.observe(wire.Observation{Service: "Kinesis", Operation: "GrindCoffee", Unrouted: true, Code: "UnknownOperationException"})
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if want := `msg="operation is not implemented yet" service=Kinesis operation=GrindCoffee`; strings.Count(log.String(), want) != 1 ||
		strings.Count(log.String(), "not implemented") != 1 {
		t.Errorf("the log lacks one line with %s:\n%s", want, log.String())
	}
	page := get(s.Handler(), "GET", "/_freshet/metrics").Body.String()
	for _, want := range []string{
		`freshet_api_requests_total{code="UnknownOperationException",op="GrindCoffee",service="Kinesis"} 2`,
		`freshet_api_requests_total{code="UnknownOperationException",op="",service=""} 1`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
}
