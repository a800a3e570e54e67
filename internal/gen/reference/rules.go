package reference

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// rule is a tested behaviour.
type rule struct {
	// section is that of the facts sheet, like 15.1, or a word for another source.
	section string
	// operations are AWS's names, or "*".
	operations []string
	// text is the test's comment; test is its name.
	text, test string
	// errors are the exceptions that the test names.
	errors []string
}

const ruleMark = "//rule:"

var exception = regexp.MustCompile(`"([A-Z]\w*(?:Exception|KMSOptInRequired))"`)

// readRules reads the rules of the folder conformance, in the order of files and
// lines. known are the names of all operations.
func readRules(tree fs.FS, known []string) ([]rule, error) {
	names, err := fs.Glob(tree, "conformance/*_test.go")
	if err != nil {
		return nil, err
	}
	var rules []rule
	for _, name := range names {
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return nil, err
		}
		more, err := rulesOf(name, text, known)
		if err != nil {
			return nil, err
		}
		rules = append(rules, more...)
	}
	return rules, nil
}

func rulesOf(name string, text []byte, known []string) ([]rule, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	var rules []rule
	for _, d := range file.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Doc == nil {
			continue
		}
		body := text[fset.Position(fn.Pos()).Offset:fset.Position(fn.End()).Offset]
		var errors []string
		for _, m := range exception.FindAllSubmatch(body, -1) {
			errors = append(errors, string(m[1]))
		}
		for _, c := range fn.Doc.List {
			mark, ok := strings.CutPrefix(c.Text, ruleMark)
			if !ok {
				continue
			}
			words := strings.Fields(mark)
			if len(words) < 2 {
				return nil, fmt.Errorf("%s: %s: a rule names a section and operations", name, fn.Name.Name)
			}
			for _, op := range words[1:] {
				if op != "*" && !slices.Contains(known, op) {
					return nil, fmt.Errorf("%s: %s: the model has no operation %s", name, fn.Name.Name, op)
				}
			}
			rules = append(rules, rule{words[0], words[1:], oneLine(fn.Doc.Text()), fn.Name.Name, errors})
		}
	}
	return rules, nil
}

// oneLine is a comment without its line breaks.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
