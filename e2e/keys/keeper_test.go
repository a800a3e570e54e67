//go:build e2e

package keys

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/freshet/freshet/e2e/process"
	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/keys/keystest"
)

// keeper is a process that keeps keys.
type keeper struct {
	address string
	stop    func()
}

// start runs a command line that listens at the address which it makes of a free
// one, and waits until ready, a path, is answered.
func start(t *testing.T, ready string, line func(address string) []string) keeper {
	t.Helper()
	address, err := process.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	words := line(address)
	var out bytes.Buffer
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = t.TempDir(), &out, &out
	cmd.Env = append(os.Environ(), "HOME="+cmd.Dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }() // it is killed
	stop := func() { _ = cmd.Process.Kill(); <-ended }
	t.Cleanup(stop)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ask := time.NewTicker(50 * time.Millisecond) // nothing tells from outside that a port is open but asking
	defer ask.Stop()
	for {
		reply, err := http.Get("http://" + address + ready)
		if err == nil {
			_ = reply.Body.Close()
			return keeper{address: "http://" + address, stop: stop}
		}
		select {
		case <-ask.C:
		case <-ended:
			t.Fatalf("%s ended:\n%s", words[0], out.String())
		case <-ctx.Done():
			t.Fatalf("%s does not answer", words[0])
		}
	}
}

// goneIsNoRefusal stops the keeper and looks what the driver says: not that the key
// may not be used.
func (k keeper) goneIsNoRefusal(t *testing.T, p keys.Provider) {
	t.Helper()
	bind := keys.ForStream("arn:aws:kinesis:us-east-1:000000000000:stream/orders")
	d, err := p.Generate(t.Context(), keys.DefaultAlias, bind)
	if err != nil {
		t.Fatal(err)
	}
	k.stop()
	_, err = p.Unwrap(t.Context(), d.Wrapped, bind)
	keystest.Only(t, err, keys.ErrUnavailable)
	if keys.Refused(err) {
		t.Errorf("it counts as a refusal: %v", err)
	}
	t.Logf("gone: %v", err)
	_, err = p.Generate(t.Context(), keys.DefaultAlias, bind)
	keystest.Only(t, err, keys.ErrUnavailable)
}
