package keys

import (
	"strings"
	"testing"
)

func TestEndpoints(t *testing.T) {
	f := func(address, want string) {
		t.Helper()
		_, err := ParseEndpoint(address)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", address, err, want)
		}
	}
	f("https://vault.example:8200", "")
	f("https://vault.example/behind/a/path", "")
	f("http://127.0.0.1:8200", "")
	f("http://[::1]:8200", "")
	f("http://localhost:8200", "")
	f("http://vault.example:8200", "must be https")
	f("http://127.0.0.1.example:8200", "must be https")
	f("vault.example:8200", "must be a URL")
	f("https://:8200", "must be a URL")
	f("unix:///run/vault", "must be a URL")
	f("https://user:secret@vault.example", "must be a URL")
	f("https://vault.example?x=y", "must be a URL")
	f("", "must be a URL")
}
