package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
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
