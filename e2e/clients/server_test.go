//go:build e2e

package clients

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/freshet/freshet"
	"github.com/freshet/freshet/e2e/process"
)

// house is a server in production with who administers it.
type house struct {
	*process.Server
	t      *testing.T
	binary string
	data   string
	// root is where the root of the operator's account finds it.
	root place
}

// openHouse starts the production mode on an empty folder, in the account that the
// steps speak of.
func openHouse(t *testing.T) *house {
	t.Helper()
	binary, err := process.Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s, data := start(t, process.Options{Binary: binary, Command: "serve", Args: []string{"--account", "000000000000"}})
	return &house{Server: s, t: t, binary: binary, data: data, root: rootOf(t, s, data)}
}

// rootOf is where the root finds the server whose first start was on data.
func rootOf(t *testing.T, s *process.Server, data string) place {
	t.Helper()
	text, err := os.ReadFile(s.RootCredentials())
	if err != nil {
		t.Fatal(err)
	}
	root := place{endpoint: secure(s), ca: freshet.CAFile(data)}
	for line := range strings.Lines(string(text)) {
		switch name, value, _ := strings.Cut(line, "="); strings.TrimSpace(name) {
		case "aws_access_key_id":
			root.keyID = strings.TrimSpace(value)
		case "aws_secret_access_key":
			root.secret = strings.TrimSpace(value)
		}
	}
	return root
}

// run runs a command of freshet, as who owns the data folder, and returns what it
// prints.
func (h *house) run(args ...string) string {
	h.t.Helper()
	args = append(args, "--data", h.data, "--listen", strings.TrimPrefix(h.Endpoint(), "https://"))
	out, err := exec.CommandContext(h.t.Context(), h.binary, args...).CombinedOutput()
	if err != nil {
		h.t.Fatalf("freshet %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// key makes a key, of the user whom args name.
func (h *house) key(args ...string) place {
	h.t.Helper()
	var key struct{ ID, Secret string }
	text := h.run(append([]string{"key", "create", "--json"}, args...)...)
	if err := json.Unmarshal([]byte(text), &key); err != nil || key.Secret == "" {
		h.t.Fatalf("key create: %v\n%s", err, text)
	}
	return place{endpoint: h.root.endpoint, ca: h.root.ca, keyID: key.ID, secret: key.Secret}
}

// user makes a user with grants, and a key of his.
func (h *house) user(name string, args ...string) place {
	h.t.Helper()
	h.run(append([]string{"user", "create", name}, args...)...)
	return h.key(name)
}
