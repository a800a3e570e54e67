package main

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what commands print into testdata")

// TestSessions runs testdata/*.txt. A line that begins with $ is a command; the
// lines below it, to the next one or a comment (#), are everything it prints,
// standard error included, and [exit N] if it does not exit with 0. Variables
// before the command are its environment. Where a line has …, anything may
// stand; $DIR is a folder of the session's own.
func TestSessions(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no sessions: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			session := parseSession(string(text))
			for i, s := range session {
				if s.command == "" {
					continue
				}
				got := runLine(s.command, dir)
				switch {
				case matchLines(s.output, got):
				case *update:
					session[i].output = got
				default:
					t.Errorf("$ %s\nprints\n%s\nwant\n%s", s.command, got, s.output)
				}
			}
			if *update {
				if err := os.WriteFile(file, []byte(formatSession(session)), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// step is a command with its output, or a comment or blank line.
type step struct {
	comment string
	command string
	output  string
}

func parseSession(text string) (steps []step) {
	for line := range strings.Lines(text) {
		command, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case isCommand:
			steps = append(steps, step{command: strings.TrimSuffix(command, "\n")})
		case strings.HasPrefix(line, "#"), len(steps) == 0:
			steps = append(steps, step{comment: line})
		default:
			last := &steps[len(steps)-1]
			if last.command == "" {
				last.comment += line
			} else {
				last.output += line
			}
		}
	}
	for i := range steps { // a blank line sets commands apart
		steps[i].output = strings.TrimRight(steps[i].output, "\n")
	}
	return steps
}

func formatSession(steps []step) string {
	var b strings.Builder
	for i, s := range steps {
		if s.command == "" {
			b.WriteString(s.comment)
			continue
		}
		b.WriteString("$ " + s.command + "\n")
		if s.output != "" {
			b.WriteString(s.output + "\n")
		}
		if i+1 < len(steps) {
			b.WriteString("\n")
		}
	}
	return b.String()
}

func runLine(line, dir string) string {
	env := map[string]string{"NO_COLOR": "1"}
	words := strings.Fields(strings.ReplaceAll(line, "$DIR", dir))
	for len(words) > 0 && words[0] != "freshet" {
		name, value, _ := strings.Cut(words[0], "=")
		env[name] = value
		words = words[1:]
	}
	var out bytes.Buffer
	code := testProgram(&out, env).run(words[1:])
	text := strings.ReplaceAll(out.String(), dir, "$DIR")
	if code != 0 {
		text += fmt.Sprintf("[exit %d]\n", code)
	}
	return strings.TrimRight(text, "\n")
}

func testProgram(out *bytes.Buffer, env map[string]string) *program {
	env = maps.Clone(env)
	signals := make(chan os.Signal, 1)
	signals <- os.Interrupt // whatever serves, stops at once
	return &program{
		stdout: out, stderr: out,
		lookup: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		environ: func() (all []string) {
			for name, value := range env {
				all = append(all, name+"="+value)
			}
			return all
		},
		signals: signals,
		exit:    func(code int) { panic(fmt.Sprintf("exit %d at once", code)) },
	}
}

// matchLines compares line by line; … stands for anything within one.
func matchLines(want, got string) bool {
	wants, gots := strings.Split(want, "\n"), strings.Split(got, "\n")
	if len(wants) != len(gots) {
		return false
	}
	for i, line := range wants {
		if !matchLine(strings.TrimRight(line, " "), strings.TrimRight(gots[i], " ")) {
			return false
		}
	}
	return true
}

func matchLine(want, got string) bool {
	parts := strings.Split(want, "…")
	if len(parts) == 1 {
		return want == got
	}
	rest, ok := strings.CutPrefix(got, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}

func TestMatchLine(t *testing.T) {
	f := func(want, got string, ok bool) {
		t.Helper()
		if matchLine(want, got) != ok {
			t.Errorf("matchLine(%q, %q) = %v", want, got, !ok)
		}
	}
	f("abc", "abc", true)
	f("abc", "abd", false)
	f("a…c", "abbbc", true)
	f("a…c", "abbb", false)
	f("…", "", true)
	f("a…b…c", "axbxc", true)
	f("a…b…c", "axc", false)
}
