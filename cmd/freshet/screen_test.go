package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	freshet "github.com/freshet/freshet"
)

func TestTheScreenSaysWhoMayComeIn(t *testing.T) {
	screen, signals, code := dev(t, "--memory", "--listen", "0.0.0.0:0", "--insecure-open")
	signals <- os.Interrupt
	if code := <-code; code != 0 {
		t.Errorf("exits with %d", code)
	}
	if !matchLine("…Open to everyone who reaches 0.0.0.0:…; no signature is checked…", screen) {
		t.Errorf("the screen does not say that it is open:\n%s", screen)
	}
	screen, signals, code = dev(t, "--memory", "--insecure-open")
	signals <- os.Interrupt
	if code := <-code; code != 0 {
		t.Errorf("exits with %d", code)
	}
	if strings.Contains(screen, "Open to everyone") {
		t.Errorf("only this machine reaches it:\n%s", screen)
	}
}

// Who runs a server that may lose something sees it where the data is named.
func TestTheScreenSaysWhatMayBeLost(t *testing.T) {
	f := func(want string, args ...string) {
		t.Helper()
		screen, signals, code := dev(t, args...)
		signals <- os.Interrupt
		if code := <-code; code != 0 {
			t.Errorf("%q exits with %d", args, code)
		}
		if !matchLine("…  Data      "+want+"\n…", screen) {
			t.Errorf("%q: the screen does not say %q:\n%s", args, want, screen)
		}
	}
	dir := t.TempDir()
	f(dir, "--data", dir)
	f(dir+", interval(50ms): a power cut may lose what was put last", "--data", dir, "--durability", "interval(50ms)")
	f("in memory, gone when the server stops", "--durability", "memory")
	f("in memory, gone when the server stops", "--memory")
}

// Only what is kept in memory has a token that is nowhere else, and only if nobody
// has thought of one.
func TestTheScreenShowsATokenThatIsNowhereElse(t *testing.T) {
	f := func(shown bool, args ...string) {
		t.Helper()
		screen, signals, code := dev(t, args...)
		signals <- os.Interrupt
		if code := <-code; code != 0 {
			t.Errorf("%q exits with %d", args, code)
		}
		if got := regexp.MustCompile(`(?m)^  Token     [0-9a-f]{64}$`).MatchString(screen); got != shown || strings.Contains(screen, "  Token  ") != shown {
			t.Errorf("%q: shows a token: %v\n%s", args, got, screen)
		}
	}
	f(true, "--memory")
	f(false, "--data", t.TempDir())
	config := filepath.Join(t.TempDir(), "freshet.yaml")
	if err := os.WriteFile(config, []byte("server:\n  api_token: nobody-guesses-this\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f(false, "--memory", "--config", config)
}

func TestOpenAddress(t *testing.T) {
	f := func(listen, want string) {
		t.Helper()
		if got := openAddress(listen, "http://127.0.0.1:4567"); got != want {
			t.Errorf("openAddress(%q) = %q, want %q", listen, got, want)
		}
	}
	f("0.0.0.0:0", "0.0.0.0:4567")
	f(":4567", "0.0.0.0:4567")
	f("[::]:4567", "[::]:4567")
	f("freshet.example:4567", "freshet.example:4567")
	f("localhost:4567", "")
	f("127.0.0.2:4567", "")
	f("[::1]:0", "")
}

// Who wants TLS finds on the screen where it is and what to trust, and in the lines
// that env prints the same.
func TestTheScreenSaysWhatToTrust(t *testing.T) {
	f := func(want string, args ...string) {
		t.Helper()
		screen, signals, code := dev(t, args...)
		signals <- os.Interrupt
		if code := <-code; code != 0 {
			t.Errorf("%q exits with %d", args, code)
		}
		if !matchLine("…  TLS       "+want+"\n…", screen) {
			t.Errorf("%q: the screen does not say %q:\n%s", args, want, screen)
		}
	}
	dir := t.TempDir() + "/a folder"
	f("https://127.0.0.1:…, to clients that trust "+freshet.CAFile(dir), "--data", dir)
	f("https://127.0.0.1:…, to clients that trust http://127.0.0.1:…/_freshet/ca.pem", "--memory")

	var out bytes.Buffer
	if code := testProgram(&out, nil).run([]string{"env", "--https", "--data", dir, "--listen", "127.0.0.1:4567"}); code != 0 {
		t.Errorf("env exits with %d: %s", code, out.String())
	}
	for _, want := range []string{
		"export AWS_ENDPOINT_URL=https://127.0.0.1:4567\n",
		"export AWS_CA_BUNDLE='" + freshet.CAFile(dir) + "'\n",
		"export NODE_EXTRA_CA_CERTS='" + freshet.CAFile(dir) + "'\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("env prints no %q:\n%s", want, out.String())
		}
	}

	screen, signals, code := dev(t, "--memory", "--tls", "off")
	signals <- os.Interrupt
	if code := <-code; code != 0 || strings.Contains(screen, "https") {
		t.Errorf("exits with %d, TLS is off:\n%s", code, screen)
	}
}

func TestQuotedForAShell(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := quoted(in); got != want {
			t.Errorf("quoted(%q) = %s, want %s", in, got, want)
		}
	}
	f("/srv/data-1/ca.pem", "/srv/data-1/ca.pem")
	f("/a b/ca.pem", "'/a b/ca.pem'")
	f("/it's", `'/it'\''s'`)
	f("/$(x)", "'/$(x)'")
}
