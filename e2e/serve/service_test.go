//go:build e2e

package serve

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/e2e/process"
)

const unit = "../../packaging/freshet.service"

// As systemd's unit starts it the server is nobody's, writes its data folder and
// nothing else, and has what it needs.
func TestTheUnitStartsAServerThatWritesItsFolderAlone(t *testing.T) {
	text, err := os.ReadFile(unit)
	if err != nil {
		t.Fatal(err)
	}
	start := regexp.MustCompile(`(?m)^ExecStart=/usr/bin/freshet serve --config (\S+)$`).FindSubmatch(text)
	variable := regexp.MustCompile(`(?m)^Environment=FRESHET_DATA_DIR=/var/lib/freshet/(\S+)$`).FindSubmatch(text)
	if start == nil || variable == nil {
		t.Fatalf("%s does not start freshet serve in /var/lib/freshet:\n%s", unit, text)
	}
	home := t.TempDir()
	state, settings, command := filepath.Join(home, "state"), filepath.Join(home, "freshet.yaml"), filepath.Join(home, "freshet")
	copyFile(t, "../../freshet.yaml", settings, 0o644)
	copyFile(t, binary, command, 0o755)
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	wrap := asNobody(t, home, state)
	t.Setenv("TMPDIR", filepath.Join(home, "none"))
	addr, err := process.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	s, err := process.Start(process.Options{Binary: command, Command: "serve", Addr: addr, Wrap: wrap,
		Data: filepath.Join(state, string(variable[1])), Args: []string{"--config", settings}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Kill() }) // after a failure; else it has ended
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	awaitScreen(ctx, t, s)
	if strings.Contains(s.Output(), "runs as root") {
		t.Errorf("it runs as root:\n%s", s.Output())
	}
	stop(t, s)
	for _, folder := range []string{home, state} {
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if !strings.Contains("state freshet.yaml freshet data", e.Name()) {
				t.Errorf("it made %s", filepath.Join(folder, e.Name()))
			}
		}
	}
}

// asNobody returns the command that runs another as nobody, if this is root, and
// lets nobody into home, and write state.
func asNobody(t *testing.T, home, state string) []string {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	setpriv, err := exec.LookPath("setpriv")
	if err != nil {
		t.Fatal(err)
	}
	const nobody = 65534
	for at := home; at != filepath.Clean(os.TempDir()) && at != "/"; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err == nil && info.Mode().Perm()&0o001 == 0 {
			err = os.Chmod(at, info.Mode().Perm()|0o011)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chown(state, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	return []string{setpriv, "--reuid=65534", "--regid=65534", "--clear-groups"}
}

func copyFile(t *testing.T, from, to string, mode os.FileMode) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE, mode)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
