package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/freshet/freshet/internal/gen/model"
)

// scalars are the Go types of the kinds that have no parts.
var scalars = map[string]string{
	"string": "string", "blob": "[]byte", "integer": "int32", "long": "int64",
	"boolean": "bool", "timestamp": "time.Time",
}

// emitShapes writes the Go structures and enumerations.
func (g *generator) emitShapes(b *bytes.Buffer) error {
	var body bytes.Buffer
	for _, s := range g.shapes {
		switch {
		case s.Status != 0:
		case s.Type == "structure":
			if err := g.emitStructure(&body, s); err != nil {
				return err
			}
		case s.Enum != nil:
			if err := g.emitEnum(&body, s); err != nil {
				return err
			}
		}
	}
	if err := g.emitEmpty(&body); err != nil {
		return err
	}
	emitImports(b, body.Bytes())
	b.Write(body.Bytes())
	return nil
}

// emitImports imports what the body uses.
func emitImports(b *bytes.Buffer, body []byte) {
	if bytes.Contains(body, []byte("time.Time")) {
		fmt.Fprintf(b, "import %q\n", "time")
	}
	if bytes.Contains(body, []byte("awsapi.")) {
		fmt.Fprintf(b, "import %q\n", "github.com/freshet/freshet/internal/awsapi")
	}
}

func (g *generator) emitStructure(b *bytes.Buffer, s *model.Shape) error {
	name := exported(s.Name)
	if err := g.declare(name, "a structure"); err != nil {
		return err
	}
	fmt.Fprintf(b, "\n// %s is %s.\ntype %s struct {\n", name, g.role(s), name)
	for _, m := range s.Members {
		fmt.Fprintf(b, "%s %s%s\n", exported(m.Name), g.memberType(m.Shape), g.remark(m))
	}
	b.WriteString("}\n")
	return nil
}

// role says what a structure is for.
func (g *generator) role(s *model.Shape) string {
	if s.EventStream {
		return "one message of an event stream: exactly one member is set"
	}
	var roles []string
	for _, op := range g.model.Operations {
		if s.Name == op.Input {
			roles = append(roles, "the input of "+op.Name)
		}
		if s.Name == op.Output {
			roles = append(roles, "the output of "+op.Name)
		}
	}
	if roles == nil {
		return "a structure of the model"
	}
	return strings.Join(roles, " and ")
}

func (g *generator) emitEnum(b *bytes.Buffer, s *model.Shape) error {
	name := exported(s.Name)
	if err := g.declare(name, "an enumeration"); err != nil {
		return err
	}
	fmt.Fprintf(b, "\n// %s is an enumeration of the model.\ntype %s string\n\n", name, name)
	fmt.Fprintf(b, "// The values of %s.\nconst (\n", name)
	for _, v := range s.Enum {
		c := enumConstant(s.Name, v)
		if err := g.declare(c, "a value of "+name); err != nil {
			return err
		}
		fmt.Fprintf(b, "%s %s = %q\n", c, name, v)
	}
	b.WriteString(")\n")
	return nil
}

// emitEmpty writes the structures of inputs and outputs that the model has not.
func (g *generator) emitEmpty(b *bytes.Buffer) error {
	for _, op := range g.model.Operations {
		for _, x := range []struct{ shape, name, role string }{
			{op.Input, inputType(op.Name, op.Input), "input"},
			{op.Output, outputType(op.Name, op.Output), "output"},
		} {
			if x.shape != "" {
				continue
			}
			if err := g.declare(x.name, "a structure"); err != nil {
				return err
			}
			fmt.Fprintf(b, "\n// %s is empty: %s has no %s.\ntype %s struct{}\n", x.name, op.Name, x.role, x.name)
		}
	}
	return nil
}

// memberType is the Go type of a structure's member.
func (g *generator) memberType(shape string) string {
	switch g.model.Shape(shape).Type {
	case "list", "map", "blob":
		return g.bareType(shape)
	default:
		return "*" + g.bareType(shape)
	}
}

// bareType is the Go type of an element of a list or map.
func (g *generator) bareType(shape string) string {
	s := g.model.Shape(shape)
	switch {
	case s.Status != 0:
		return "awsapi.Error"
	case s.Type == "structure", s.Enum != nil:
		return exported(s.Name)
	case s.Type == "list":
		return "[]" + g.bareType(s.Element)
	case s.Type == "map":
		return "map[string]" + g.bareType(s.Element)
	default:
		return scalars[s.Type]
	}
}

// remark is a comment with the member's constraints, or nothing.
func (g *generator) remark(m model.Member) string {
	var remarks []string
	if m.Required {
		remarks = append(remarks, "required")
	}
	s := g.model.Shape(m.Shape)
	switch {
	case s.Min != nil && s.Max != nil:
		remarks = append(remarks, fmt.Sprintf("%d to %d", *s.Min, *s.Max))
	case s.Min != nil:
		remarks = append(remarks, fmt.Sprintf("at least %d", *s.Min))
	case s.Max != nil:
		remarks = append(remarks, fmt.Sprintf("at most %d", *s.Max))
	}
	if remarks == nil {
		return ""
	}
	return " // " + strings.Join(remarks, ", ")
}
