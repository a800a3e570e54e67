package house

import (
	"fmt"
	"go/ast"
	"slices"
	"testing"
)

// The aims of the style: nine in ten functions under 45 lines, nine in ten files
// under 400. A file past 600 is asked for its second noun: it is reported.
const (
	functionAim = 45
	fileAim     = 400
	fileAsk     = 600
)

// measured is a thing with a length in lines.
type measured struct {
	name  string
	lines int
}

func TestSizes(t *testing.T) {
	var functions, testFunctions, files, testFiles []measured
	for _, s := range load(t).sources {
		if s.generated {
			continue
		}
		if s.test {
			testFiles = append(testFiles, measured{s.path, s.lines})
			testFunctions = append(testFunctions, functionsIn(s)...)
		} else {
			files = append(files, measured{s.path, s.lines})
			functions = append(functions, functionsIn(s)...)
		}
	}
	nineInTen(t, "functions", functions, functionAim)
	nineInTen(t, "functions of tests", testFunctions, functionAim)
	nineInTen(t, "files", files, fileAim)
	nineInTen(t, "files of tests", testFiles, fileAim)
	for _, m := range slices.Concat(files, testFiles) {
		if m.lines > fileAsk {
			t.Logf("%s has %d lines: what is its second noun?", m.name, m.lines)
		}
	}
}

// nineInTen reports how long things are and fails if more than one in ten
// reaches aim.
func nineInTen(t *testing.T, what string, list []measured, aim int) {
	t.Helper()
	if len(list) == 0 {
		return
	}
	slices.SortFunc(list, func(a, b measured) int { return b.lines - a.lines })
	long := 0
	for _, m := range list {
		if m.lines >= aim {
			long++
		}
	}
	median := list[len(list)/2].lines
	t.Logf("%s: %d, median %d lines, %d of %d lines or more", what, len(list), median, long, aim)
	for _, m := range list[:min(5, long)] {
		t.Logf("    %4d  %s", m.lines, m.name)
	}
	if long*10 > len(list) {
		t.Errorf("%d of %d %s have %d lines or more; at most one in ten may", long, len(list), what, aim)
		for _, m := range list[:long] {
			t.Logf("    %4d  %s", m.lines, m.name)
		}
	}
}

// functionsIn measures the functions of s, signature and braces included.
func functionsIn(s *source) []measured {
	var list []measured
	for _, d := range s.ast.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		list = append(list, measured{fmt.Sprintf("%s: %s", s.path, f.Name.Name), s.line(f.End()) - s.line(f.Pos()) + 1})
	}
	return list
}
