//go:build e2e

package boto3

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/e2e/process"
)

// venv is where `make e2e-deps` puts the clients.
const venv = "../../.tools/venv/bin"

// TestPrograms runs the programs one after the other on one server, as users do,
// and stops it in an orderly way.
func TestPrograms(t *testing.T) {
	python, err := filepath.Abs(filepath.Join(venv, "python"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(python); err != nil {
		t.Fatalf("the clients are not there, run make e2e-deps: %v", err)
	}
	lines := "250000"
	if testing.Short() {
		lines = "20000"
	}
	s := start(t)
	f := func(want string, arguments ...string) {
		t.Run(arguments[0], func(t *testing.T) {
			began := time.Now()
			program := exec.CommandContext(t.Context(), python, arguments...)
			program.Env = environment(s.Endpoint(), filepath.Dir(python))
			out, err := program.CombinedOutput()
			t.Logf("%v in %v:\n%s", arguments, time.Since(began).Round(time.Millisecond), out)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(out), want) {
				t.Errorf("prints no %q", want)
			}
		})
	}
	f("done", "first_program.py")
	f("done", "operations.py")
	f("done", "fan_out.py")
	f(lines+" lines of", "access_log.py", "--lines", lines)

	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// start starts a server on an empty folder.
func start(t *testing.T) *process.Server {
	t.Helper()
	binary, err := process.Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	addr, err := process.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	s, err := process.Start(process.Options{Binary: binary, Data: t.TempDir(), Addr: addr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Kill() }) // after a failure; else it has ended
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	return s
}

// environment points the clients to endpoint and hides the user's own settings.
func environment(endpoint, bin string) []string {
	return append(os.Environ(),
		"PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"AWS_ENDPOINT_URL="+endpoint, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
		"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1",
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull,
		"AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "PYTHONDONTWRITEBYTECODE=1", "PYTHONUTF8=1")
}
