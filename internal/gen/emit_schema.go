package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/freshet/freshet/internal/gen/model"
)

var kinds = map[string]string{
	"structure": "Structure", "list": "List", "map": "Map", "string": "String", "blob": "Blob",
	"integer": "Integer", "long": "Long", "boolean": "Boolean", "timestamp": "Timestamp",
}

// shapeVar is the variable that holds a shape's description. Names that differ by
// the case of their first letter alone are two shapes.
func shapeVar(name string) string {
	if unicode.IsLower(rune(name[0])) {
		return "shapeOf" + exported(name)
	}
	return "shape" + name
}

func boundVar(n int64) string {
	return strings.Replace(fmt.Sprintf("bound%d", n), "-", "Minus", 1)
}

// emitSchema writes the descriptions of the shapes. They are composite literals
// that point to each other, which the compiler lays out; only where shapes
// contain themselves must an init function close the circle, because Go allows
// no circle in initialisation.
func (g *generator) emitSchema(b *bytes.Buffer) error {
	fmt.Fprintf(b, "import %q\n", "github.com/freshet/freshet/internal/awsapi")
	g.emitBounds(b)
	back := g.backEdges()
	b.WriteString("\nvar (\n")
	for _, s := range g.shapes {
		if err := g.declare(shapeVar(s.Name), "a description"); err != nil {
			return err
		}
		g.emitShape(b, s, back)
	}
	b.WriteString(")\n")
	emitCircles(b, back)
	return nil
}

// emitBounds writes a variable per bound, since constraints point to theirs.
func (g *generator) emitBounds(b *bytes.Buffer) {
	var bounds []int64
	for _, s := range g.shapes {
		for _, bound := range []*int64{s.Min, s.Max} {
			if bound != nil {
				bounds = append(bounds, *bound)
			}
		}
	}
	slices.Sort(bounds)
	b.WriteString("\nvar (\n")
	for _, n := range slices.Compact(bounds) {
		fmt.Fprintf(b, "%s = int64(%d)\n", boundVar(n), n)
	}
	b.WriteString(")\n")
}

func (g *generator) emitShape(b *bytes.Buffer, s *model.Shape, back map[edge]bool) {
	fmt.Fprintf(b, "%s = awsapi.Shape{\nName: %q,\nKind: awsapi.%s,\n", shapeVar(s.Name), s.Name, kinds[s.Type])
	if s.Members != nil {
		b.WriteString("Members: []awsapi.Member{\n")
		for i, m := range s.Members {
			emitMember(b, i, m, s.Status != 0, back[edge{s.Name, memberPart(i), m.Shape}])
		}
		b.WriteString("},\n")
	}
	if e := (edge{s.Name, "Element", s.Element}); s.Element != "" && !back[e] {
		fmt.Fprintf(b, "Element: &%s,\n", shapeVar(s.Element))
	}
	if s.Key != "" {
		fmt.Fprintf(b, "Key: &%s,\n", shapeVar(s.Key))
	}
	emitConstraints(b, s)
	if s.EventStream {
		b.WriteString("EventStream: true,\n")
	}
	if s.Event {
		b.WriteString("Event: true,\n")
	}
	if s.Sensitive {
		b.WriteString("Sensitive: true,\n")
	}
	if s.Status != 0 {
		fmt.Fprintf(b, "Fault: %d,\n", s.Status)
	}
	if class := g.class(s); class != "" {
		fmt.Fprintf(b, "Class: %q,\n", class)
	}
	b.WriteString("}\n")
}

func emitMember(b *bytes.Buffer, field int, m model.Member, exception, circle bool) {
	if exception {
		field = -1
	}
	fmt.Fprintf(b, "{Name: %q, ", m.Name)
	if !circle {
		fmt.Fprintf(b, "Shape: &%s, ", shapeVar(m.Shape))
	}
	if m.Required {
		b.WriteString("Required: true, ")
	}
	fmt.Fprintf(b, "Field: %d},\n", field)
}

func emitConstraints(b *bytes.Buffer, s *model.Shape) {
	var parts []string
	if s.Min != nil {
		parts = append(parts, "Min: &"+boundVar(*s.Min))
	}
	if s.Max != nil {
		parts = append(parts, "Max: &"+boundVar(*s.Max))
	}
	if s.Pattern != "" {
		parts = append(parts, fmt.Sprintf("Pattern: &awsapi.Pattern{Text: %s}", quoted(s.Pattern)))
	}
	if s.Enum != nil {
		parts = append(parts, fmt.Sprintf("Enum: %#v", s.Enum))
	}
	if parts != nil {
		fmt.Fprintf(b, "Constraints: awsapi.Constraints{%s},\n", strings.Join(parts, ", "))
	}
}

// quoted is a Go literal of s, raw if that can be.
func quoted(s string) string {
	if strings.Contains(s, "`") {
		return fmt.Sprintf("%q", s)
	}
	return "`" + s + "`"
}

// class is the Java class of a structure that is an element. It follows from the
// target: Kinesis_20131202 prints com.amazonaws.kinesis.v20131202.Shard, DynamoDB
// likewise (seen by the tests of kinesalite and dynalite).
func (g *generator) class(s *model.Shape) string {
	service, version, found := strings.Cut(g.model.Target, "_")
	if g.model.Version != "" { // not seen; named alike
		service, version, found = g.model.ServiceID, strings.ReplaceAll(g.model.Version, "-", ""), true
	}
	element := func(list *model.Shape) bool { return list.Element == s.Name }
	if s.Type != "structure" || !found || !slices.ContainsFunc(g.shapes, element) {
		return ""
	}
	return fmt.Sprintf("com.amazonaws.%s.v%s.%s", strings.ToLower(service), version, s.Name)
}
