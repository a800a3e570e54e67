package awsapitest

import (
	"fmt"
	"iter"
	"reflect"
	"strings"

	"github.com/freshet/freshet/internal/awsapi"
)

// Violation is an input that breaks a constraint.
type Violation struct {
	// Name tells the member and the violation, for the name of a test.
	Name string
	// Input is the operation's input structure (a pointer).
	Input any
	// Path is where AWS sees it, like records.1.member.data.
	Path string
	// Constraint is what AWS says was not satisfied. AWS may list more items at the
	// same path: what is too long may not match its pattern either.
	Constraint string
}

// Violations returns every violation that a single value can commit in an input
// of the operation. Shapes that contain themselves are entered once.
func Violations(op *awsapi.Operation) iter.Seq[Violation] {
	return func(yield func(Violation) bool) {
		w := &walk{op: op, yield: yield, inside: make(map[*awsapi.Shape]bool)}
		w.structure(op.Input, "", func(in any) reflect.Value { return reflect.ValueOf(in).Elem() })
	}
}

// find returns the value of a path in an input, making what leads there.
type find func(in any) reflect.Value

type walk struct {
	op      *awsapi.Operation
	yield   func(Violation) bool
	stopped bool
	inside  map[*awsapi.Shape]bool
}

// violate yields a valid input in which the value at the path was broken.
func (w *walk) violate(path string, at find, what, constraint string, breakIt func(reflect.Value)) {
	if w.stopped {
		return
	}
	in := Input(w.op)
	breakIt(at(in))
	name := w.op.Name + "/" + path + "/" + what
	w.stopped = !w.yield(Violation{Name: name, Input: in, Path: path, Constraint: constraint})
}

func (w *walk) structure(s *awsapi.Shape, path string, at find) {
	if w.inside[s] {
		return
	}
	w.inside[s] = true
	defer delete(w.inside, s)
	for i := range s.Members {
		m := &s.Members[i]
		memberPath := join(path, strings.ToLower(m.Name[:1])+m.Name[1:])
		if m.Required {
			w.violate(memberPath, at, "null", "Member must not be null", func(v reflect.Value) {
				v.Field(m.Field).SetZero()
			})
		}
		w.value(m.Shape, memberPath, func(in any) reflect.Value { return entered(at(in).Field(m.Field), m.Shape) })
	}
}

// entered returns the value of a member, valid if it was absent.
func entered(field reflect.Value, s *awsapi.Shape) reflect.Value {
	if field.IsNil() {
		fill(s, present(field))
	}
	return present(field)
}

func (w *walk) value(s *awsapi.Shape, path string, at find) {
	for _, b := range breaks(s) {
		w.violate(path, at, b.name, b.constraint, b.do)
	}
	switch s.Kind {
	case awsapi.Structure:
		w.structure(s, path, at)
	case awsapi.List:
		w.list(s, path, at)
	case awsapi.Map:
		w.mapping(s, path, at)
	}
}

func (w *walk) list(s *awsapi.Shape, path string, at find) {
	if s.Element.Kind == awsapi.Structure || s.Element.Kind == awsapi.List || s.Element.Kind == awsapi.Map {
		w.value(s.Element, path+".2.member", func(in any) reflect.Value {
			v := at(in)
			resize(s, v, 2)
			return v.Index(1)
		})
		return
	}
	for _, b := range breaks(s.Element) {
		w.violate(path, at, "element "+b.name, "Member must satisfy constraint: "+all(s.Element), func(v reflect.Value) {
			resize(s, v, max(1, least(s)))
			b.do(v.Index(0))
		})
	}
}

func (w *walk) mapping(s *awsapi.Shape, path string, at find) {
	put := func(v reflect.Value, breakKey, breakValue func(reflect.Value)) {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(s.Key, key)
		fill(s.Element, value)
		breakKey(key)
		breakValue(value)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	}
	keep := func(reflect.Value) {}
	for _, b := range breaks(s.Key) {
		w.violate(path, at, "key "+b.name, "Map keys must satisfy constraint: "+all(s.Key), func(v reflect.Value) {
			put(v, b.do, keep)
		})
	}
	for _, b := range breaks(s.Element) {
		w.violate(path, at, "value "+b.name, "Map value must satisfy constraint: "+all(s.Element), func(v reflect.Value) {
			put(v, keep, b.do)
		})
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// all lists the constraints of an element, in AWS's order.
func all(s *awsapi.Shape) string {
	var texts []string
	if s.Max != nil {
		texts = append(texts, fmt.Sprintf("Member must have length less than or equal to %d", *s.Max))
	}
	if s.Min != nil {
		texts = append(texts, fmt.Sprintf("Member must have length greater than or equal to %d", *s.Min))
	}
	if s.Pattern != nil {
		texts = append(texts, "Member must satisfy regular expression pattern: "+s.Pattern.Text)
	}
	if s.Enum != nil {
		texts = append(texts, "Member must satisfy enum value set: ["+strings.Join(s.Enum, ", ")+"]")
	}
	return "[" + strings.Join(texts, ", ") + "]"
}
