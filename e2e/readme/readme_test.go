//go:build e2e

package readme

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

const root = "../.."

// TestREADME is a newcomer's first hour: the server, the first use, a rude end,
// and the guide, all in one folder.
func TestREADME(t *testing.T) {
	f := newFolder(t)
	s := f.start("bin/freshet dev")
	f.run("README.md", "one coffee", "alice home", "bob cart")
	s.kill(syscall.SIGKILL)
	s = f.start("bin/freshet dev")
	f.run("README.md#First use/python", "alice home", "bob cart")
	f.run("docs/guide/2-clients.md", "orders", `"ShardId": "shardId-000000000000"`, "stream/guide ACTIVE", "[b'hello']")
	s.stop()
	f.run("docs/guide/1-running.md")
	s = f.start(blocks(t, "docs/guide/3-extensions.md", "sh server")[0])
	f.run("docs/guide/3-extensions.md", `{"streams":`, "AccessDeniedException", `"paused":"20`, "0 records after a second", `"text":"one coffee\n"`,
		`{"profile":"aws write_records=1/s","from":"stream"}`, `{"profile":"aws","from":"account"}`)
	s.stop()
	s = f.start(blocks(t, "docs/guide/4-identity.md", "sh server")[0])
	f.run("docs/guide/4-identity.md", "It may: write:orders", "AccessDeniedException", "allowed by statement #1 of grants", "denied by statement OnlyFromTheOffice of arn:aws:iam::",
		"freshet: AccessDeniedException: User: arn:aws:iam::", "Longest session  2h0m0s", ":assumed-role/reader/tuesday", "partner")
	s.stop()
	s = f.start(blocks(t, "docs/guide/5-production.md", "sh server")[0])
	f.run("docs/guide/5-production.md", "Created arn:aws:iam::", "stored in shardId-000000000000", "is not authorized to perform: kinesis:DeleteStream")
	s.stop()
	for _, command := range blocks(t, "docs/guide/1-running.md", "sh server") {
		for line := range strings.SplitSeq(strings.TrimSpace(command), "\n") {
			f.start(line).stop()
		}
	}
}

// block is what the reader types: its marks, and the text.
var block = regexp.MustCompile("(?ms)^```([a-z ]+)\n(.*?)^```$")

// blocks returns the blocks of doc with these marks, in order.
func blocks(t *testing.T, doc string, marks ...string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, doc))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, m := range block.FindAllStringSubmatch(string(text), -1) {
		for _, mark := range marks {
			if m[1] == mark {
				found = append(found, asShell(m[1], m[2]))
			}
		}
	}
	return found
}

// asShell is a block as lines for a shell. make run is the server, which the test
// has started.
func asShell(mark, text string) string {
	if mark == "python" {
		return "python3 - <<'PYTHON'\n" + text + "PYTHON\n"
	}
	return strings.ReplaceAll(text, "make run\n", "")
}

// folder is a copy of what the reader stands in: the command and freshet.yaml.
type folder struct {
	t    *testing.T
	dir  string
	env  []string
	addr string
}

func newFolder(t *testing.T) *folder {
	t.Helper()
	here, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	f := &folder{t: t, dir: t.TempDir(), addr: freeAddress(t)}
	for _, name := range []string{"bin", "freshet.yaml"} {
		if err := os.Symlink(filepath.Join(here, name), filepath.Join(f.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	f.env = append(os.Environ(),
		"PATH="+filepath.Join(here, ".tools/venv/bin")+string(os.PathListSeparator)+os.Getenv("PATH"),
		"FRESHET_SERVER_LISTEN="+f.addr,
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull, "AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=")
	return f
}

// freeAddress returns an address on which nothing listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// run runs the blocks of a document in one shell; the output must hold every
// want. "#First use/python" after the name means its python blocks only.
func (f *folder) run(doc string, want ...string) {
	f.t.Helper()
	name, part, _ := strings.Cut(doc, "#")
	marks := []string{"sh", "python"}
	if strings.HasSuffix(part, "/python") {
		marks = []string{"python"}
	}
	script := "set -euo pipefail\neval \"$(bin/freshet env)\"\n" + strings.Join(blocks(f.t, name, marks...), "")
	ctx, cancel := context.WithTimeout(f.t.Context(), 2*time.Minute)
	defer cancel()
	shell := exec.CommandContext(ctx, "bash")
	shell.Dir, shell.Env, shell.Stdin = f.dir, f.env, strings.NewReader(script)
	out, err := shell.CombinedOutput()
	if err != nil {
		f.t.Fatalf("%s: %v\n%s\n--- typed:\n%s", doc, err, out, script)
	}
	for _, w := range want {
		if !bytes.Contains(out, []byte(w)) {
			f.t.Errorf("%s prints no %q:\n%s", doc, w, out)
		}
	}
}

// server is a running process.
type server struct {
	t      *testing.T
	line   string
	cmd    *exec.Cmd
	output *bytes.Buffer
	ended  chan error
}

// start runs a line that starts a server and waits until it is ready. The port of
// the documents is replaced by the test's.
func (f *folder) start(line string) *server {
	f.t.Helper()
	_, port, err := net.SplitHostPort(f.addr)
	if err != nil {
		f.t.Fatal(err)
	}
	line = strings.ReplaceAll(line, ":4566", ":"+port)
	s := &server{f.t, line, exec.Command("bash", "-c", withExec(line)), new(bytes.Buffer), make(chan error, 1)}
	s.cmd.Dir, s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr = f.dir, f.env, s.output, s.output
	if err := s.cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	go func() { s.ended <- s.cmd.Wait() }()
	f.t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	s.ready("http://" + f.addr + "/_freshet/readyz")
	return s
}

// withExec makes the server take the shell's place, so that signals reach it.
func withExec(line string) string {
	return strings.Replace(line, "bin/freshet", "exec bin/freshet", 1)
}

// ready asks until the server is ready.
func (s *server) ready(url string) {
	s.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		select {
		case err := <-s.ended:
			s.t.Fatalf("%s: %v\n%s", s.line, err, s.output)
		case <-time.After(20 * time.Millisecond): // a process tells by being asked
		}
		res, err := http.Get(url)
		if err != nil {
			continue
		}
		res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return
		}
	}
	s.t.Fatalf("%s: not ready after 20 s", s.line)
}

// kill sends a signal and waits for the end.
func (s *server) kill(signal os.Signal) error {
	s.t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		s.t.Fatal(err)
	}
	select {
	case err := <-s.ended:
		return err
	case <-time.After(20 * time.Second):
		s.t.Fatal(fmt.Errorf("%s: still there 20 s after %v", s.line, signal))
		return nil
	}
}

// stop ends the server as a user does; it must end well.
func (s *server) stop() {
	s.t.Helper()
	if err := s.kill(syscall.SIGTERM); err != nil {
		s.t.Errorf("%s: %v\n%s", s.line, err, s.output)
	}
}
