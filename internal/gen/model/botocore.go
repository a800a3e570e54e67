package model

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// The types below are the members of a service-2.json that we know. Those that
// are raw are dropped: documentation, and hints for clients. A member of an
// operation, a shape or a reference that is not here fails the extraction.

type botocore struct {
	Metadata   metadata
	Operations ordered[botocoreOperation]
	Shapes     ordered[botocoreShape]
}

type metadata struct {
	ServiceID      string
	TargetPrefix   string
	EndpointPrefix string
	SigningName    string
	Protocol       string
	APIVersion     string
	XMLNamespace   string
}

type botocoreOperation struct {
	Name   string
	Input  *botocoreRef
	Output *botocoreRef
	Errors []botocoreRef
	// AuthType is none for what AWS takes without credentials.
	AuthType string

	Auth                json.RawMessage // the same in other words
	HTTP                json.RawMessage
	Documentation       json.RawMessage
	StaticContextParams json.RawMessage
	Readonly            json.RawMessage
}

// botocoreRef is a use of a shape, by an operation or by another shape.
type botocoreRef struct {
	Shape string
	// ResultWrapper is an output's element within the answer of the query protocol.
	ResultWrapper string

	Deprecated        json.RawMessage
	DeprecatedMessage json.RawMessage
	DeprecatedSince   json.RawMessage
	Documentation     json.RawMessage
	ContextParam      json.RawMessage
}

type botocoreShape struct {
	Type     string
	Members  ordered[botocoreRef]
	Required []string
	Member   *botocoreRef
	Key      *botocoreRef
	Value    *botocoreRef

	Min, Max *int64
	Pattern  string
	Enum     []string

	Exception   bool
	Fault       bool
	Error       botocoreError
	Sensitive   bool
	Event       bool
	EventStream bool

	Documentation json.RawMessage
}

type botocoreError struct {
	Code           string
	HTTPStatusCode int
	SenderFault    bool
}

// Extract makes a Model from a service-2.json. Source goes into Model.Source.
// A trait that is not known is an error.
func Extract(r io.Reader, source string) (*Model, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	var b botocore
	if err := json.Unmarshal(text, &b); err != nil {
		return nil, fmt.Errorf("parse service model: %w", err)
	}
	m := &Model{
		Source:      source,
		ServiceID:   b.Metadata.ServiceID,
		Target:      b.Metadata.TargetPrefix,
		SigningName: b.Metadata.SigningName,
	}
	switch b.Metadata.Protocol {
	case "json":
	case "query":
		m.Version, m.Namespace = b.Metadata.APIVersion, b.Metadata.XMLNamespace
	default:
		return nil, fmt.Errorf("protocol %q is not known", b.Metadata.Protocol)
	}
	if m.SigningName == "" {
		m.SigningName = b.Metadata.EndpointPrefix
	}
	for _, o := range b.Operations {
		op := o.Value.operation()
		if o := o.Value.Output; m.Version != "" && o != nil && o.ResultWrapper != op.Name+"Result" {
			return nil, fmt.Errorf("%s: the answer's element %q is not the usual", op.Name, o.ResultWrapper)
		}
		m.Operations = append(m.Operations, op)
	}
	for _, s := range b.Shapes {
		m.Shapes = append(m.Shapes, s.Value.shape(s.Name))
	}
	slices.SortFunc(m.Operations, func(a, b Operation) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(m.Shapes, func(a, b Shape) int { return strings.Compare(a.Name, b.Name) })
	return m, m.check()
}

func (o botocoreOperation) operation() Operation {
	op := Operation{Name: o.Name, Input: o.Input.name(), Output: o.Output.name(), Unsigned: o.AuthType == "none"}
	for _, e := range o.Errors {
		op.Errors = append(op.Errors, e.Shape)
	}
	return op
}

func (s botocoreShape) shape(name string) Shape {
	shape := Shape{
		Name: name, Type: s.Type, Key: s.Key.name(), Element: s.Member.name(),
		Min: s.Min, Max: s.Max, Pattern: s.Pattern, Enum: s.Enum,
		Event: s.Event, EventStream: s.EventStream, Status: s.status(), Sensitive: s.Sensitive,
	}
	if s.Error.Code != name {
		shape.Code = s.Error.Code
	}
	if s.Value != nil {
		shape.Element = s.Value.Shape
	}
	for _, m := range s.Members {
		shape.Members = append(shape.Members, Member{
			Name: m.Name, Shape: m.Value.Shape, Required: slices.Contains(s.Required, m.Name),
		})
	}
	return shape
}

func (s botocoreShape) status() int {
	switch {
	case !s.Exception:
		return 0
	case s.Error.HTTPStatusCode != 0:
		return s.Error.HTTPStatusCode
	case s.Fault:
		return 500
	default:
		return 400
	}
}

func (r *botocoreRef) name() string {
	if r == nil {
		return ""
	}
	return r.Shape
}
