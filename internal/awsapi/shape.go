package awsapi

import (
	"slices"
	"strings"
)

// Kind is what a value is on the wire.
type Kind uint8

// The kinds of the JSON protocols.
const (
	Structure Kind = iota + 1
	List
	Map
	String
	Blob
	Integer
	Long
	Boolean
	Timestamp
)

// Shape describes a value.
type Shape struct {
	// Name is the model's name, like PutRecordsRequestEntry.
	Name string
	Kind Kind

	// Members of a Structure, in the model's order.
	Members []Member
	// Element is a List's element or a Map's value.
	Element *Shape
	// Key is a Map's key.
	Key *Shape

	Constraints

	// EventStream marks a structure that is sent as a stream of events.
	EventStream bool
	// Event marks a structure that is one event of such a stream.
	Event bool
	// Sensitive values are not for logs, and no error repeats them.
	Sensitive bool
	// Fault is the HTTP status of a structure that is an error, else 0.
	Fault int
	// Class is the Java class by which AWS prints a structure that is an element
	// of a list or map; empty for other shapes.
	Class string
}

// Member is one member of a structure.
type Member struct {
	Name     string
	Shape    *Shape
	Required bool
	// Field is the index of the member's field in the Go structure. It is -1 in
	// the shape of an error, whose Go structure is Error.
	Field int
}

// Member returns the member of that name, or nil. Members are few, so that a
// look at each is faster than a map; it does not allocate, also for a name
// converted from bytes in the call, unless that is longer than 32 bytes.
func (s *Shape) Member(name string) *Member {
	for i := range s.Members {
		if s.Members[i].Name == name {
			return &s.Members[i]
		}
	}
	return nil
}

// Constraints bound a value. They hold for requests only: clients of AWS find
// that answers keep to no bound.
type Constraints struct {
	// Min and Max bound the length of a string in characters, of a blob in
	// bytes, of a list or map in entries, or the value of a number.
	Min, Max *int64
	// Pattern must match the whole string.
	Pattern *Pattern
	// Enum lists the values allowed, in the order in which AWS prints them.
	Enum []string
}

// Service is one of AWS's APIs.
type Service struct {
	// ID is the model's service id, like Kinesis.
	ID string
	// Target is the part of X-Amz-Target before the dot; empty if the service speaks
	// no protocol that has it.
	Target string
	// Version is the parameter Version of the query protocol, and Namespace that of
	// its answers; empty if the service does not speak it.
	Version, Namespace string
	// SigningName is the service in the credential scope.
	SigningName string
	// Operations are sorted by name.
	Operations []*Operation
	// Exceptions are the shapes of all modelled errors, sorted by name.
	Exceptions []*Shape
}

// NewService completes a service: its operations point to it from now on. It
// panics if they are not sorted by name.
func NewService(s Service) *Service {
	if !slices.IsSortedFunc(s.Operations, func(a, b *Operation) int { return strings.Compare(a.Name, b.Name) }) {
		panic("awsapi: operations are sorted by name")
	}
	for _, op := range s.Operations {
		op.Service = &s
	}
	return &s
}

// Operation is one call of a service.
type Operation struct {
	Service *Service
	Name    string
	// Action is what policies call it, like kinesis:PutRecord.
	Action string
	// TagAction is what must be allowed as well if the input gives tags to what is
	// created; empty if it cannot.
	TagAction string
	// Input is never nil; an operation without input has an empty structure.
	Input *Shape
	// Output is nil if the operation answers an empty body.
	Output *Shape
	// Unsigned says that AWS takes the call without credentials.
	Unsigned bool
	// Errors names the exceptions the model lists, in its order.
	Errors []string
	// NewInput returns a new, empty input structure (a pointer).
	NewInput func() any
	// NewOutput returns a new, empty output structure (a pointer), or is nil.
	NewOutput func() any
}

// Operation returns the operation of that name, or nil.
func (s *Service) Operation(name string) *Operation {
	i, found := slices.BinarySearchFunc(s.Operations, name, func(op *Operation, name string) int {
		return strings.Compare(op.Name, name)
	})
	if !found {
		return nil
	}
	return s.Operations[i]
}
