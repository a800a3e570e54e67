package main

import (
	"bytes"
	"os"
	"regexp"
	"testing"
)

func TestBenchAgainstNothingSaysHowToStart(t *testing.T) {
	var out bytes.Buffer
	p := testProgram(&out, nil)
	p.signals = make(chan os.Signal)
	code := p.run([]string{"bench", "put", "--endpoint", "http://127.0.0.1:1"})
	want := "freshet: http://127.0.0.1:1/: nobody listens there; start one with: freshet dev\n"
	if code != exitFailed || out.String() != want {
		t.Errorf("exits with %d: %q", code, out.String())
	}
}

func TestBenchThatIsInterruptedSaysSo(t *testing.T) {
	screen, signals, code := dev(t, "--memory")
	var out bytes.Buffer
	endpoint := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(screen)
	// The interrupt comes at once, the run would take an hour.
	got := testProgram(&out, nil).run([]string{"bench", "put", "--seconds", "3600", "--endpoint", endpoint})
	if want := "freshet: cut short by a signal: there is no result\n"; got != exitFailed || out.String() != want {
		t.Errorf("exits with %d: %q", got, out.String())
	}
	signals <- os.Interrupt
	if code := <-code; code != 0 {
		t.Errorf("the server exits with %d", code)
	}
}
