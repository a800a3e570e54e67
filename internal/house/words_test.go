package house

import (
	"bytes"
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unwanted are words that no file may contain. They are spelt in two halves so
// that this file does not contain them.
var unwanted = []struct {
	word *regexp.Regexp
	why  string
}{
	{regexp.MustCompile(`/` + `work/|/` + `root/|/` + `home/[a-z]|/` + `Users/[a-z]`), "a path of one machine is on no other"},
	{regexp.MustCompile(`(proxy\.golang|sum\.golang|pypi|registry\.npmjs|repo1\.maven|repo\.maven|index\.crates|static\.crates|deb\.debian)` + `\.(org|io)`),
		"packages come from where the reader's client is set to"},
	{regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`), "a thing to do is an issue"},
}

func TestNoUnwantedWords(t *testing.T) {
	tr := load(t)
	look := func(name string, text []byte) {
		for _, u := range unwanted {
			if at := u.word.FindIndex(text); at != nil {
				line := bytes.Count(text[:at[0]], []byte{'\n'}) + 1
				t.Errorf("%s:%d has %q: %s", name, line, text[at[0]:at[1]], u.why)
			}
		}
	}
	for name, text := range tr.texts {
		if path.Base(name) != "go.sum" {
			look(name, text)
		}
	}
	for _, s := range tr.sources {
		look(s.path, s.text)
	}
}

// TestNoTestIsSkipped: a test that does not run proves nothing.
func TestNoTestIsSkipped(t *testing.T) {
	eachCall(t, func(s *source, call *ast.CallExpr, name string) {
		if s.test && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, name) {
			t.Errorf("%s:%d skips a test", s.path, s.line(call.Pos()))
		}
	})
}

// TestNoTestSleeps: tests wait for events. A sleep is free inside synctest;
// elsewhere it has a comment that says what it waits for.
func TestNoTestSleeps(t *testing.T) {
	eachCall(t, func(s *source, call *ast.CallExpr, name string) {
		if !s.test || !isSelector(call.Fun, "time", "Sleep") || slices.Contains(s.imports(), "testing/synctest") {
			return
		}
		line := s.line(call.Pos())
		said := slices.ContainsFunc(s.ast.Comments, func(c *ast.CommentGroup) bool {
			return s.line(c.Pos()) == line || s.line(c.End()) == line-1
		})
		if !said {
			t.Errorf("%s:%d sleeps and no comment says what for", s.path, line)
		}
	})
}

// TestLintIsSilencedWithAReason: //nolint:name // reason.
func TestLintIsSilencedWithAReason(t *testing.T) {
	for _, s := range load(t).sources {
		for _, group := range s.ast.Comments {
			for _, c := range group.List {
				rest, ok := strings.CutPrefix(c.Text, "//nolint")
				if ok && (!strings.HasPrefix(rest, ":") || !strings.Contains(rest, " // ")) {
					t.Errorf("%s:%d silences a linter without its name and a reason", s.path, s.line(c.Pos()))
				}
			}
		}
	}
}

// eachCall visits the calls of methods and qualified functions in every source.
func eachCall(t *testing.T, visit func(s *source, call *ast.CallExpr, name string)) {
	for _, s := range load(t).sources {
		ast.Inspect(s.ast, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
					visit(s, call, sel.Sel.Name)
				}
			}
			return true
		})
	}
}
