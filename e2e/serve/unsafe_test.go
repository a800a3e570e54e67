//go:build e2e

package serve

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"

	"github.com/freshet/freshet/e2e/process"
)

// What is not safe together is refused before anything is opened, with what to do.
func TestUnsafeCombinationsAreRefused(t *testing.T) {
	served, dev := fresh(t), fresh(t)
	stop(t, serve(t, served, "--account", "123456789012"))
	addr, err := process.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	d, err := process.Start(process.Options{Binary: binary, Data: dev, Addr: addr})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	stop(t, d)

	f := func(code int, want string, args ...string) {
		t.Helper()
		out, got := freshet(t, args...)
		if got != code || !strings.Contains(out, want) {
			t.Errorf("%v exits with %d and prints\n%s\nwant %d and %q", args, got, out, code, want)
		}
	}
	none := fresh(t)
	f(78, "Leave it out, or use freshet dev", "serve", "--data", none, "--insecure-open")
	f(78, "Leave it out, or use freshet dev", "FRESHET_SERVER_INSECURE_OPEN=true", "serve", "--data", none)
	f(78, "Give it a data folder with durability sync", "serve", "--durability", "memory")
	f(78, "or give --plaintext allow", "serve", "--data", none, "--tls", "off")
	f(78, "Name them in server.allowed_origins", "FRESHET_SERVER_ALLOWED_ORIGINS=*", "serve", "--data", none)
	if _, err := os.Stat(none); err == nil {
		t.Errorf("%s was made", none)
	}
	f(1, "Use freshet serve, or choose another folder", "dev", "--data", served, "--listen", "127.0.0.1:0")
	f(1, "give --account 000000000000", "serve", "--data", dev, "--listen", "127.0.0.1:0")
	f(1, "the server has another account: 123456789012", "serve", "--data", served, "--listen", "127.0.0.1:0", "--account", "210987654321")

	for _, name := range []string{".", "token", "root-credentials", "tls/ca-key.pem"} {
		path := filepath.Join(served, name)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, info.Mode().Perm()|0o004); err != nil {
			t.Fatal(err)
		}
		f(1, "chmod o= "+path, "serve", "--data", served, "--listen", "127.0.0.1:0")
		if err := os.Chmod(path, info.Mode().Perm()); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(served, "keyring"), 0o644); err != nil {
		t.Fatal(err)
	}
	f(1, "chmod 600", "serve", "--data", served, "--listen", "127.0.0.1:0")
	if err := os.Chmod(filepath.Join(served, "keyring"), 0o600); err != nil {
		t.Fatal(err)
	}
	stop(t, serve(t, served))

	stop(t, serve(t, dev, "--account", "000000000000")) // from here on it is serve's
	f(1, "Use freshet serve", "dev", "--data", dev, "--listen", "127.0.0.1:0")
}

// A backup has no keyring: what is restored of it says so, and goes on with the old
// one. Whoever had a key has it still.
func TestARestoredServerWantsItsKeyring(t *testing.T) {
	data, dir := fresh(t), t.TempDir()
	s := serve(t, data)
	listen := strings.TrimPrefix(s.Endpoint(), "https://")
	key := rootKey(t, s.RootCredentials())
	running, stopped, restored := filepath.Join(dir, "running"), filepath.Join(dir, "stopped"), filepath.Join(dir, "restored")
	f := func(want string, args ...string) {
		t.Helper()
		if out, code := freshet(t, args...); !strings.Contains(out, want) || (code == 0) != (args[0] != "serve" && args[0] != "dev") {
			t.Errorf("%v exits with %d and prints\n%s\nwant %q", args, code, out, want)
		}
	}
	f("Backed up", "backup", running, "--data", data, "--listen", listen)
	stop(t, s)
	f("Backed up", "backup", stopped, "--data", data, "--listen", listen)
	f("Restored", "restore", running, "--data", restored)
	f("Use freshet serve", "dev", "--data", restored, "--listen", "127.0.0.1:0")
	f("needs the keyring", "serve", "--data", restored, "--listen", "127.0.0.1:0")

	content, err := os.ReadFile(filepath.Join(data, "keyring"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(restored, "keyring"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	s = serve(t, restored)
	_, err = client(t, s, key, "us-east-1").ListStreams(t.Context(), &kinesis.ListStreamsInput{})
	wantCode(t, err, "")
	stop(t, s)
}
