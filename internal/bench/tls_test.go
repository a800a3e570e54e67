package bench

import (
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// What is measured and what is not goes over TLS alike, to who is trusted only.
func TestTargetOverTLS(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, "{}")
	}))
	defer server.Close()
	target, err := NewTarget(server.URL, "us-east-1", Credentials{"a", "b", ""})
	if err != nil {
		t.Fatal(err)
	}
	use := func(target Target) error {
		if _, err := target.call(t.Context(), "ListStreams", nil, nil); err != nil {
			return err
		}
		request, err := target.encode(t.Context(), "ListStreams", []byte("{}"))
		if err != nil {
			return err
		}
		c, err := dial(t.Context(), target)
		if err != nil {
			return err
		}
		defer c.close()
		_, err = c.roundTrip(request)
		return err
	}
	if err := use(target); err == nil {
		t.Error("a stranger is trusted")
	}
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if target, err = target.Trusting(ca); err != nil {
		t.Fatal(err)
	}
	if err := use(target); err != nil {
		t.Error(err)
	}
	if _, err := target.Trusting([]byte("x")); err == nil {
		t.Error("no error of what is no certificate")
	}
}
