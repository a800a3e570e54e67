package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestTrustSteps(t *testing.T) {
	ca := anchor{file: "/data/tls/ca.pem", name: "freshet-0a1b2c", thumbprint: "AA11"}
	f := func(system, has string, undo bool, want ...string) {
		t.Helper()
		steps, err := trustSteps(system, func(name string) bool { return slices.Contains(strings.Fields(has), name) }, ca, undo)
		var got []string
		for _, s := range steps {
			got = append(got, s.String())
		}
		if !slices.Equal(got, want) || (err != nil) != (len(want) == 0) {
			t.Errorf("%s with %q, undo %v:\n%q, %v\nwant %q", system, has, undo, got, err, want)
		}
	}
	const debian, fedora, arch = "/usr/local/share/ca-certificates", "/etc/pki/ca-trust/source/anchors", "/etc/ca-certificates/trust-source/anchors"
	f("linux", "update-ca-certificates "+debian, false,
		"copy /data/tls/ca.pem to "+debian+"/freshet-0a1b2c.crt", "run update-ca-certificates")
	f("linux", "update-ca-certificates "+debian, true, "remove "+debian+"/freshet-0a1b2c.crt", "run update-ca-certificates --fresh")
	f("linux", "update-ca-trust "+fedora, false, "copy /data/tls/ca.pem to "+fedora+"/freshet-0a1b2c.pem", "run update-ca-trust extract")
	f("linux", "update-ca-trust "+fedora, true, "remove "+fedora+"/freshet-0a1b2c.pem", "run update-ca-trust extract")
	f("linux", "update-ca-trust "+arch, false, "copy /data/tls/ca.pem to "+arch+"/freshet-0a1b2c.pem", "run update-ca-trust extract")
	f("linux", "update-ca-certificates "+fedora, false)
	f("linux", "", true)
	f("freebsd", "", false)
	f("darwin", "", false, "run security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain /data/tls/ca.pem")
	f("darwin", "", true, "run security remove-trusted-cert -d /data/tls/ca.pem", "run security delete-certificate -Z AA11 /Library/Keychains/System.keychain")
	f("windows", "", false, "run certutil -addstore -f Root /data/tls/ca.pem")
	f("windows", "", true, "run certutil -delstore Root AA11")
}

func TestTrustStepsAreDone(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "a file"), filepath.Join(dir, "b")
	if err := os.WriteFile(from, []byte("certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p := testProgram(&out, nil)
	for _, s := range []trustStep{{copy: from, to: to}, {run: []string{"go", "version"}}} {
		if err := s.do(p); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if text, err := os.ReadFile(to); err != nil || string(text) != "certificate" || !strings.HasPrefix(out.String(), "go version") {
		t.Errorf("%q, %v, and it printed %q", text, err, out.String())
	}
	if err := (trustStep{remove: to}).do(p); err != nil {
		t.Error(err)
	}
	if err := (trustStep{run: []string{"go", "no-such-command"}}).do(p); err == nil {
		t.Error("a program that failed is no failure")
	}
	if got, want := byHand([]trustStep{{copy: "/a b", to: "/c"}, {remove: "/d"}, {run: []string{"x", "y z"}}}), "  cp '/a b' /c\n  rm /d\n  x 'y z'"; got != want {
		t.Errorf("by hand: %q, want %q", got, want)
	}
}
