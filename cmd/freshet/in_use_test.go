package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/vfs"
)

// What a server is just writing must not be called damage.
func TestChecksWaitUntilNoServerUsesTheFolder(t *testing.T) {
	dir := t.TempDir() + "/data"
	_, signals, code := dev(t, "--data", dir)
	f := func(want int, args ...string) {
		t.Helper()
		var out bytes.Buffer
		got := testProgram(&out, nil).run(args)
		refused := strings.Contains(out.String(), "another server uses this folder: stop it first")
		if got != want || refused != (want == exitFailed) {
			t.Errorf("%q exits with %d: %s", args, got, out.String())
		}
	}
	f(exitFailed, "check", "--data", dir)
	f(exitFailed, "log", "verify", dir)
	f(exitFailed, "log", "verify", filepath.Join(dir, "log"))
	signals <- os.Interrupt
	if code := <-code; code != 0 {
		t.Errorf("the server exits with %d", code)
	}
	f(0, "check", "--data", dir)
	f(0, "log", "verify", filepath.Join(dir, "log"))
}

func TestKeepServersOutLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	release, err := keepServersOut(dir)
	if err != nil {
		t.Fatal(err)
	}
	release()
	if names, err := vfs.OS.List(dir); err != nil || len(names) > 0 {
		t.Errorf("the folder holds %q, %v", names, err)
	}
	// A lock that may not be opened, like that of a folder mounted read-only: a
	// folder in its place will do, also for a test that runs as root.
	if err := os.Mkdir(filepath.Join(dir, "lock"), 0o700); err != nil {
		t.Fatal(err)
	}
	if release, err = keepServersOut(dir); err != nil {
		t.Fatal(err)
	}
	release()
}
