package main

import (
	"strings"
	"testing"

	freshet "github.com/freshet/freshet"
)

// A log is no place for a secret; a person who looks at the screen sees it once.
func TestTheSecretIsShownToATerminalAlone(t *testing.T) {
	root := freshet.Credentials{Account: "123456789012", AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "the secret itself"}
	for _, terminal := range []bool{true, false} {
		text := rootKeyText(root, "data/root-credentials", terminal)
		if got := strings.Contains(text, root.SecretAccessKey); got != terminal {
			t.Errorf("terminal %v:\n%s", terminal, text)
		}
		if !strings.Contains(text, root.AccessKeyID) || !strings.Contains(text, "data/root-credentials") {
			t.Errorf("key and file are not named:\n%s", text)
		}
	}
}

func TestTheFlagsThatFindTheServer(t *testing.T) {
	f := func(o freshet.Options, want string) {
		t.Helper()
		if got := flagsOf(o, "https://127.0.0.1:4711"); got != want {
			t.Errorf("%+v: %q, want %q", o, got, want)
		}
	}
	usual := freshet.DefaultOptions()
	f(usual, "")
	f(freshet.Options{Listen: usual.Listen, DataDir: "/a b"}, " --data '/a b'")
	f(freshet.Options{Listen: "127.0.0.1:0", DataDir: usual.DataDir}, " --listen 127.0.0.1:4711")
	f(freshet.Options{Listen: "0.0.0.0:4566", DataDir: "d"}, " --listen 0.0.0.0:4566 --data d")
}
