package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
)

// dev runs freshet dev with args until stop, and returns what it printed until
// it was ready.
func dev(t *testing.T, args ...string) (screen string, signals chan<- os.Signal, code <-chan int) {
	t.Helper()
	output, w := io.Pipe()
	toStop := make(chan os.Signal, 2)
	p := testProgram(&bytes.Buffer{}, nil)
	p.stdout, p.signals = w, toStop
	ended := make(chan int, 1)
	go func() {
		ended <- p.run(append([]string{"dev", "--listen", "127.0.0.1:0"}, args...))
		_ = w.Close()
	}()
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		screen += lines.Text() + "\n"
		if strings.Contains(lines.Text(), "Ctrl-C") {
			break
		}
	}
	return screen, toStop, ended
}

func TestDevServesUntilItIsToldToStop(t *testing.T) {
	dir := t.TempDir() + "/data"
	screen, signals, code := dev(t, "--data", dir)
	endpoint := regexp.MustCompile(`http://127\.0\.0\.1:(\d+)`).FindStringSubmatch(screen)
	if endpoint == nil {
		t.Fatalf("no endpoint:\n%s", screen)
	}
	for _, want := range []string{
		"is ready", dir, "export AWS_ENDPOINT_URL=" + endpoint[0] + "\n",
		"aws kinesis create-stream", "aws kinesis put-record", "aws kinesis get-records",
	} {
		if !strings.Contains(screen, want) {
			t.Errorf("the screen lacks %q:\n%s", want, screen)
		}
	}
	if strings.Contains(screen, "\x1b") {
		t.Errorf("colors, and nobody there to see them:\n%q", screen)
	}
	var out bytes.Buffer
	if code := testProgram(&out, nil).run([]string{"healthcheck", "--listen", "127.0.0.1:" + endpoint[1]}); code != 0 {
		t.Errorf("healthcheck exits with %d: %s", code, out.String())
	}
	out.Reset()
	if code := testProgram(&out, nil).run([]string{"dev", "--memory", "--listen", "127.0.0.1:" + endpoint[1]}); code != exitFailed {
		t.Errorf("a second server on the port exits with %d: %s", code, out.String())
	}
	out.Reset()
	if code := testProgram(&out, nil).run([]string{"dev", "--data", dir, "--listen", "127.0.0.1:0"}); code != exitFailed {
		t.Errorf("a second server on the folder exits with %d: %s", code, out.String())
	}
	signals <- os.Interrupt
	if code := <-code; code != 0 {
		t.Errorf("exits with %d", code)
	}
}

func TestTheSecondSignalEndsTheProcess(t *testing.T) {
	signals := make(chan os.Signal)
	exited := make(chan int, 1)
	p := testProgram(&bytes.Buffer{}, nil)
	p.signals = signals
	p.exit = func(code int) { exited <- code }
	ctx, release := p.untilSignal()
	defer release()
	if ctx.Err() != nil {
		t.Fatal("ended before a signal came")
	}
	signals <- os.Interrupt
	<-ctx.Done()
	signals <- os.Interrupt
	if code := <-exited; code != exitInterrupted {
		t.Errorf("exits with %d", code)
	}
}
