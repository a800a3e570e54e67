package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// undisturbed runs a command that no signal meets, and returns what it prints.
func undisturbed(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	p := testProgram(&out, nil)
	p.signals = make(chan os.Signal)
	if code := p.run(args); code != want {
		t.Errorf("%q exits with %d: %s", args, code, out.String())
	}
	return out.String()
}

func TestBackupOfARunningServer(t *testing.T) {
	dir, backups := filepath.Join(t.TempDir(), "data"), t.TempDir()
	screen, signals, code := dev(t, "--data", dir)
	listen := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(screen)
	first := filepath.Join(backups, "first")
	printed := undisturbed(t, 0, "backup", first, "--data", dir, "--listen", listen)
	if want := "Backed up data folder " + dir + ": 0 records as of …Z to " + first + ": … KiB, 0 B of it shared\n"; !matchLines(want, printed) {
		t.Errorf("it prints %q, want %q", printed, want)
	}
	f := func(want string, args ...string) {
		t.Helper()
		if printed := undisturbed(t, exitFailed, args...); !matchLine("freshet: "+want+"\n", printed) {
			t.Errorf("%q prints %q, want %q", args, printed, want)
		}
	}
	f("back up to "+first+": it cannot be used: it is not empty, it holds BACKUP", "backup", first, "--data", dir, "--listen", listen)
	f("restore "+first+" to "+dir+": it cannot be used: it is not empty, it holds FORMAT", "restore", first, "--data", dir)

	// Another server on the port that was named, or none.
	screen, others, other := dev(t, "--data", filepath.Join(t.TempDir(), "other"))
	wrong := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(screen)
	f("the server at http://"+wrong+" is not the one that uses data folder "+dir+": say with --listen where that is",
		"backup", filepath.Join(backups, "wrong"), "--data", dir, "--listen", wrong)
	others <- os.Interrupt
	if code := <-other; code != 0 {
		t.Errorf("the other server exits with %d", code)
	}
	f("the server of data folder "+dir+" does not answer at http://"+wrong+" (say with --listen where it does): …",
		"backup", filepath.Join(backups, "none"), "--data", dir, "--listen", wrong)

	signals <- os.Interrupt
	if code := <-code; code != 0 {
		t.Errorf("the server exits with %d", code)
	}
	// A folder that nobody uses is backed up all the same.
	second, restored := filepath.Join(backups, "second"), filepath.Join(t.TempDir(), "restored")
	undisturbed(t, 0, "backup", second, "--data", dir)
	for _, backup := range []string{first, second} {
		undisturbed(t, 0, "restore", backup, "--data", restored)
		undisturbed(t, 0, "check", "--data", restored)
		if err := os.RemoveAll(restored); err != nil {
			t.Fatal(err)
		}
	}
}

// Who interrupts a backup is told what is left of it.
func TestBackupIsInterrupted(t *testing.T) {
	dir, target := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "backup")
	_, signals, code := dev(t, "--data", dir)
	signals <- os.Interrupt
	if code := <-code; code != 0 {
		t.Errorf("the server exits with %d", code)
	}
	var out bytes.Buffer
	p := testProgram(&out, nil)
	toStop := make(chan os.Signal)
	p.signals = toStop
	go func() { toStop <- os.Interrupt }()
	switch code := p.run([]string{"backup", target, "--data", dir}); {
	case code == 0 && strings.HasPrefix(out.String(), "Backed up"): // it was faster
	case code == exitFailed && out.String() == "freshet: interrupted: "+target+" is no backup and may be removed\n":
	default:
		t.Errorf("exits with %d: %s", code, out.String())
	}
}
