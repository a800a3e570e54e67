package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// Model is one service.
type Model struct {
	// Source names the package, version and file that the model was taken from.
	Source string `json:"source"`
	// ServiceID, Target and SigningName are as in awsapi.Service.
	ServiceID   string `json:"serviceId"`
	Target      string `json:"target,omitempty"`
	SigningName string `json:"signingName"`
	// Version and Namespace are of services that speak the query protocol.
	Version    string      `json:"version,omitempty"`
	Namespace  string      `json:"namespace,omitempty"`
	Operations []Operation `json:"operations"`
	Shapes     []Shape     `json:"shapes"`
}

// Operation is one call. Operations are sorted by name.
type Operation struct {
	Name string `json:"name"`
	// Input and Output name structures, or are empty.
	Input  string   `json:"input,omitempty"`
	Output string   `json:"output,omitempty"`
	Errors []string `json:"errors,omitempty"`
	// Unsigned says that AWS takes the call without credentials.
	Unsigned bool `json:"unsigned,omitempty"`
}

// Shape is a type of the model. Shapes are sorted by name.
type Shape struct {
	Name string `json:"name"`
	// Type is one of structure, list, map, string, blob, integer, long, boolean
	// and timestamp.
	Type    string   `json:"type"`
	Members []Member `json:"members,omitempty"`
	// Key is a map's key; Element a list's element or a map's value.
	Key     string   `json:"key,omitempty"`
	Element string   `json:"element,omitempty"`
	Min     *int64   `json:"min,omitempty"`
	Max     *int64   `json:"max,omitempty"`
	Pattern string   `json:"pattern,omitempty"`
	Enum    []string `json:"enum,omitempty"`
	// Status is the HTTP status of an exception, else 0.
	Status int `json:"status,omitempty"`
	// Code is what the wire calls an exception, if that is not its name.
	Code string `json:"code,omitempty"`
	// Sensitive values are not for logs.
	Sensitive   bool `json:"sensitive,omitempty"`
	EventStream bool `json:"eventStream,omitempty"`
	Event       bool `json:"event,omitempty"`
}

// Member is a member of a structure, in the model's order.
type Member struct {
	Name     string `json:"name"`
	Shape    string `json:"shape"`
	Required bool   `json:"required,omitempty"`
}

// Shape returns the shape of that name, or nil.
func (m *Model) Shape(name string) *Shape {
	for i := range m.Shapes {
		if m.Shapes[i].Name == name {
			return &m.Shapes[i]
		}
	}
	return nil
}

// Read reads what Write wrote, and checks that every name used is there.
func Read(r io.Reader) (*Model, error) {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	m := new(Model)
	if err := d.Decode(m); err != nil {
		return nil, fmt.Errorf("read model: %w", err)
	}
	return m, m.check()
}

// Write writes the model as JSON, one operation or shape per line.
func (m *Model) Write(w io.Writer) error {
	var b bytes.Buffer
	for _, h := range [][2]string{
		{"source", m.Source}, {"serviceId", m.ServiceID}, {"target", m.Target}, {"signingName", m.SigningName},
		{"version", m.Version}, {"namespace", m.Namespace},
	} {
		if h[1] == "" && h[0] != "source" {
			continue
		}
		start := ",\n"
		if h[0] == "source" {
			start = "{\n"
		}
		fmt.Fprintf(&b, "%s%q: ", start, h[0])
		b.Write(line(h[1]))
	}
	writeLines(&b, "operations", m.Operations)
	writeLines(&b, "shapes", m.Shapes)
	b.WriteString("\n}\n")
	_, err := w.Write(b.Bytes())
	return err
}

func writeLines[T any](b *bytes.Buffer, name string, values []T) {
	fmt.Fprintf(b, ",\n%q: [", name)
	for i, v := range values {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		b.Write(line(v))
	}
	b.WriteString("\n]")
}

// line is v as JSON without a line feed and without escapes for HTML's sake,
// which would spoil the patterns for the reader.
func line(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("model: strings and numbers encode: " + err.Error())
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}
