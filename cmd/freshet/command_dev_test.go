package main

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"
)

// dev runs freshet dev with args until stop, and returns what it printed until
// it was ready.
func dev(t *testing.T, args ...string) (screen string, signals chan<- os.Signal, code <-chan int) {
	screen, signals, code, lines := devLines(t, args...)
	go func() {
		for range lines {
		}
	}()
	return screen, signals, code
}

// devLines is dev for those who read on: lines, which is closed in the end, must
// be drained.
func devLines(t *testing.T, args ...string) (screen string, signals chan<- os.Signal, code <-chan int, lines <-chan string) {
	t.Helper()
	return linesOf(t, "dev", args...)
}

// linesOf is devLines for dev or serve.
func linesOf(t *testing.T, command string, args ...string) (screen string, signals chan<- os.Signal, code <-chan int, lines <-chan string) {
	t.Helper()
	output, w := io.Pipe()
	toStop := make(chan os.Signal, 2)
	p := testProgram(&bytes.Buffer{}, nil)
	p.stdout, p.signals = w, toStop
	ended := make(chan int, 1)
	go func() {
		ended <- p.run(append([]string{command, "--listen", "127.0.0.1:0"}, args...))
		_ = w.Close()
	}()
	printed := bufio.NewScanner(output)
	for printed.Scan() {
		screen += printed.Text() + "\n"
		if strings.Contains(printed.Text(), "Ctrl-C") {
			break
		}
	}
	more := make(chan string)
	go func() {
		defer close(more)
		for printed.Scan() {
			more <- printed.Text()
		}
	}()
	return screen, toStop, ended, more
}

// A server that waits for a client must not look as if it hung.
func TestStoppingIsSaid(t *testing.T) {
	screen, signals, code, lines := devLines(t, "--memory")
	address := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(screen)
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, err = io.WriteString(c, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.1\r\n"+
		"X-Amz-Target: Kinesis_20131202.ListStreams\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(c)
	if line, err := reader.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("%q, %v", line, err)
	}
	signals <- os.Interrupt
	for _, want := range []string{"", "Stopping: 1 request in flight; interrupt again to stop at once"} {
		if got := <-lines; got != want {
			t.Errorf("it prints %q, want %q", got, want)
		}
	}
	if _, err := io.WriteString(c, "{}"); err != nil {
		t.Fatal(err)
	}
	if got := <-lines; got != "Stopped" {
		t.Errorf("it prints %q in the end", got)
	}
	for range lines {
	}
	if code := <-code; code != 0 {
		t.Errorf("exits with %d", code)
	}
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
		"aws kinesis create-stream --stream-name demo ", "aws kinesis get-records",
		"printf hello | aws kinesis put-record --stream-name demo --partition-key alice --data fileb:///dev/stdin\n",
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
	want := "freshet: data folder " + dir + ": another server uses it; stop it, or choose another with --data\n"
	if out.String() != want {
		t.Errorf("a second server on the folder prints %q, want %q", out.String(), want)
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
