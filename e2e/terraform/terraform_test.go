//go:build e2e

package terraform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/freshet/freshet/e2e/process"
)

// changes are applied one after the other, each to what the ones before left.
// Every attribute goes up and down; a stream's mode may change twice a day.
var changes = []map[string]any{
	{},
	{
		"shards": 4, "hours": 48, "metrics": []string{"IncomingBytes", "OutgoingBytes"}, "tags": map[string]string{"team": "fire", "stage": "test"},
		"readers": []string{"a", "b"}, "action": "kinesis:PutRecords", "mode": "PROVISIONED",
	},
	{
		"shards": 2, "hours": 36, "metrics": []string{}, "tags": map[string]string{"stage": "test"},
		"readers": []string{"b"}, "mode": "ON_DEMAND",
	},
}

func TestTerraform(t *testing.T) {
	if testing.Short() {
		return // the provider waits ten seconds for every change of a stream
	}
	s := start(t, process.Options{Data: t.TempDir()})
	w := newWorkspace(t, "stream.tf", map[string]any{"endpoint": s.Endpoint()})
	w.run("init", "-input=false")
	for _, change := range changes {
		t.Logf("change %v", change)
		for name, value := range change {
			w.variables[name] = value
		}
		w.set()
		w.run("apply", "-input=false", "-auto-approve")
		w.unchanged()
		if shards, _ := w.variables["shards"].(int); shards != 0 && w.output("open") != float64(shards) {
			t.Errorf("after %v there are %v open shards", change, w.output("open"))
		}
	}
	w.run("destroy", "-input=false", "-auto-approve")
	stop(t, s)
}

func stop(t *testing.T, s *process.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// workspace is a folder in which terraform runs.
type workspace struct {
	t         *testing.T
	dir       string
	variables map[string]any
	// environment is what the provider has besides.
	environment []string
}

// newWorkspace has a file of this folder, and variables for it.
func newWorkspace(t *testing.T, file string, variables map[string]any) *workspace {
	t.Helper()
	w := &workspace{t: t, dir: t.TempDir(), variables: variables}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.dir, file), text, 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

// set writes the variables where terraform reads them.
func (w *workspace) set() {
	w.t.Helper()
	text, err := json.Marshal(w.variables)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.dir, "terraform.tfvars.json"), text, 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// terraform runs a command, and returns what it printed and its exit code.
func (w *workspace) terraform(arguments ...string) (out []byte, code int) {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), "terraform", append([]string{"-chdir=" + w.dir}, arguments...)...)
	cmd.Env = append(os.Environ(), "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull, "AWS_EC2_METADATA_DISABLED=true",
		"TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1")
	cmd.Env = append(cmd.Env, w.environment...)
	var failure bytes.Buffer
	cmd.Stderr = &failure
	out, err := cmd.Output()
	exit := (*exec.ExitError)(nil)
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatalf("terraform: %v", err)
	}
	return append(out, failure.Bytes()...), cmd.ProcessState.ExitCode()
}

// run runs a command, which must succeed.
func (w *workspace) run(arguments ...string) {
	w.t.Helper()
	began := time.Now()
	if out, code := w.terraform(append(arguments, "-no-color")...); code != 0 {
		w.t.Fatalf("terraform %v ends with %d:\n%s", arguments, code, out)
	}
	w.t.Logf("terraform %s in %v", arguments[0], time.Since(began).Round(time.Millisecond))
}

// unchanged checks that there is nothing to do: every attribute reads back as it
// was written.
func (w *workspace) unchanged() {
	w.t.Helper()
	out, code := w.terraform("plan", "-input=false", "-detailed-exitcode", "-no-color")
	if code != 0 {
		w.t.Fatalf("terraform plan ends with %d, 2 means that it would change something:\n%s", code, out)
	}
}

func (w *workspace) output(name string) any {
	w.t.Helper()
	out, code := w.terraform("output", "-json", name)
	var v any
	if err := json.Unmarshal(out, &v); err != nil || code != 0 {
		w.t.Fatalf("terraform output ends with %d, %v: %s", code, err, out)
	}
	return v
}

// start starts a server on an empty folder.
func start(t *testing.T, o process.Options) *process.Server {
	t.Helper()
	binary, err := process.Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	addr, err := process.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	o.Binary, o.Addr = binary, addr
	s, err := process.Start(o)
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
