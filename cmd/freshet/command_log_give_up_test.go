package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
)

// What it does is disklog.GiveUp's; here is what it refuses.
func TestGivingUpWhatCannotBe(t *testing.T) {
	dir, id := filepath.Join(t.TempDir(), "data"), shardlog.StreamID{1}.String()
	f := func(want string, code int, args ...string) {
		t.Helper()
		if printed := undisturbed(t, code, append([]string{"log", "give-up"}, args...)...); !matchLine("freshet: "+want+"\n", printed) {
			t.Errorf("%q prints %q, want %q", args, printed, want)
		}
	}
	f(dir+" holds no log: …", exitFailed, dir, id)
	f("stream id \"orders\": want 32 hexadecimal digits", exitConfig, dir, "orders")
	_, signals, code := dev(t, "--data", dir)
	f(dir+": another server uses this folder: stop it first", exitFailed, dir, id)
	signals <- os.Interrupt
	if code := <-code; code != 0 {
		t.Errorf("the server exits with %d", code)
	}
	f("stream "+id+": the log has no data key of it", exitFailed, dir, id)
}
