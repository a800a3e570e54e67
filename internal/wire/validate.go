package wire

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/freshet/freshet/internal/awsapi"
)

// maxItems is how many violations AWS lists, and counts, in one answer.
const maxItems = 10

// Validate checks v, a pointer to the Go structure of shape, against the
// constraints of the model. It returns nil or a ValidationException that lists
// the violations in AWS's words: members in the model's order, of a member its
// pattern before its length. It reads v only; if all is well it allocates once,
// and for each entry of a map.
//
// Unlike AWS, it does not match a text against its pattern that is far too long.
//
// The texts are Kinesis's as kinesalite's tests saw them (data-streams.md, 3.1).
// Not seen, and chosen in their manner: the constraint of list elements that have
// a pattern or an enumeration, and length in characters of Unicode.
func Validate(shape *awsapi.Shape, v any) *awsapi.Error {
	var steps [16]step
	c := checker{path: steps[:0]}
	c.structure(shape, reflect.ValueOf(v).Elem())
	switch n := len(c.items); n {
	case 0:
		return nil
	case 1:
		return awsapi.Errorf("ValidationException", "1 validation error detected: %s", c.items[0])
	default:
		return awsapi.Errorf("ValidationException", "%d validation errors detected: %s", n, strings.Join(c.items, "; "))
	}
}

// checker walks a value along its shape.
type checker struct {
	// path leads to the value being looked at.
	path []step
	// items are the violations found, at most maxItems.
	items []string
}

// step is a part of a path: a member of a structure, an element of a list by its
// index from 1, or the value of a map by its key.
type step struct {
	member string
	index  int
	key    string
}

func (c *checker) push(s step) { c.path = append(c.path, s) }
func (c *checker) pop()        { c.path = c.path[:len(c.path)-1] }
func (c *checker) full() bool  { return len(c.items) == maxItems }

func (c *checker) structure(s *awsapi.Shape, v reflect.Value) {
	for i := range s.Members {
		m := &s.Members[i]
		field := v.Field(m.Field)
		if field.IsNil() && !m.Required {
			continue
		}
		c.push(step{member: m.Name})
		switch {
		case field.IsNil():
			c.item(" null", "Member must not be null")
		case field.Kind() == reflect.Pointer:
			c.value(m.Shape, field.Elem())
		default:
			c.value(m.Shape, field)
		}
		c.pop()
	}
}

// value checks a value that is there: itself, then what it holds.
func (c *checker) value(s *awsapi.Shape, v reflect.Value) {
	if broken := violatedBy(s, v); broken != 0 {
		for _, k := range []constraints{pattern, least, most, enum} {
			if broken&k != 0 {
				c.item(quoted(s, v), k.text(s))
			}
		}
	}
	switch s.Kind {
	case awsapi.Structure:
		c.structure(s, v)
	case awsapi.List:
		c.list(s, v)
	case awsapi.Map:
		c.mapping(s, v)
	}
}

// list checks the elements. Those that hold nothing are the list's own concern:
// one item speaks of the whole list.
func (c *checker) list(s *awsapi.Shape, v reflect.Value) {
	if !holds(s.Element) {
		for i := range v.Len() {
			if violatedBy(s.Element, v.Index(i)) != 0 {
				c.item(quoted(s, v), "Member must satisfy constraint: "+all(s.Element))
				return
			}
		}
		return
	}
	for i := 0; i < v.Len() && !c.full(); i++ {
		c.push(step{index: i + 1})
		c.value(s.Element, v.Index(i))
		c.pop()
	}
}

// mapping checks the keys, and the values like a list's elements.
func (c *checker) mapping(s *awsapi.Shape, v reflect.Value) {
	badKey, badValue := false, false
	for it := v.MapRange(); it.Next(); {
		badKey = badKey || violatedBy(s.Key, it.Key()) != 0
		badValue = badValue || !holds(s.Element) && violatedBy(s.Element, it.Value()) != 0
	}
	if badKey {
		c.item(quoted(s, v), "Map keys must satisfy constraint: "+all(s.Key))
	}
	if badValue {
		c.item(quoted(s, v), "Map value must satisfy constraint: "+all(s.Element))
	}
	if !holds(s.Element) {
		return
	}
	for _, key := range sortedKeys(v) {
		c.push(step{key: key.String()})
		c.value(s.Element, v.MapIndex(key))
		c.pop()
	}
}

// sortedKeys makes the same request have the same answer.
func sortedKeys(v reflect.Value) []reflect.Value {
	return slices.SortedFunc(v.Seq(), func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
}

// holds reports whether values of the shape hold others.
func holds(s *awsapi.Shape) bool {
	return s.Kind == awsapi.Structure || s.Kind == awsapi.List || s.Kind == awsapi.Map
}

// item notes a violation at the path.
func (c *checker) item(value, constraint string) {
	if !c.full() {
		c.items = append(c.items, "Value"+value+" at '"+c.where()+"' failed to satisfy constraint: "+constraint)
	}
}

// where is the path as AWS prints it: records.3.member.data.
func (c *checker) where() string {
	parts := make([]string, len(c.path))
	for i, s := range c.path {
		switch {
		case s.member != "":
			parts[i] = strings.ToLower(s.member[:1]) + s.member[1:]
		case s.index > 0:
			parts[i] = strconv.Itoa(s.index) + ".member"
		default:
			parts[i] = s.key + ".member"
		}
	}
	return strings.Join(parts, ".")
}

// constraints is a set of the constraints of a shape.
type constraints uint8

const (
	pattern constraints = 1 << iota
	least
	most
	enum
)

// violatedBy returns the constraints that the value breaks, without regard for
// what it holds.
func violatedBy(s *awsapi.Shape, v reflect.Value) constraints {
	var broken constraints
	if s.Min != nil || s.Max != nil {
		size := sizeOf(s, v)
		if s.Min != nil && size < *s.Min {
			broken |= least
		}
		if s.Max != nil && size > *s.Max {
			broken |= most
		}
	}
	if s.Pattern != nil {
		text := v.String()
		farTooLong := broken&most != 0 && len(text) > maxPrinted // and costly to match
		if !farTooLong && !s.Pattern.MatchString(text) {
			broken |= pattern
		}
	}
	if s.Enum != nil && !slices.Contains(s.Enum, v.String()) {
		broken |= enum
	}
	return broken
}

// sizeOf is what Min and Max bound.
func sizeOf(s *awsapi.Shape, v reflect.Value) int64 {
	switch s.Kind {
	case awsapi.String:
		return int64(utf8.RuneCountInString(v.String()))
	case awsapi.Integer, awsapi.Long:
		return v.Int()
	default:
		return int64(v.Len())
	}
}
