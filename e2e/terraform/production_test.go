//go:build e2e

package terraform

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/freshet/freshet/e2e/process"
)

const deployer = "arn:aws:iam::123456789012:role/deployer"

// In production the provider is let do all it does by itself: it asks STS who it is, takes
// a role on, and makes an encrypted stream, which another change decrypts.
func TestTerraformInProduction(t *testing.T) {
	if testing.Short() {
		return // see TestTerraform
	}
	data := filepath.Join(t.TempDir(), "data")
	s := start(t, process.Options{Command: "serve", Data: data, Args: []string{"--account", "123456789012"}})
	w := newWorkspace(t, "production.tf", map[string]any{"endpoint": s.Endpoint(), "role": deployer})
	w.environment = append(keyOf(t, s, data), "AWS_CA_BUNDLE="+s.CAFile())
	w.run("init", "-input=false")
	for _, encryption := range []string{"KMS", "NONE"} {
		w.variables["encryption"] = encryption
		w.set()
		w.run("apply", "-input=false", "-auto-approve")
		w.unchanged()
	}
	if who, want := w.output("who"), "arn:aws:sts::123456789012:assumed-role/deployer/deploy"; who != want {
		t.Errorf("the provider is %v, want %s", who, want)
	}
	w.run("destroy", "-input=false", "-auto-approve")
	stop(t, s)
}

// keyOf makes a user who may assume the role, and the role, and returns his key as
// variables.
func keyOf(t *testing.T, s *process.Server, data string) []string {
	t.Helper()
	binary, err := process.Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	do := func(args ...string) string {
		t.Helper()
		args = append(args, "--data", data, "--listen", strings.TrimPrefix(s.Endpoint(), "https://"))
		out, err := exec.CommandContext(t.Context(), binary, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("freshet %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	do("user", "create", "terraform")
	do("policy", "put", "terraform", "assume", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"`+deployer+`"}}`)
	do("role", "create", "deployer", "--grant", "admin:*", "--trust",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}}`)
	return regexp.MustCompile(`AWS_\w+=\S+`).FindAllString(do("key", "create", "terraform", "--output", "env"), -1)
}
