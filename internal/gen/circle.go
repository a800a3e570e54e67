package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// edge is one shape's use of another.
type edge struct {
	from string
	// part is the Go selector of the use within the description.
	part string
	to   string
}

func memberPart(i int) string { return fmt.Sprintf("Members[%d].Shape", i) }

// backEdges returns uses of shapes such that without them no shape contains
// itself: those that lead back while the shapes are walked depth first.
func (g *generator) backEdges() map[edge]bool {
	back := make(map[edge]bool)
	onPath, done := make(map[string]bool), make(map[string]bool)
	var visit func(name string)
	follow := func(e edge) {
		if onPath[e.to] {
			back[e] = true
		} else if e.to != "" && !done[e.to] {
			visit(e.to)
		}
	}
	visit = func(name string) {
		s := g.model.Shape(name)
		onPath[name] = true
		follow(edge{name, "Element", s.Element})
		for i, m := range s.Members {
			follow(edge{name, memberPart(i), m.Shape})
		}
		onPath[name], done[name] = false, true
	}
	for _, s := range g.shapes {
		if !done[s.Name] {
			visit(s.Name)
		}
	}
	return back
}

// emitCircles writes the init function that closes the circles, if any.
func emitCircles(b *bytes.Buffer, back map[edge]bool) {
	if len(back) == 0 {
		return
	}
	var lines []string
	for e := range back {
		lines = append(lines, fmt.Sprintf("%s.%s = &%s\n", shapeVar(e.from), e.part, shapeVar(e.to)))
	}
	slices.Sort(lines)
	fmt.Fprintf(b, "\nfunc init() {\n%s}\n", strings.Join(lines, ""))
}
