package suite

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCredentialsOfAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "root-credentials")
	f := func(text, id, secret string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := readCredentials(path)
		if (err == nil) != (id != "") || err == nil && (c.KeyID != id || c.Secret != secret) {
			t.Errorf("%q: %s, %v", text, c.KeyID, err)
		}
	}
	f("# it may do everything\n[default]\naws_access_key_id = AKIA\naws_secret_access_key = a/b+c=\n", "AKIA", "a/b+c=")
	f("aws_access_key_id=AKIA\naws_secret_access_key=x", "AKIA", "x")
	f("[default]\naws_access_key_id = AKIA\n", "", "")
	f("", "", "")
}
