//go:build e2e

package keys

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/freshet/freshet/e2e/process"
)

// production is a server whose secrets are sealed by a keeper's key.
type production struct {
	binary, data string
	settings     []string // NAME=value
}

func newProduction(t *testing.T, settings ...string) production {
	t.Helper()
	binary, err := process.Build(t.Context(), t.TempDir())
	check(t, err)
	return production{binary: binary, data: filepath.Join(t.TempDir(), "data"), settings: settings}
}

// start starts the server, stops it as soon as it is ready, and returns whether it
// was, and what it printed.
func (p production) start(t *testing.T) (ready bool, printed string) {
	t.Helper()
	var all bytes.Buffer
	cmd := exec.CommandContext(t.Context(), p.binary, "serve", "--data", p.data, "--listen", "127.0.0.1:0")
	cmd.Env = append(os.Environ(), p.settings...)
	cmd.Stderr = &all
	out, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	for lines := bufio.NewScanner(out); lines.Scan(); {
		all.WriteString(lines.Text() + "\n")
		if !ready && strings.Contains(lines.Text(), " is ready") {
			ready = true
			check(t, cmd.Process.Signal(os.Interrupt))
		}
	}
	if err := cmd.Wait(); (err == nil) != ready {
		t.Errorf("ready: %v, ended: %v\n%s", ready, err, all.String())
	}
	return ready, all.String()
}

// needsIts starts the server twice while its keeper is there, and once when it is
// gone: it refuses to start then, and says why.
func (p production) needsIts(t *testing.T, k keeper) {
	t.Helper()
	for _, time := range []string{"first", "second"} {
		if ready, printed := p.start(t); !ready {
			t.Fatalf("the %s start failed:\n%s", time, printed)
		}
	}
	if _, err := os.Stat(filepath.Join(p.data, "keyring")); err == nil {
		t.Error("there is a keyring, although another keeps the keys")
	}
	k.stop()
	ready, printed := p.start(t)
	if ready || !strings.Contains(printed, "not available") {
		t.Errorf("without its keeper it is ready: %v\n%s", ready, printed)
	}
	for _, setting := range p.settings {
		if name, secret, _ := strings.Cut(setting, "="); strings.HasSuffix(name, "TOKEN") && strings.Contains(printed, secret) {
			t.Errorf("it prints %s:\n%s", name, printed)
		}
	}
}
