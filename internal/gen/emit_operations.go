package main

import (
	"bytes"
	"fmt"

	"github.com/freshet/freshet/internal/gen/model"
)

// emitOperations writes the table of operations.
func (g *generator) emitOperations(b *bytes.Buffer) error {
	fmt.Fprintf(b, "import %q\n", "github.com/freshet/freshet/internal/awsapi")
	if err := g.emitService(b); err != nil {
		return err
	}
	b.WriteString("\n// The operations.\nvar (\n")
	for _, op := range g.model.Operations {
		if err := g.emitOperation(b, op); err != nil {
			return err
		}
	}
	b.WriteString(")\n")
	return nil
}

func (g *generator) emitService(b *bytes.Buffer) error {
	if err := g.declare("Service", "the service"); err != nil {
		return err
	}
	fmt.Fprintf(b, "\n// Service is %s with its %d operations.\n", g.model.ServiceID, len(g.model.Operations))
	fmt.Fprintf(b, "var Service = awsapi.NewService(awsapi.Service{\nID: %q,\n", g.model.ServiceID)
	if g.model.Target != "" {
		fmt.Fprintf(b, "Target: %q,\n", g.model.Target)
	}
	if g.model.Version != "" {
		fmt.Fprintf(b, "Version: %q,\nNamespace: %q,\n", g.model.Version, g.model.Namespace)
	}
	fmt.Fprintf(b, "SigningName: %q,\n", g.model.SigningName)
	b.WriteString("Operations: []*awsapi.Operation{\n")
	for _, op := range g.model.Operations {
		fmt.Fprintf(b, "Op%s,\n", op.Name)
	}
	b.WriteString("},\nExceptions: []*awsapi.Shape{\n")
	for _, s := range g.shapes {
		if s.Status != 0 {
			fmt.Fprintf(b, "&%s,\n", shapeVar(s.Name))
		}
	}
	b.WriteString("},\n})\n")
	return nil
}

func (g *generator) emitOperation(b *bytes.Buffer, op model.Operation) error {
	if err := g.declare("Op"+op.Name, "an operation"); err != nil {
		return err
	}
	fmt.Fprintf(b, "Op%s = &awsapi.Operation{\nName: %q,\nAction: %q,\n", op.Name, op.Name, actionOf(g.model, op.Name))
	if tags := tagActionOf(g.model, op.Name); tags != "" {
		fmt.Fprintf(b, "TagAction: %q,\n", tags)
	}
	if op.Input == "" {
		fmt.Fprintf(b, "Input: &awsapi.Shape{Name: %q, Kind: awsapi.Structure},\n", op.Name+"Input")
	} else {
		fmt.Fprintf(b, "Input: &%s,\n", shapeVar(op.Input))
	}
	if op.Output != "" {
		fmt.Fprintf(b, "Output: &%s,\n", shapeVar(op.Output))
	}
	if op.Unsigned {
		b.WriteString("Unsigned: true,\n")
	}
	if op.Errors != nil {
		fmt.Fprintf(b, "Errors: %#v,\n", op.Errors)
	}
	fmt.Fprintf(b, "NewInput: func() any { return new(%s) },\n", inputType(op.Name, op.Input))
	if op.Output != "" {
		fmt.Fprintf(b, "NewOutput: func() any { return new(%s) },\n", outputType(op.Name, op.Output))
	}
	b.WriteString("}\n")
	return nil
}
