package house

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	link       = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	codeSpan   = regexp.MustCompile("`([^`\n]+)`")
	fenced     = regexp.MustCompile("(?ms)^```.*?^```")
	filePath   = regexp.MustCompile(`^[A-Za-z0-9_.][A-Za-z0-9_./-]*(\.(go|md|ya?ml|txt|py|sh|json)|/)$`)
	makeWord   = regexp.MustCompile(`\bmake ([a-z][a-z0-9-]*)`)
	makeLine   = regexp.MustCompile(`(?m)^make .*$`)
	makeTarget = regexp.MustCompile(`(?m)^([a-z][a-z0-9-]*):`)
)

// documents returns the Markdown files of the tree, sorted.
func documents(tr *tree) []string {
	return slices.Sorted(func(yield func(string) bool) {
		for name := range maps.Keys(tr.texts) {
			if path.Ext(name) == ".md" && !yield(name) {
				return
			}
		}
	})
}

// TestLinksLead: every relative link leads to a file.
func TestLinksLead(t *testing.T) {
	tr := load(t)
	for _, doc := range documents(tr) {
		for _, m := range link.FindAllStringSubmatch(string(tr.texts[doc]), -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, ":") {
				continue // within the page, or of another site
			}
			if !exists(path.Join(path.Dir(doc), target)) {
				t.Errorf("%s links to %s, which is not there", doc, m[1])
			}
		}
	}
}

// TestNamedFilesExist: a file that a document names in backquotes is there,
// from the root, from the document, or, if only its name is given, anywhere.
func TestNamedFilesExist(t *testing.T) {
	tr := load(t)
	names := map[string]bool{}
	note := func(p string) {
		names[path.Base(p)] = true
		names[path.Base(path.Dir(p))+"/"] = true
	}
	for _, s := range tr.sources {
		note(s.path)
	}
	for p := range tr.texts {
		note(p)
	}
	for _, doc := range documents(tr) {
		text := fenced.ReplaceAllString(string(tr.texts[doc]), "")
		for _, m := range codeSpan.FindAllStringSubmatch(text, -1) {
			name := m[1]
			if !filePath.MatchString(name) || notOurs(name) {
				continue
			}
			if !exists(name) && !exists(path.Join(path.Dir(doc), name)) && !names[name] {
				t.Errorf("%s names %s, which is not there", doc, name)
			}
		}
	}
}

// notOurs names what appears only when the program runs.
func notOurs(name string) bool {
	return strings.HasPrefix(name, "freshet-data") || strings.HasPrefix(name, ".tools") || strings.HasPrefix(name, "bin/")
}

// TestMakeTargetsExist: what a document tells the reader to make can be made.
func TestMakeTargetsExist(t *testing.T) {
	tr := load(t)
	targets := map[string]bool{}
	for _, m := range makeTarget.FindAllStringSubmatch(string(tr.texts["Makefile"]), -1) {
		targets[m[1]] = true
	}
	for name, text := range tr.texts {
		if path.Ext(name) != ".md" && name != ".ci/run" {
			continue
		}
		for _, m := range commands(string(text)) {
			if !targets[m] {
				t.Errorf("%s says make %s, and the Makefile has no such target", name, m)
			}
		}
	}
}

// commands returns the targets that text tells to make, in code only: in prose
// "make" is a word.
func commands(text string) []string {
	code := fenced.FindAllString(text, -1)
	for _, m := range codeSpan.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		code = append(code, m[1])
	}
	if strings.HasPrefix(text, "#!") {
		code = append(code, makeLine.FindAllString(text, -1)...)
	}
	var targets []string
	for _, c := range code {
		for _, m := range makeWord.FindAllStringSubmatch(c, -1) {
			targets = append(targets, m[1])
		}
	}
	return targets
}
