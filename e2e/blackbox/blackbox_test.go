//go:build e2e

package blackbox

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/freshet/freshet/e2e/process"
)

// TestConformanceOnDisk runs the conformance tests against a built server, and
// has its data folder verified when it has stopped.
func TestConformanceOnDisk(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	binary, err := process.Build(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	addr, err := process.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	s, err := process.Start(process.Options{Binary: binary, Data: data, Addr: addr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Kill() }) // after a failure; else it has ended
	if err := s.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	run(t, exec.CommandContext(ctx, "go", "test", "-count=1", "../../conformance"), "FRESHET_ENDPOINT="+s.Endpoint())
	if err := s.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	run(t, exec.CommandContext(ctx, binary, "log", "verify", data))
	run(t, exec.CommandContext(ctx, binary, "check", "--data", data))
}

// run runs a command, which must succeed, and shows what it printed.
func run(t *testing.T, cmd *exec.Cmd, env ...string) {
	t.Helper()
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
	t.Logf("%s", out)
}
