//go:build e2e

package clients

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// object and list are what requests and answers are made of. A blob of a request
// is bytes, a time is instant.
type (
	object map[string]any
	list   []any
	blob   string
	// instant is in seconds since 1970.
	instant float64
)

// MarshalJSON writes a blob as it passes over a bridge.
func (b blob) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string][]byte{"$blob": []byte(b)})
}

// MarshalJSON writes a time as it passes over a bridge.
func (i instant) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]float64{"$time": float64(i)})
}

// answer is what a client made of a call.
type answer struct {
	Output  any    `json:"output"`
	Error   string `json:"error"`
	Message string `json:"message"`
	// Class is the type of the client's error.
	Class string `json:"class"`
	// Unknown says that the client has no such operation.
	Unknown bool `json:"unknown"`
}

// request is what passes to a bridge.
type request struct {
	Op    string `json:"op"`
	Input object `json:"input"`
	// Records are enough of a subscription.
	Records int `json:"records"`
}

// bridge makes calls with a client.
type bridge interface {
	call(ctx context.Context, r request) (answer, error)
}

// program is a bridge in a process of its own, which ends when its input does.
type program struct {
	kill   func()
	in     io.WriteCloser
	out    *bufio.Reader
	stderr *bytes.Buffer
}

// run starts a program, which the test's end ends and awaits.
func run(t *testing.T, environment []string, line ...string) *program {
	t.Helper()
	// The end of its input ends it; t's own context would kill it before.
	ctx, kill := context.WithCancel(context.WithoutCancel(t.Context()))
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Env = environment
	p := &program{kill: kill, stderr: new(bytes.Buffer)}
	cmd.Stderr = p.stderr
	var err error
	if p.in, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewReader(out)
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", strings.Join(line, " "), err)
	}
	t.Cleanup(func() {
		if err := p.in.Close(); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v\n%s", line, err, p.stderr)
		}
		kill()
	})
	return p
}

func (p *program) call(ctx context.Context, r request) (answer, error) {
	defer context.AfterFunc(ctx, p.kill)() // else a call that never returns would hold the test
	if err := json.NewEncoder(p.in).Encode(r); err != nil {
		return answer{}, err
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return answer{}, fmt.Errorf("the bridge ended: %w\n%s", err, p.stderr)
	}
	return read(line)
}

// read reads an answer, its numbers as they are written.
func read(line []byte) (a answer, err error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	if err := d.Decode(&a); err != nil {
		return a, fmt.Errorf("the bridge says %q: %w", line, err)
	}
	return a, nil
}
